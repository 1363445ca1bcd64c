namespace KernelGen.Samples.Transcribe.Models;

/// <summary>The small Whisper that samples/TrainTranscriber makes: windows of 4 seconds, 63 words.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 128, Heads = 4, FeedForwardDimension = 384, EncoderLayers = 3, DecoderLayers = 2,
    VocabularySize = 706, MaxSourceLength = 200, MaxTargetLength = 48,
    StartToken = 497, EndToken = 496, PadToken = 496)]
internal sealed partial class WhisperCommands : SpeechModel;
