namespace KernelGen.Samples.TrainTranslator;

/// <summary>The model of samples/Translate, as it learns.</summary>
[EncoderDecoderModel(Architecture.Vanilla,
    ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
    SourceVocabularySize = 2640, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true, Trainable = true)]
internal sealed partial class Translator : EncoderDecoder;
