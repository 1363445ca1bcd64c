namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Moonshine tiny, which hears English, or the one language that it was trained for.</summary>
[SpeechToTextModel(Architecture.Moonshine,
    ModelDimension = 288, Heads = 8, FeedForwardDimension = 1152, EncoderLayers = 6, DecoderLayers = 6,
    VocabularySize = 32768, MaxSourceLength = 2665, MaxTargetLength = 194)]
internal sealed partial class MoonshineTiny : SpeechModel;
