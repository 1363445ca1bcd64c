using System.Collections.Immutable;
using System.Text.Json;
using KernelGen.Audio.Tests.Models;
using KernelGen.Tests.Reference;
using KernelGen.Text;

namespace KernelGen.Audio.Tests;

/// <summary>A small random Whisper, and what OpenAI's own code answers with it.</summary>
internal static class SpeechGoldens
{
    private const int SilenceSamples = 480_000;

    private static readonly Lazy<JsonDocument> LazyCase = new(static () => JsonDocument.Parse(File.ReadAllBytes(PathOf("case.json"))));
    private static readonly Lazy<ReferenceWhisper> LazyReference = new(static () => new ReferenceWhisper(PathOf("model.safetensors")));
    private static readonly Lazy<SpeechWindowModel> LazyModel = new(static () => new SpeechWindowModel(DecodingWhisper.Load(PathOf("model.safetensors"))));
    private static readonly Lazy<Dictionary<string, Tensor>> LazyExpected = new(static () => TensorFile.Read(PathOf("expected.safetensors")));
    private static readonly Lazy<WhisperTokens> LazyPieces = new(static () => new WhisperTokens(GoldenTokenizer.Create()));
    private static readonly Lazy<ImmutableArray<int>> LazySuppressed = new(ReadSuppressed);
    private static WhisperTokens? _published;
    private static float[]? _jfk;
    private static float[]? _long;

    public static JsonElement Case => LazyCase.Value.RootElement;

    /// <summary>The model, with generated kernels.</summary>
    public static IWindowModel Model => LazyModel.Value;

    /// <summary>The model in plain loops.</summary>
    public static ReferenceWhisper Reference => LazyReference.Value;

    public static IReadOnlyDictionary<string, Tensor> Expected => LazyExpected.Value;

    /// <summary>The tokens that the model's configuration suppresses: those of what nobody says, and the special ones.</summary>
    public static ImmutableArray<int> Suppressed => LazySuppressed.Value;

    /// <summary>Tokens of a tokenizer that knows no more pieces than the goldens have.</summary>
    public static WhisperTokens Pieces => LazyPieces.Value;

    /// <summary>Tokens of the tokenizer as published; the test is skipped where it is not there.</summary>
    public static WhisperTokens Published => _published ??= new WhisperTokens(
        HuggingFaceTokenizer.Load(SharedFolder.Require("tokenizers/whisper/tokenizer.json"), new HuggingFaceTokenizerOptions { AddSpecialTokens = false }));

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", "whisper-decoding", name);

    /// <summary>The frames of eleven seconds of speech, and of 30 seconds of silence after them.</summary>
    public static float[] JfkFrames() => _jfk ??= Frames(AudioFile.Read(PathOf("jfk.wav")), SilenceSamples);

    /// <summary>The frames of 44 seconds of speech, and of 30 seconds of silence after them; the test is skipped where the sound is not there.</summary>
    public static float[] LongFrames() => _long ??= Frames(AudioFile.Read(SharedFolder.Require("speech/two_cities_16k.wav")), SilenceSamples);

    /// <summary>The frames of the first 30 seconds of it alone, whose loudest frame is another one; the test is skipped where the sound is not there.</summary>
    public static float[] BeginningOfLongFrames() => Frames(AudioFile.Read(SharedFolder.Require("speech/two_cities_16k.wav"))[..SilenceSamples], 0);

    public static LogMelFrames Source(float[] frames) => new(frames, (frames.Length / Model.Shape.Bins) - Model.Shape.Frames, Model.Shape.Bins);

    public static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(static number => number.GetInt32())];

    private static float[] Frames(float[] samples, int silence) => new LogMelSpectrogram(Model.Shape.Bins).Compute([.. samples, .. new float[silence]]);

    private static ImmutableArray<int> ReadSuppressed()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf("config.json")));
        return [.. Numbers(document.RootElement.GetProperty("suppress_tokens"))];
    }
}
