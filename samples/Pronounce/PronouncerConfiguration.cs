using System.Text.Json;
using KernelGen.Execution;

namespace KernelGen.Samples.Pronounce;

/// <summary>What <c>config.json</c> says: that the model has the declared shape, and which characters its tokens are.</summary>
internal sealed class PronouncerConfiguration
{
    private PronouncerConfiguration(string graphemes, string phonemes)
    {
        Graphemes = graphemes;
        Phonemes = phonemes;
    }

    /// <summary>The letters; the index of one is its token.</summary>
    public string Graphemes { get; }

    /// <summary>The phonemes; the index of one is its token.</summary>
    public string Phonemes { get; }

    /// <summary>Reads the file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InvalidDataException">It is not JSON, or of a model of another shape.</exception>
    public static PronouncerConfiguration Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{path} is not a model's configuration: it is no JSON object");
            }

            RequireBart(path, root);
            foreach ((string name, int expected) in Shape(Pronouncer.Description))
            {
                RequireNumber(path, root, name, expected);
            }

            return new PronouncerConfiguration(Characters(path, root, "grapheme_chars"), Characters(path, root, "phoneme_chars"));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not JSON: the error is in line {exception.LineNumber + 1}", exception);
        }
    }

    /// <summary>What the numbers of the file must be.</summary>
    private static (string Name, int Value)[] Shape(ModelDescription model) =>
    [
        ("d_model", model.ModelDimension),
        ("encoder_attention_heads", model.Heads),
        ("decoder_attention_heads", model.Heads),
        ("encoder_ffn_dim", model.FeedForwardDimension),
        ("decoder_ffn_dim", model.FeedForwardDimension),
        ("encoder_layers", model.EncoderLayers),
        ("decoder_layers", model.DecoderLayers),
        ("vocab_size", model.SourceVocabularySize),
        ("max_position_embeddings", model.MaxSourceLength),
        ("bos_token_id", model.StartToken),
        ("decoder_start_token_id", model.StartToken),
        ("eos_token_id", model.EndToken),
    ];

    private static void RequireBart(string path, JsonElement root)
    {
        const string Name = "model_type";
        bool isThere = root.TryGetProperty(Name, out JsonElement value);
        if (!isThere || value.ValueKind != JsonValueKind.String || !value.ValueEquals("bart"))
        {
            throw OtherShape(path, Name, isThere ? value.GetRawText() : "missing", "\"bart\"");
        }
    }

    private static void RequireNumber(string path, JsonElement root, string name, int expected)
    {
        bool isThere = root.TryGetProperty(name, out JsonElement value);
        if (!isThere || value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int found) || found != expected)
        {
            throw OtherShape(path, name, isThere ? value.GetRawText() : "missing", $"{expected}");
        }
    }

    /// <summary>The characters of one side: the special tokens first, no more than the model has tokens.</summary>
    private static string Characters(string path, JsonElement root, string name)
    {
        try
        {
            int most = Pronouncer.Description.SourceVocabularySize;
            bool isThere = root.TryGetProperty(name, out JsonElement value);
            string? characters = isThere && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return characters?.Length > WordTokens.UnknownToken && characters.Length <= most
                ? characters
                : throw OtherShape(path, name, characters is not null ? $"{characters.Length} characters" : isThere ? value.GetRawText() : "missing", $"a string of {WordTokens.UnknownToken + 1} to {most} characters");
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for bytes that are not UTF-8 and for half a surrogate pair in an escape.
            throw new InvalidDataException($"{path} is not usable: {name} is not valid Unicode", exception);
        }
    }

    private static InvalidDataException OtherShape(string path, string name, string found, string expected) =>
        new($"{path} is of a model of another shape: {name} is {found}, and this program is built for {expected}");
}
