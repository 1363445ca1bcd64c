namespace KernelGen.Training.Tests.Declarations;

// Models to train, of shapes that fit no vector. Weights are random.

/// <summary>Heads of 8, ReLU, pre-norm, a feed-forward block of one element more than two panels.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 40,
    Heads = 5,
    FeedForwardDimension = 33,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 37,
    MaxSourceLength = 40,
    MaxTargetLength = 50,
    NormPlacement = NormPlacement.Pre,
    Activation = Activation.Relu,
    Trainable = true)]
internal sealed partial class TrainableHeadsOf8;

/// <summary>Heads of 12, GELU, two vocabularies, one of whole panels.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 24,
    Heads = 2,
    FeedForwardDimension = 80,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 21,
    TargetVocabularySize = 48,
    MaxSourceLength = 70,
    MaxTargetLength = 70,
    Activation = Activation.Gelu,
    Trainable = true)]
internal sealed partial class TrainableHeadsOf12;

/// <summary>Heads of 5, tanh GELU, and more tokens than a block of rows.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 130,
    Heads = 26,
    FeedForwardDimension = 50,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1003,
    MaxSourceLength = 33,
    MaxTargetLength = 20,
    Activation = Activation.GeluTanh,
    Trainable = true)]
internal sealed partial class TrainableHeadsOf5;

/// <summary>Heads of 72, whose five panels do not go in pairs, SiLU, and rows between the feed-forward layers that are put further apart than they are wide.</summary>
[EncoderDecoderModel(
    Architecture.Marian,
    ModelDimension = 144,
    Heads = 2,
    FeedForwardDimension = 1020,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 100,
    MaxSourceLength = 32,
    MaxTargetLength = 32,
    Activation = Activation.Silu,
    Trainable = true)]
internal sealed partial class TrainableHeadsOf72;

/// <summary>Norms by the root mean square, one head of 20, gated with tanh GELU; gates and values together are put further apart than they are wide.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 48,
    Heads = 1,
    HeadDimension = 20,
    FeedForwardDimension = 500,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 63,
    MaxSourceLength = 40,
    MaxTargetLength = 40,
    Activation = Activation.GeluTanh,
    GatedFeedForward = true,
    ScaleOutput = true,
    Trainable = true)]
internal sealed partial class TrainableGated;

/// <summary>Gated with ReLU, dimensions of whole panels.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 16,
    Heads = 1,
    HeadDimension = 16,
    FeedForwardDimension = 32,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 16,
    MaxSourceLength = 40,
    MaxTargetLength = 40,
    Activation = Activation.Relu,
    GatedFeedForward = true,
    Trainable = true)]
internal sealed partial class TrainableGatedRelu;

/// <summary>Dimensions of 7 and less, norms by the root mean square, gated with SiLU.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 7,
    Heads = 7,
    HeadDimension = 1,
    FeedForwardDimension = 1,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 2,
    MaxSourceLength = 3,
    MaxTargetLength = 3,
    StartToken = 0,
    EndToken = 1,
    PadToken = 0,
    Activation = Activation.Silu,
    GatedFeedForward = true,
    Trainable = true)]
internal sealed partial class TrainableSmallest;

/// <summary>Gated with the exact GELU.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 20,
    Heads = 2,
    HeadDimension = 10,
    FeedForwardDimension = 31,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 19,
    MaxSourceLength = 20,
    MaxTargetLength = 20,
    Activation = Activation.Gelu,
    GatedFeedForward = true,
    Trainable = true)]
internal sealed partial class TrainableGatedGelu;

/// <summary>The hyperbolic tangent.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 18,
    Heads = 2,
    FeedForwardDimension = 21,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 17,
    MaxSourceLength = 20,
    MaxTargetLength = 20,
    Activation = Activation.Tanh,
    Trainable = true)]
internal sealed partial class TrainableTanh;
