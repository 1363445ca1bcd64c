namespace KernelGen.Tests.Declarations;

/// <summary>The sample's Chinese to English translator.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 4,
    FeedForwardDimension = 512,
    EncoderLayers = 3,
    DecoderLayers = 3,
    SourceVocabularySize = 2744,
    TargetVocabularySize = 3000,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    TieEmbeddings = true)]
internal sealed partial class Translator;

#if SHARED_G2P
/// <summary>How English words are pronounced: a BART of other people's, declared by its config.json.</summary>
[EncoderDecoderModel("g2p-en-us/config.json")]
internal sealed partial class Pronouncer;
#endif
