namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Moonshine base, which hears English, or the one language that it was trained for.</summary>
[SpeechToTextModel(Architecture.Moonshine,
    ModelDimension = 416, Heads = 8, FeedForwardDimension = 1664, EncoderLayers = 8, DecoderLayers = 8,
    VocabularySize = 32768, MaxSourceLength = 2665, MaxTargetLength = 194)]
internal sealed partial class MoonshineBase : SpeechModel;
