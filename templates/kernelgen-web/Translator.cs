using KernelGen;

#if (example)
/// <summary>The model of the folder "model": the generator writes its kernels for exactly these dimensions while the program is compiled.</summary>
[EncoderDecoderModel(Architecture.Vanilla,
    ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
    SourceVocabularySize = 2640, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true)]
#else
/// <summary>The model of a folder: the generator reads its config.json while the program is compiled. The lengths are lowered, because memory grows with them.</summary>
[EncoderDecoderModel("MODEL-FOLDER/config.json", MaxSourceLength = 256, MaxTargetLength = 256)]
#endif
internal sealed partial class Translator : EncoderDecoder;
