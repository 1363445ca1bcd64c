using System.Text.Json;

namespace KernelGen.Text;

/// <summary>Reads vocabularies in JSON, and says what is wrong with those that are none.</summary>
internal static class VocabularyFile
{
    /// <summary>Reads an array of strings.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static string[] ReadArray(ReadOnlySpan<byte> json, string source)
    {
        var entries = new List<string>(json.Length / 8);
        Utf8JsonReader reader = Reader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new InvalidDataException($"{source} is not a vocabulary: it holds {Describe(reader.TokenType)} where an array of strings was expected.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw new InvalidDataException($"{source} is not a vocabulary: entry {entries.Count} is {Describe(reader.TokenType)}. Every entry must be a string.");
                }

                entries.Add(Text(ref reader, entries.Count, source));
            }

            // Anything but white space after the array is an error of its own.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw NotJson(exception, entries.Count, source, "A vocabulary is a JSON array of strings in UTF-8.");
        }

        return [.. entries];
    }

    /// <summary>Reads an object of pieces and their tokens, which are 0 and the following numbers, each once, in any order.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="source">How errors name it.</param>
    /// <returns>The tokens of the pieces.</returns>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static Dictionary<string, int> ReadObject(ReadOnlySpan<byte> json, string source)
    {
        var tokens = new Dictionary<string, int>(json.Length / 16);
        Utf8JsonReader reader = Reader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"{source} is not a vocabulary: it holds {Describe(reader.TokenType)} where an object of pieces and their numbers was expected.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string piece = Text(ref reader, tokens.Count, source);
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int token))
                {
                    string found = reader.TokenType == JsonTokenType.Number ? "a number that is no token" : Describe(reader.TokenType);
                    throw new InvalidDataException($"{source} is not a vocabulary: entry {tokens.Count}, {Quote(piece)}, has {found}. Every piece must have a whole number from 0 on.");
                }

                if (!tokens.TryAdd(piece, token))
                {
                    throw new InvalidDataException($"{source} is not a usable vocabulary: the piece {Quote(piece)} is there twice, as {tokens[piece]} and as {token}. Every piece must be there once.");
                }
            }

            reader.Read();
        }
        catch (JsonException exception)
        {
            throw NotJson(exception, tokens.Count, source, "A vocabulary is a JSON object of pieces and their numbers in UTF-8.");
        }

        CheckNumbering(tokens, source);
        return tokens;
    }

    /// <summary>A text for an error: one of any length and any characters becomes a short one in one line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">How much of it is shown.</param>
    public static string Quote(string text, int longest = 40) => $"\"{ShownText.Of(text, longest)}\"";

    /// <summary>Refuses tokens that are not 0 and the following numbers: a table of them must not grow larger than its file, and an embedding has no gaps.</summary>
    private static void CheckNumbering(Dictionary<string, int> tokens, string source)
    {
        string?[] pieces = new string?[tokens.Count];
        foreach ((string piece, int token) in tokens)
        {
            if ((uint)token >= (uint)pieces.Length)
            {
                throw new InvalidDataException(
                    $"{source} is not a usable vocabulary: the piece {Quote(piece)} has the number {token}, but there are {pieces.Length} pieces, so numbers go from 0 to {pieces.Length - 1}.");
            }

            if (pieces[token] is { } other)
            {
                throw new InvalidDataException($"{source} is not a usable vocabulary: the pieces {Quote(other)} and {Quote(piece)} both have the number {token}. Every number must be there once.");
            }

            pieces[token] = piece;
        }
    }

    private static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json[FileContents.ByteOrderMarkLength(json)..]);

    private static InvalidDataException NotJson(JsonException exception, int entries, string source, string expected) => new(
        $"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}, after {entries} entries. {expected}",
        exception);

    private static string Text(ref Utf8JsonReader reader, int index, string source)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for bytes that are not UTF-8 and for half a surrogate pair in an escape.
            throw new InvalidDataException($"{source} is not a usable vocabulary: entry {index} is not valid Unicode. A vocabulary is JSON in UTF-8.", exception);
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
