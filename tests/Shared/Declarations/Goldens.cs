namespace KernelGen.Tests.Declarations;

// The goldens; whether they can be trained is up to each project of tests. What is left out is the preset of the architecture, or what the configuration file says.

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 64,
    Heads = 4,
    FeedForwardDimension = 128,
    EncoderLayers = 2,
    DecoderLayers = 2,
    SourceVocabularySize = 50,
    TargetVocabularySize = 60,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    Trainable = Declared.Trainable)]
internal sealed partial class GoldenVanilla;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 20,
    Heads = 5,
    FeedForwardDimension = 36,
    EncoderLayers = 2,
    DecoderLayers = 1,
    SourceVocabularySize = 33,
    TargetVocabularySize = 41,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    NormPlacement = NormPlacement.Pre,
    Activation = Activation.Gelu,
    Trainable = Declared.Trainable)]
internal sealed partial class GoldenVanillaPreNorm;

[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 128,
    Heads = 2,
    FeedForwardDimension = 256,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 100,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    Trainable = Declared.Trainable)]
internal sealed partial class GoldenVanillaHead64;

[EncoderDecoderModel(
    Architecture.Marian,
    ModelDimension = 64,
    Heads = 4,
    FeedForwardDimension = 96,
    EncoderLayers = 2,
    DecoderLayers = 2,
    VocabularySize = 70,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    Trainable = Declared.Trainable)]
internal sealed partial class GoldenMarian;

[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 48,
    Heads = 3,
    FeedForwardDimension = 80,
    EncoderLayers = 2,
    DecoderLayers = 2,
    VocabularySize = 45,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    Trainable = Declared.Trainable)]
internal sealed partial class GoldenBart;

[EncoderDecoderModel("Goldens/data/m2m100/config.json", MaxSourceLength = 64, MaxTargetLength = 64, Trainable = Declared.Trainable)]
internal sealed partial class GoldenM2M100;

[EncoderDecoderModel("Goldens/data/mbart50/config.json", Trainable = Declared.Trainable)]
internal sealed partial class GoldenMBart50;

[EncoderDecoderModel("Goldens/data/t5-v1_0/config.json", MaxSourceLength = 160, MaxTargetLength = 160, Trainable = Declared.Trainable)]
internal sealed partial class GoldenT5;

[EncoderDecoderModel("Goldens/data/t5-v1_1/config.json", MaxSourceLength = 64, MaxTargetLength = 64, Trainable = Declared.Trainable)]
internal sealed partial class GoldenT5Gated;

[EncoderDecoderModel("Goldens/data/pegasus/config.json", MaxSourceLength = 64, MaxTargetLength = 64, Trainable = Declared.Trainable)]
internal sealed partial class GoldenPegasus;
