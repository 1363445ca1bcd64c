using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace KernelGen.Audio;

/// <summary>What a Whisper's <c>generation_config.json</c> says that transcription needs to know.</summary>
/// <param name="AlignmentHeads">The heads that give words their times; empty where the file names none.</param>
/// <param name="IsMultilingual">Whether the model hears more than English, or <see langword="null"/> where the file does not say.</param>
internal sealed record SpeechGenerationFile(ImmutableArray<AttentionHead> AlignmentHeads, bool? IsMultilingual)
{
    private const string HeadsKey = "alignment_heads";
    private const string MultilingualKey = "is_multilingual";

    /// <summary>Reads the file.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="source">What it is called in messages.</param>
    /// <param name="shape">The sizes of the model.</param>
    /// <exception cref="InvalidDataException">It is no valid JSON, or a key has a value that is not usable.</exception>
    public static SpeechGenerationFile Read(ReadOnlySpan<byte> json, string source, WindowShape shape)
    {
        if (!Utf8.IsValid(json))
        {
            throw new InvalidDataException($"{source} is no text in UTF-8; expected JSON, one object.");
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToArray());
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{source} is {root.ValueKind}; expected one JSON object.");
            }

            return new SpeechGenerationFile(Heads(root, source, shape), Truth(root, source));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            string place = exception is JsonException { LineNumber: { } line } malformed ? $", from line {line + 1}, byte {malformed.BytePositionInLine + 1} on" : "";
            throw new InvalidDataException($"{source} is no valid JSON{place}; expected one object.", exception);
        }
    }

    private static bool? Truth(JsonElement root, string source) =>
        !root.TryGetProperty(MultilingualKey, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new InvalidDataException($"{source}: {MultilingualKey} is {value.ValueKind}; expected true or false.");

    private static ImmutableArray<AttentionHead> Heads(JsonElement root, string source, WindowShape shape)
    {
        if (!root.TryGetProperty(HeadsKey, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var heads = ImmutableArray.CreateBuilder<AttentionHead>();
        foreach (JsonElement pair in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw Malformed(source, heads.Count))
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || !IsBelow(pair[0], shape.DecoderLayers, out int layer) || !IsBelow(pair[1], shape.DecoderHeads, out int head))
            {
                throw Malformed(source, heads.Count, $" The model has {shape.DecoderLayers} layers of {shape.DecoderHeads} heads.");
            }

            if (!heads.Contains(new AttentionHead(layer, head)))
            {
                heads.Add(new AttentionHead(layer, head));
            }
        }

        return heads.ToImmutable();
    }

    private static bool IsBelow(JsonElement element, int limit, out int number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out number) && number >= 0 && number < limit;
    }

    private static InvalidDataException Malformed(string source, int entry, string more = "") =>
        new($"{source}: {HeadsKey}, entry {entry}, is no head of this model; expected pairs such as [3, 1], the layer and the head in it, both from 0.{more}");
}
