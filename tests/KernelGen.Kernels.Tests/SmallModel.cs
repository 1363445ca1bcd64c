namespace KernelGen.Tests.SingleKernels;

/// <summary>A model whose kernels are compared with single ones of the same dimensions.</summary>
[EncoderDecoderModel(Architecture.Bart,
    ModelDimension = 48, Heads = 3, FeedForwardDimension = 80, EncoderLayers = 1, DecoderLayers = 1, VocabularySize = 63, MaxSourceLength = 40, MaxTargetLength = 40,
    ScaleEmbedding = true)]
internal sealed partial class SmallModel;
