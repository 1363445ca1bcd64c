namespace KernelGen.Samples.TrainTranscriber;

/// <summary>A Whisper that hears spoken commands, as it learns: windows of 4 seconds, and the vocabulary of <see cref="Vocabulary"/>.</summary>
[SpeechToTextModel(Architecture.Whisper,
    ModelDimension = 128, Heads = 4, FeedForwardDimension = 384, EncoderLayers = 3, DecoderLayers = 2,
    VocabularySize = 706, MaxSourceLength = 200, MaxTargetLength = 48,
    StartToken = 497, EndToken = 496, PadToken = 496, Trainable = true)]
internal sealed partial class CommandWhisper : SpeechModel;
