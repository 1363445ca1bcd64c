namespace KernelGen.Samples.Pronounce;

/// <summary>A small BART from letters to phonemes; the generator writes its kernels for exactly these dimensions.</summary>
[EncoderDecoderModel(Architecture.Bart,
    ModelDimension = 128, Heads = 1, FeedForwardDimension = 1024, EncoderLayers = 1, DecoderLayers = 1,
    VocabularySize = 63, MaxSourceLength = 64, MaxTargetLength = 64, StartToken = 1, EndToken = 2, PadToken = 0)]
internal sealed partial class Pronouncer;
