namespace KernelGen.Extensions.Hosting.Tests;

/// <summary>The golden whose weights are beside this assembly.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 128,
    Heads = 2,
    FeedForwardDimension = 256,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 100,
    MaxSourceLength = 64,
    MaxTargetLength = 64)]
internal sealed partial class Translator;
