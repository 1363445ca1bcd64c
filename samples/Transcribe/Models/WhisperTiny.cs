namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Whisper tiny, which hears some hundred languages.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 384, Heads = 6, FeedForwardDimension = 1536, EncoderLayers = 4, DecoderLayers = 4,
    VocabularySize = 51865, MaxSourceLength = 1500, MaxTargetLength = 448)]
internal sealed partial class WhisperTiny : SpeechModel;
