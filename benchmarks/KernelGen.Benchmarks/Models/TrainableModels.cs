namespace KernelGen.Benchmarks.Models;

/// <summary>From letters to phonemes.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 4,
    FeedForwardDimension = 1024,
    EncoderLayers = 4,
    DecoderLayers = 4,
    SourceVocabularySize = 64,
    TargetVocabularySize = 64,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    Trainable = true)]
internal sealed partial class TrainableG2p;

/// <summary>The dimensions of the sample that translates.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 4,
    FeedForwardDimension = 512,
    EncoderLayers = 3,
    DecoderLayers = 3,
    VocabularySize = 3000,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    Trainable = true)]
internal sealed partial class TrainableZhEn;

/// <summary>A deep encoder, a shallow decoder.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 8,
    FeedForwardDimension = 1536,
    EncoderLayers = 6,
    DecoderLayers = 2,
    VocabularySize = 32000,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    Trainable = true)]
internal sealed partial class TrainableStudent;

/// <summary>The base model of the paper.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 512,
    Heads = 8,
    FeedForwardDimension = 2048,
    EncoderLayers = 6,
    DecoderLayers = 6,
    VocabularySize = 32000,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    Trainable = true)]
internal sealed partial class TrainableBase;
