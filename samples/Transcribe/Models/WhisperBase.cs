namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Whisper base, which hears some hundred languages.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, EncoderLayers = 6, DecoderLayers = 6,
    VocabularySize = 51865, MaxSourceLength = 1500, MaxTargetLength = 448)]
internal sealed partial class WhisperBase : SpeechModel;
