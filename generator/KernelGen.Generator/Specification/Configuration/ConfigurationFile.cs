using KernelGen.Families;

namespace KernelGen.Generator.Specification.Configuration;

/// <summary>A <c>config.json</c> that was read: only what decides something here.</summary>
/// <param name="Path">Where it lies, with <c>/</c> between the parts.</param>
/// <param name="Error">Why it could not be read, or <see langword="null"/>.</param>
/// <param name="Entries">The entries whose keys are in <see cref="Keys"/>, in the order of their names.</param>
internal sealed record ConfigurationFile(string Path, JsonError? Error, EquatableArray<JsonMember> Entries)
{
    /// <summary>
    /// The keys that decide something in any family. All others are dropped while reading, so that changing them changes nothing.
    /// </summary>
    public static readonly HashSet<string> Keys = new(Family.All.SelectMany(static family => family.Keys.Names), StringComparer.Ordinal);

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">Where the file lies.</param>
    /// <param name="text">Its text, or <see langword="null"/> when the compiler could not read it.</param>
    /// <returns>What it says, or why it says nothing. Never throws.</returns>
    public static ConfigurationFile Read(string path, string? text)
    {
        path = FilePath.Normalize(path);
        if (text is null)
        {
            return new ConfigurationFile(path, new JsonError(0, 1, 1, "a file that can be opened"), default);
        }

        JsonValue? value = JsonReader.Read(text, out JsonError? error);
        if (value is null)
        {
            return new ConfigurationFile(path, error, default);
        }

        if (value.Kind != JsonKind.Object)
        {
            return new ConfigurationFile(path, new JsonError(0, 1, 1, "an object in braces"), default);
        }

        SortedDictionary<string, JsonValue> entries = new(StringComparer.Ordinal);
        bool isRepeated = false;
        foreach (JsonMember member in value.Members)
        {
            if (Keys.Contains(member.Name))
            {
                isRepeated |= entries.ContainsKey(member.Name);
                entries[member.Name] = member.Value;
            }
        }

        return new ConfigurationFile(path, null, new EquatableArray<JsonMember>(entries.Select(static entry => new JsonMember(entry.Key, entry.Value))))
        {
            RepeatedKeys = isRepeated ? new EquatableArray<RepeatedKey>(FindRepeated(text)) : default,
        };
    }

    /// <summary>The keys that the file has more than once, each time but the first: readers differ in which of the values they take.</summary>
    public EquatableArray<RepeatedKey> RepeatedKeys { get; init; }

    private static IEnumerable<RepeatedKey> FindRepeated(string text)
    {
        Dictionary<string, int> firstLines = new(StringComparer.Ordinal);
        foreach (JsonMemberSpan member in JsonReader.LocateMembers(text))
        {
            if (!Keys.Contains(member.Name))
            {
                continue;
            }

            int line = JsonReader.LineAndColumn(text, member.NameStart).Line;
            if (firstLines.TryGetValue(member.Name, out int firstLine))
            {
                yield return new RepeatedKey(member.Name, firstLine, line, member.NameStart, member.NameEnd - member.NameStart);
            }
            else
            {
                firstLines.Add(member.Name, line);
            }
        }
    }

    /// <summary>The value of a key; <see langword="null"/> when it is absent or JSON's null, which mean the same.</summary>
    public JsonValue? Find(string key) =>
        Entries.FirstOrDefault(entry => entry.Name == key)?.Value is { Kind: not JsonKind.Null } value ? value : null;
}

/// <summary>A key that stands in a file again.</summary>
/// <param name="Name">The key.</param>
/// <param name="FirstLine">The line where it stands first, counted from 1.</param>
/// <param name="Line">The line where it stands again.</param>
/// <param name="Position">The number of characters before it there.</param>
/// <param name="Length">How long it is there, quotation marks included.</param>
internal sealed record RepeatedKey(string Name, int FirstLine, int Line, int Position, int Length);
