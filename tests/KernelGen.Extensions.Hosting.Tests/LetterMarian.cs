namespace KernelGen.Extensions.Hosting.Tests;

/// <summary>The Marian model of the goldens, whose tokens are letters here.</summary>
[EncoderDecoderModel(
    Architecture.Marian,
    ModelDimension = 64,
    Heads = 4,
    FeedForwardDimension = 96,
    EncoderLayers = 2,
    DecoderLayers = 2,
    VocabularySize = 70,
    MaxSourceLength = 64,
    MaxTargetLength = 64)]
internal sealed partial class LetterMarian : EncoderDecoder;
