using System.Text.Json;

namespace KernelGen.Samples.Transcribe.Models;

/// <summary>A folder with a Whisper or a Moonshine, as it is downloaded from Hugging Face; its <c>config.json</c> says of which dimensions it is.</summary>
internal static class ModelFolder
{
    private const string Expected = "expected a folder with config.json, model.safetensors and tokenizer.json, as it is downloaded from Hugging Face";

    /// <summary>Finds the declared model of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">There is no such folder, or it has no <c>config.json</c> that can be read.</exception>
    /// <exception cref="InvalidDataException">Its <c>config.json</c> is not that of a Whisper or a Moonshine.</exception>
    /// <exception cref="NotSupportedException">This program has no kernels for its dimensions.</exception>
    public static DeclaredModel Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(File.Exists(folder) ? $"--model {folder} is a file; {Expected}" : $"there is no folder {folder}; --model takes one");
        }

        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"--model {folder} has no config.json; {Expected}");
        }

        ModelDimensions dimensions = Read(File.ReadAllBytes(path), path);
        return DeclaredModel.All.FirstOrDefault(model => model.Dimensions == dimensions) ?? throw new NotSupportedException(
            $"{path} is a {dimensions.Family} that this program has no kernels of ({dimensions}); it has {string.Join(", ", DeclaredModel.All.Select(static model => model.Name))}. "
            + "Declare it: put [SpeechToTextModel(\"config.json\")] before a class, with this config.json among AdditionalFiles, add the class to DeclaredModel.All, and build anew");
    }

    private static ModelDimensions Read(byte[] json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{path} is no JSON object; {Expected}");
            }

            string type = root.TryGetProperty("model_type", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            return type switch
            {
                "whisper" => Whisper(root, path),
                "moonshine" => Moonshine(root, path),
                _ => throw new InvalidDataException(
                    $"{path} is not that of a Whisper or a Moonshine: its model_type is {(type.Length > 0 ? $"'{type}'" : "not there")}, and this program takes 'whisper' and 'moonshine'"),
            };
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is no valid JSON, from line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} on; {Expected}", exception);
        }
    }

    private static WhisperDimensions Whisper(JsonElement root, string path) => new()
    {
        ModelDimension = Number(root, path, "d_model"),
        EncoderHeads = Number(root, path, "encoder_attention_heads"),
        DecoderHeads = Number(root, path, "decoder_attention_heads"),
        EncoderFeedForwardDimension = Number(root, path, "encoder_ffn_dim"),
        DecoderFeedForwardDimension = Number(root, path, "decoder_ffn_dim"),
        EncoderLayers = Number(root, path, "encoder_layers"),
        DecoderLayers = Number(root, path, "decoder_layers"),
        VocabularySize = Number(root, path, "vocab_size"),
        MelBins = Number(root, path, "num_mel_bins"),
        MaxSourceLength = Number(root, path, "max_source_positions"),
        MaxTargetLength = Number(root, path, "max_target_positions"),
    };

    private static MoonshineDimensions Moonshine(JsonElement root, string path) => new()
    {
        ModelDimension = Number(root, path, "hidden_size"),
        EncoderHeads = Number(root, path, "encoder_num_attention_heads"),
        DecoderHeads = Number(root, path, "decoder_num_attention_heads"),
        FeedForwardDimension = Number(root, path, "intermediate_size"),
        EncoderLayers = Number(root, path, "encoder_num_hidden_layers"),
        DecoderLayers = Number(root, path, "decoder_num_hidden_layers"),
        VocabularySize = Number(root, path, "vocab_size"),
    };

    private static int Number(JsonElement root, string path, string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw new InvalidDataException($"{path}: {key} is {(value.ValueKind == JsonValueKind.Undefined ? "not there" : "no whole number")}; every config.json of such a model has one");
}
