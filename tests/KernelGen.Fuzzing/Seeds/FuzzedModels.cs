namespace KernelGen.Fuzzing.Seeds;

// Small, so that a model is loaded and used some thousand times a second.

/// <summary>Vocabularies of different sizes that fill no panel, heads of their own width.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 6,
    Heads = 2,
    FeedForwardDimension = 5,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 9,
    TargetVocabularySize = 11,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedVanilla;

/// <summary>One vocabulary, learned positions with an offset, embedding norms.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 4,
    Heads = 1,
    FeedForwardDimension = 7,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 18,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedBart;

/// <summary>Output weights enough to be screened, 8-bit ones by their upper bits.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 132,
    Heads = 2,
    FeedForwardDimension = 8,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 9,
    TargetVocabularySize = 1999,
    MaxSourceLength = 8,
    MaxTargetLength = 8)]
internal sealed partial class FuzzedScreened;
