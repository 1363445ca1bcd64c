namespace KernelGen.Tests;

/// <summary>The model of samples/Translate, whose weights tests and benchmarks use.</summary>
[EncoderDecoderModel(Architecture.Vanilla,
    ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
    SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true)]
internal sealed partial class Translator;
