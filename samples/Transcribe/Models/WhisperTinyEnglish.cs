namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Whisper tiny.en, which hears English alone.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 384, Heads = 6, FeedForwardDimension = 1536, EncoderLayers = 4, DecoderLayers = 4,
    VocabularySize = 51864, MaxSourceLength = 1500, MaxTargetLength = 448,
    StartToken = 50257, EndToken = 50256, PadToken = 50256)]
internal sealed partial class WhisperTinyEnglish : SpeechModel;
