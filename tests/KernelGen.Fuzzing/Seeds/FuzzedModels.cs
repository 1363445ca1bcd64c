namespace KernelGen.Fuzzing.Seeds;

// Small, so that a model is loaded and used some thousand times a second.

/// <summary>Vocabularies of different sizes that fill no panel, heads of their own width.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 6,
    Heads = 2,
    FeedForwardDimension = 5,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 9,
    TargetVocabularySize = 11,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedVanilla;

/// <summary>One vocabulary, learned positions with an offset, embedding norms; trained for a step or two.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 4,
    Heads = 1,
    FeedForwardDimension = 7,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 18,
    MaxSourceLength = 8,
    MaxTargetLength = 8,
    Trainable = true)]
internal sealed partial class FuzzedBart;

/// <summary>Relative positions, gates, no biases, heads wider than their share, an output projection of its own.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 6,
    Heads = 2,
    HeadDimension = 5,
    FeedForwardDimension = 7,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 18,
    MaxSourceLength = 8,
    MaxTargetLength = 8,
    RelativePositionBuckets = 8,
    RelativePositionDistance = 6,
    Activation = Activation.GeluTanh,
    GatedFeedForward = true,
    TieEmbeddings = false)]
internal sealed partial class FuzzedT5;

/// <summary>Norms before sublayers, fairseq's positions with an offset, no output bias.</summary>
[EncoderDecoderModel(
    Architecture.M2M100,
    ModelDimension = 4,
    Heads = 2,
    FeedForwardDimension = 7,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 18,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedM2M100;

/// <summary>Norms before sublayers, computed positions, an output bias.</summary>
[EncoderDecoderModel(
    Architecture.Pegasus,
    ModelDimension = 4,
    Heads = 1,
    FeedForwardDimension = 7,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 18,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedPegasus;

/// <summary>Output weights enough to be screened, 8-bit ones by their upper bits.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 132,
    Heads = 2,
    FeedForwardDimension = 8,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 9,
    TargetVocabularySize = 1999,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedScreened;
