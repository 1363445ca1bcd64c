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
