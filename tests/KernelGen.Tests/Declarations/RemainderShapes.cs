namespace KernelGen.Tests.Declarations;

// Together with the other models, dimensions that leave every remainder of a panel of 16, and of the 8 inputs that 8-bit products take at once. A model
// dimension above 128 has inputs of 8 bits, and these have output weights enough to be screened. Kernels are run within their bounds with them, and no more;
// feed-forward blocks are mostly as wide as the models, because that is less to compile.

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 19,
    Heads = 1,
    FeedForwardDimension = 19,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 41,
    TargetVocabularySize = 35,
    MaxSourceLength = 35,
    MaxTargetLength = 35)]
internal sealed partial class Width19;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 56,
    Heads = 8,
    FeedForwardDimension = 55,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 53,
    MaxSourceLength = 37,
    MaxTargetLength = 37)]
internal sealed partial class Width56;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 26,
    Heads = 1,
    FeedForwardDimension = 26,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 42,
    TargetVocabularySize = 39,
    MaxSourceLength = 39,
    MaxTargetLength = 39)]
internal sealed partial class Width26;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 29,
    Heads = 1,
    FeedForwardDimension = 29,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 44,
    TargetVocabularySize = 42,
    MaxSourceLength = 41,
    MaxTargetLength = 41)]
internal sealed partial class Width29;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 133,
    Heads = 1,
    FeedForwardDimension = 133,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1995,
    MaxSourceLength = 42,
    MaxTargetLength = 42)]
internal sealed partial class Width133;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 134,
    Heads = 1,
    FeedForwardDimension = 134,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1998,
    MaxSourceLength = 43,
    MaxTargetLength = 43)]
internal sealed partial class Width134;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 137,
    Heads = 1,
    FeedForwardDimension = 137,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1999,
    MaxSourceLength = 44,
    MaxTargetLength = 44)]
internal sealed partial class Width137;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 139,
    Heads = 1,
    FeedForwardDimension = 139,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1987,
    MaxSourceLength = 45,
    MaxTargetLength = 45)]
internal sealed partial class Width139;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 142,
    Heads = 1,
    FeedForwardDimension = 142,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1989,
    MaxSourceLength = 46,
    MaxTargetLength = 46)]
internal sealed partial class Width142;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 143,
    Heads = 1,
    FeedForwardDimension = 143,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1991,
    MaxSourceLength = 47,
    MaxTargetLength = 47)]
internal sealed partial class Width143;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 146,
    Heads = 1,
    FeedForwardDimension = 146,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1986,
    MaxSourceLength = 33,
    MaxTargetLength = 33)]
internal sealed partial class Width146;
