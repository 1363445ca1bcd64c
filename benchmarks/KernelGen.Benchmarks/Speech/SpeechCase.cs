using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Speech;

/// <summary>A model of speech that is measured, with random weights.</summary>
/// <param name="Name">What <c>--case</c> calls it; also the folder of its ONNX graphs, where it has any.</param>
/// <param name="Description">Its dimensions.</param>
/// <param name="Load">Loads it from a safetensors file.</param>
internal sealed record SpeechCase(string Name, ModelDescription Description, Func<string, ModelLoadOptions?, SpeechModel> Load)
{
    /// <summary>Of weights and sources. Chosen so that tokens vary.</summary>
    public const int Seed = 1;

    /// <summary>The tokens that are decoded.</summary>
    public const int TargetLength = 60;

    private const int SampleRate = 16000;

    public static SpeechCase Base { get; } = new("whisper-base", WhisperBase.Description, WhisperBase.Load);

    public static SpeechCase Tiny { get; } = new("whisper-tiny", WhisperTiny.Description, WhisperTiny.Load);

    public static SpeechCase Moonshine { get; } = new("moonshine-tiny", MoonshineTiny.Description, MoonshineTiny.Load);

    public static IReadOnlyList<SpeechCase> All { get; } = [Base, Tiny, Moonshine];

    /// <summary>Whether it reads samples of sound, as many as there are, rather than the frames of 30 seconds.</summary>
    public bool ReadsSamples => Description.SourceChannels == 1;

    /// <summary>For example <c>512/8/2048/6+6/51865</c>: width, heads, feed-forward width, layers, vocabulary.</summary>
    public string Dimensions =>
        $"{Description.ModelDimension}/{Description.Heads}/{Description.FeedForwardDimension}/{Description.EncoderLayers}+{Description.DecoderLayers}/{Description.TargetVocabularySize}";

    /// <summary>Random frames of 30 seconds, <c>[frames, channels]</c>.</summary>
    public float[] Frames() => Noise.Create(new Random(Seed), 2 * Description.MaxSourceLength * Description.SourceChannels);

    /// <summary>Random samples.</summary>
    public static float[] Samples(int seconds) => Noise.Create(new Random(Seed), seconds * SampleRate);
}
