using System.Text.Json;

namespace KernelGen.Text;

/// <summary>A value in a JSON file, with its place, so that errors can name it.</summary>
/// <param name="element">The value.</param>
/// <param name="path">Its place.</param>
/// <param name="source">How errors name the file.</param>
internal readonly struct JsonPart(JsonElement element, JsonPath path, string source)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Whether there is a value at all.</summary>
    public bool Exists => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>The value of the member <c>type</c>.</summary>
    public string Type => Member("type").Text();

    /// <summary>Whether the value is an array.</summary>
    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    /// <summary>Whether the value is a string.</summary>
    public bool IsText => element.ValueKind == JsonValueKind.String;

    /// <summary>Whether the value is an object.</summary>
    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>Reads a part of a file.</summary>
    /// <param name="json">The JSON of the part, which was read before without an error in its form.</param>
    /// <param name="path">Its place.</param>
    /// <param name="source">How errors name the file.</param>
    /// <exception cref="InvalidDataException">An object in it has a name twice.</exception>
    public static JsonPart Read(ReadOnlyMemory<byte> json, JsonPath path, string source)
    {
        try
        {
            return new JsonPart(JsonDocument.Parse(json, Strict).RootElement, path, source);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source} is not usable: within {path} is a name that is there twice, or text that is not valid Unicode.", exception);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">It is not JSON.</exception>
    public static JsonPart ReadFile(string filePath)
    {
        byte[] file = FileContents.Read(filePath);
        string source = FileContents.Name(filePath);
        try
        {
            return new JsonPart(JsonDocument.Parse(file.AsMemory(FileContents.ByteOrderMarkLength(file)), Strict).RootElement, JsonPath.OfFile, source);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. Check that it is the right file, and whole.", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException($"{source} is not usable: a name in it is not valid Unicode.", exception);
        }
    }

    /// <summary>A member of an object; one that does not exist where it has none of that name.</summary>
    public JsonPart Member(string name)
    {
        JsonPath memberPath = path.Member(name);
        if (!Exists)
        {
            return new JsonPart(default, memberPath, source);
        }

        if (!IsObject)
        {
            throw Error($"is {Kind()}, and an object was expected");
        }

        return new JsonPart(element.TryGetProperty(name, out JsonElement member) ? member : default, memberPath, source);
    }

    /// <summary>The names of an object's members and their values.</summary>
    public IEnumerable<(string Name, JsonPart Value)> Members()
    {
        if (!IsObject)
        {
            throw Error($"is {Kind()}, and an object was expected");
        }

        foreach (JsonProperty member in element.EnumerateObject())
        {
            string name = Guarded(() => member.Name);
            yield return (name, new JsonPart(member.Value, path.Member(name), source));
        }
    }

    /// <summary>The items of an array.</summary>
    public IEnumerable<JsonPart> Items()
    {
        if (!IsArray)
        {
            throw Error($"is {Kind()}, and an array was expected");
        }

        int index = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            yield return new JsonPart(item, path.Item(index++), source);
        }
    }

    /// <summary>A string.</summary>
    public string Text()
    {
        JsonElement value = element;
        return IsText ? Guarded(() => value.GetString()!) : throw Error($"is {Kind()}, and a string was expected");
    }

    /// <summary>A string, or <see langword="null"/> where there is none.</summary>
    public string? OptionalText() => Exists ? Text() : null;

    /// <summary>A boolean, or what it is where there is none.</summary>
    public bool Flag(bool otherwise = false) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Undefined or JsonValueKind.Null => otherwise,
        _ => throw Error($"is {Kind()}, and true or false was expected"),
    };

    /// <summary>A whole number that is not negative.</summary>
    public int Number() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number) && number >= 0
        ? number
        : throw Error($"is {Kind()}, and a whole number from 0 to {int.MaxValue} was expected");

    /// <summary>Whether it is the number 0.</summary>
    public bool IsZero => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number) && number == 0;

    /// <summary>A whole number, or <see langword="null"/> where there is none.</summary>
    public int? OptionalNumber() => Exists ? Number() : null;

    /// <summary>The error that something is wrong with this part.</summary>
    public InvalidDataException Error(string what) => new($"{source} is not usable: {path} {what}.");

    /// <summary>The error that this part asks for something that is not supported.</summary>
    public InvalidDataException NotSupported(string what, string supported) => new(
        $"{source} is not supported: {path} asks for {what}, and {supported}. Tokens made without it would be wrong.");

    private string Kind() => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "another number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "not there",
    };

    private string Guarded(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for bytes that are not UTF-8 and for half a surrogate pair in an escape.
            throw new InvalidDataException($"{source} is not usable: {path} is not valid Unicode.", exception);
        }
    }
}
