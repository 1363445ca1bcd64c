using System.Text.Json;
using System.Text.Unicode;

namespace KernelGen.Checkpoints;

/// <summary>
/// The index of a checkpoint in several files, <c>{"metadata": {...}, "weight_map": {"tensor": "file", ...}}</c>. Nothing in it is trusted, least of all
/// the names of files.
/// </summary>
internal static class CheckpointIndex
{
    /// <summary>A thousand times what large models need.</summary>
    private const int LongestIndex = 100_000_000;

    /// <summary>Whether these bytes begin a JSON object. The header of a safetensors file has a length before it, in which there are zeros.</summary>
    /// <param name="beginning">The first bytes of a file.</param>
    public static bool Begins(ReadOnlySpan<byte> beginning)
    {
        int brace = beginning.IndexOfAnyExcept(" \t\r\n"u8);
        return brace >= 0 && beginning[brace] == '{' && beginning[..Math.Min(beginning.Length, sizeof(ulong))].IndexOf((byte)0) < 0;
    }

    /// <summary>Reads an index.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="file">The bytes of the file.</param>
    /// <returns>The files by the names of tensors, in the order of the index; the names of files are without folders.</returns>
    /// <exception cref="CheckpointException">The index is not valid.</exception>
    public static Dictionary<string, string> Parse(string source, ReadOnlySpan<byte> file)
    {
        if (file.Length > LongestIndex)
        {
            throw new CheckpointException($"{source} has {file.Length} bytes, and an index of a checkpoint has at most {LongestIndex}. Check that it is the right file.");
        }

        // A copy, so that what was checked stays so, even where the file is mapped and another process writes to it.
        byte[] json = file.ToArray();
        if (!Utf8.IsValid(json))
        {
            throw Damaged(source, "it is no valid UTF-8");
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            Dictionary<string, string>? map = null;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isMap = reader.ValueTextEquals("weight_map"u8);
                reader.Read();
                if (!isMap)
                {
                    reader.Skip();
                    continue;
                }

                map = map is null ? ParseMap(source, ref reader) : throw Damaged(source, "'weight_map' occurs twice");
            }

            while (reader.Read())
            {
            }

            return map ?? throw new CheckpointException(
                $"{source} is not the index of a checkpoint: it is JSON without 'weight_map'. Give the weights themselves, the index (model.safetensors.index.json) or the folder.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader throws the second where an escaped name is no valid text.
            throw new CheckpointException($"{source} is damaged: it is no valid JSON, from byte {reader.TokenStartIndex + 1} on. Fetch it again.", null, exception);
        }
    }

    private static Dictionary<string, string> ParseMap(string source, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Damaged(source, "'weight_map' must be an object of strings");
        }

        var map = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string tensor = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Damaged(source, $"the file of {CheckpointException.Quote(tensor)} must be a string", tensor);
            }

            string name = reader.GetString()!;
            if (!IsPlainName(name))
            {
                throw new CheckpointException(
                    $"{source} is refused: it says that {CheckpointException.Quote(tensor)} is in {CheckpointException.Quote(name)}, which is not the name of a file beside it. Fetch it again, from where you trust.",
                    tensor);
            }

            if (!map.TryAdd(tensor, name))
            {
                throw Damaged(source, $"{CheckpointException.Quote(tensor)} occurs twice in 'weight_map'", tensor);
            }
        }

        return map;
    }

    /// <summary>Whether a name is that of a file in the folder of the index on every system: no path, no drive, no other stream of a file.</summary>
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private static CheckpointException Damaged(string source, string what, string? tensor = null) => new($"{source} is damaged: {what}. Fetch it again.", tensor);
}
