namespace KernelGen.Samples.Transcribe.Models;

/// <summary>Whisper base.en, which hears English alone.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, EncoderLayers = 6, DecoderLayers = 6,
    VocabularySize = 51864, MaxSourceLength = 1500, MaxTargetLength = 448,
    StartToken = 50257, EndToken = 50256, PadToken = 50256)]
internal sealed partial class WhisperBaseEnglish : SpeechModel;
