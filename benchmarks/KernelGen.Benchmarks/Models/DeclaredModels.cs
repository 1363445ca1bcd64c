namespace KernelGen.Benchmarks.Models;

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
    TieEmbeddings = true,
    FinalNorm = false,
    OutputBias = false)]
internal sealed partial class Base;

/// <summary>A distilled model: a deep encoder, a shallow decoder.</summary>
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
    TieEmbeddings = true,
    FinalNorm = false,
    OutputBias = false)]
internal sealed partial class Student;

/// <summary>A small model with a small vocabulary.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 256,
    Heads = 4,
    FeedForwardDimension = 1024,
    EncoderLayers = 3,
    DecoderLayers = 3,
    VocabularySize = 128,
    MaxSourceLength = 128,
    MaxTargetLength = 128,
    TieEmbeddings = true,
    FinalNorm = false,
    OutputBias = false)]
internal sealed partial class Small;

/// <summary>How English words are pronounced: a BART of other people's, whose weights are beside this repository or not there.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 128,
    Heads = 1,
    FeedForwardDimension = 1024,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 63,
    MaxSourceLength = 64,
    MaxTargetLength = 64,
    StartToken = 1,
    EndToken = 2,
    PadToken = 0)]
internal sealed partial class Pronouncer;
