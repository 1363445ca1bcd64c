namespace KernelGen.Training.Tests.Declarations;

// Shapes that no golden has.

/// <summary>Heads that need not fill a panel, dimensions that are no multiples of 16, learned positions with an offset in Vanilla.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 33,
    Heads = 3,
    FeedForwardDimension = 50,
    EncoderLayers = 1,
    DecoderLayers = 2,
    SourceVocabularySize = 19,
    TargetVocabularySize = 34,
    MaxSourceLength = 7,
    MaxTargetLength = 9,
    PositionalEncoding = PositionalEncoding.Learned,
    PositionOffset = 1,
    EmbeddingNorm = true,
    TieEmbeddings = true,
    OutputBias = false,
    Trainable = true)]
internal sealed partial class OddVanilla;

/// <summary>Vocabularies of two sizes, so that each side has a table of its own.</summary>
[EncoderDecoderModel(
    Architecture.Marian,
    ModelDimension = 24,
    Heads = 2,
    FeedForwardDimension = 40,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 21,
    TargetVocabularySize = 31,
    MaxSourceLength = 12,
    MaxTargetLength = 12,
    StartToken = 3,
    PadToken = 3,
    Trainable = true)]
internal sealed partial class TwoVocabularies;

/// <summary>Frames of 5 numbers, heads of 7, tables of their own on both ends.</summary>
[SpeechToTextModel(
    Architecture.Whisper,
    SourceChannels = 5,
    ModelDimension = 21,
    Heads = 3,
    FeedForwardDimension = 42,
    EncoderLayers = 1,
    DecoderLayers = 2,
    VocabularySize = 23,
    MaxSourceLength = 11,
    MaxTargetLength = 9,
    StartToken = 3,
    EndToken = 2,
    PadToken = 2,
    TieEmbeddings = false,
    Trainable = true)]
internal sealed partial class OddWhisper : SpeechModel;

/// <summary>Two convolutions of one width, and a feed-forward block that is as wide as their windows.</summary>
[SpeechToTextModel(
    Architecture.Whisper,
    SourceChannels = 16,
    ModelDimension = 16,
    Heads = 2,
    FeedForwardDimension = 48,
    EncoderLayers = 2,
    DecoderLayers = 1,
    VocabularySize = 37,
    MaxSourceLength = 20,
    MaxTargetLength = 12,
    StartToken = 3,
    EndToken = 2,
    PadToken = 2,
    Trainable = true)]
internal sealed partial class EvenWhisper : SpeechModel;
