namespace KernelGen.Benchmarks.Models;

/// <summary>T5-small: the output projection is the scaled embedding.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 512,
    Heads = 8,
    FeedForwardDimension = 2048,
    EncoderLayers = 6,
    DecoderLayers = 6,
    VocabularySize = 32128,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    ScaleOutput = true)]
internal sealed partial class T5Small;

/// <summary>A T5 of version 1.1 with the dimensions of mT5-small: gated, with an output projection of its own.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 512,
    Heads = 6,
    HeadDimension = 64,
    FeedForwardDimension = 1024,
    EncoderLayers = 8,
    DecoderLayers = 8,
    VocabularySize = 32128,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    Activation = Activation.GeluTanh,
    GatedFeedForward = true,
    TieEmbeddings = false)]
internal sealed partial class T5Gated;

/// <summary>An M2M100 with the dimensions of the base model of the paper.</summary>
[EncoderDecoderModel(
    Architecture.M2M100,
    ModelDimension = 512,
    Heads = 8,
    FeedForwardDimension = 2048,
    EncoderLayers = 6,
    DecoderLayers = 6,
    VocabularySize = 32000,
    MaxSourceLength = 128,
    MaxTargetLength = 128)]
internal sealed partial class M2M100;
