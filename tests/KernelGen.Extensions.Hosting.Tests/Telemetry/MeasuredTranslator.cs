namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>The golden again, by a name of its own: what is measured of it is nobody else's.</summary>
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
internal sealed partial class MeasuredTranslator;
