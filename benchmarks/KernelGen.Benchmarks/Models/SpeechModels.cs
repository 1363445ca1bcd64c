namespace KernelGen.Benchmarks.Models;

/// <summary>Whisper base.</summary>
[EncoderDecoderModel(
    Architecture.Whisper,
    ModelDimension = 512,
    Heads = 8,
    FeedForwardDimension = 2048,
    EncoderLayers = 6,
    DecoderLayers = 6,
    VocabularySize = 51865,
    MaxSourceLength = 1500,
    MaxTargetLength = 448)]
internal sealed partial class WhisperBase : SpeechModel;

/// <summary>Whisper tiny.</summary>
[EncoderDecoderModel(
    Architecture.Whisper,
    ModelDimension = 384,
    Heads = 6,
    FeedForwardDimension = 1536,
    EncoderLayers = 4,
    DecoderLayers = 4,
    VocabularySize = 51865,
    MaxSourceLength = 1500,
    MaxTargetLength = 448)]
internal sealed partial class WhisperTiny : SpeechModel;

/// <summary>Moonshine tiny.</summary>
[EncoderDecoderModel(
    Architecture.Moonshine,
    ModelDimension = 288,
    Heads = 8,
    FeedForwardDimension = 1152,
    EncoderLayers = 6,
    DecoderLayers = 6,
    VocabularySize = 32768,
    MaxSourceLength = 2665,
    MaxTargetLength = 512)]
internal sealed partial class MoonshineTiny : SpeechModel;
