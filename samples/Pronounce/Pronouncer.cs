namespace KernelGen.Samples.Pronounce;

/// <summary>A Transformer from letters to phonemes, which this program also trains; the generator writes its kernels for exactly these dimensions.</summary>
[EncoderDecoderModel(Architecture.Vanilla,
    ModelDimension = 256, Heads = 4, FeedForwardDimension = 1024, EncoderLayers = 4, DecoderLayers = 3,
    SourceVocabularySize = 30, TargetVocabularySize = 42, MaxSourceLength = 64, MaxTargetLength = 64,
    NormPlacement = NormPlacement.Pre, Activation = Activation.Gelu, Trainable = true)]
internal sealed partial class Pronouncer;
