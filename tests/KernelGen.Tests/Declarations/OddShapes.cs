namespace KernelGen.Tests.Declarations;

// Shapes that fit no vector, and settings that no golden has. Weights are random.

/// <summary>Every dimension 1; two tokens.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 1,
    Heads = 1,
    FeedForwardDimension = 1,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 2,
    MaxSourceLength = 33,
    MaxTargetLength = 7,
    StartToken = 0,
    EndToken = 1)]
internal sealed partial class SmallestShape;

/// <summary>Heads of 4, a feed-forward block narrower than a panel, no positions, pre-norm without final norms, tanh GELU.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 20,
    Heads = 5,
    FeedForwardDimension = 11,
    EncoderLayers = 1,
    DecoderLayers = 2,
    SourceVocabularySize = 15,
    TargetVocabularySize = 16,
    MaxSourceLength = 48,
    MaxTargetLength = 48,
    NormPlacement = NormPlacement.Pre,
    FinalNorm = false,
    Activation = Activation.GeluTanh,
    PositionalEncoding = PositionalEncoding.None)]
internal sealed partial class HeadsOf4;

/// <summary>Heads of 1; rows between the feed-forward layers that are put further apart than they are wide; pre-norm BART (mBART) with two vocabularies, learned positions from row 0.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 7,
    Heads = 7,
    FeedForwardDimension = 1020,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 19,
    TargetVocabularySize = 17,
    MaxSourceLength = 40,
    MaxTargetLength = 50,
    NormPlacement = NormPlacement.Pre,
    FinalNorm = true,
    PositionOffset = 0,
    LayerNormEpsilon = 1e-6)]
internal sealed partial class HeadsOf1;

/// <summary>Heads of 11, an embedding norm and SiLU on the vanilla architecture, embeddings not scaled.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 33,
    Heads = 3,
    FeedForwardDimension = 47,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 16,
    TargetVocabularySize = 33,
    MaxSourceLength = 40,
    MaxTargetLength = 40,
    EmbeddingNorm = true,
    ScaleEmbedding = false,
    Activation = Activation.Silu)]
internal sealed partial class HeadsOf11;

/// <summary>Heads of 72, whose five panels do not go in pairs; Marian with two vocabularies and ReLU.</summary>
[EncoderDecoderModel(
    Architecture.Marian,
    ModelDimension = 144,
    Heads = 2,
    FeedForwardDimension = 40,
    EncoderLayers = 1,
    DecoderLayers = 1,
    SourceVocabularySize = 52,
    TargetVocabularySize = 48,
    MaxSourceLength = 40,
    MaxTargetLength = 40,
    Activation = Activation.Relu)]
internal sealed partial class HeadsOf72;

/// <summary>Output weights enough to be screened, 8-bit ones by their upper bits; an odd number of panels, and steps that fill no whole chunk.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 140,
    Heads = 5,
    FeedForwardDimension = 33,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1901,
    MaxSourceLength = 20,
    MaxTargetLength = 20,
    SuppressedTokens = [1900])]
internal sealed partial class OddScreened;

/// <summary>One element more than a panel everywhere; one vocabulary that is also the output projection, without a bias; split positions of odd width.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 17,
    Heads = 1,
    FeedForwardDimension = 65,
    EncoderLayers = 2,
    DecoderLayers = 1,
    VocabularySize = 17,
    MaxSourceLength = 70,
    MaxTargetLength = 40,
    PositionalEncoding = PositionalEncoding.SinusoidalSplit,
    TieEmbeddings = true,
    OutputBias = false,
    Activation = Activation.GeluTanh,
    SuppressedTokens = [3, 16])]
internal sealed partial class OneMoreThanAPanel;

/// <summary>One head of 3, few buckets of relative positions, and sources so long that their rows attend in several blocks; gated with the exact GELU.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 21,
    Heads = 1,
    HeadDimension = 3,
    FeedForwardDimension = 13,
    EncoderLayers = 2,
    DecoderLayers = 1,
    VocabularySize = 23,
    MaxSourceLength = 600,
    MaxTargetLength = 40,
    RelativePositionBuckets = 8,
    RelativePositionDistance = 20,
    Activation = Activation.Gelu,
    GatedFeedForward = true,
    ScaleOutput = true)]
internal sealed partial class RelativeHeadOf3;

/// <summary>Norms by the root mean square after each sublayer, scaled scores, positions that are computed, heads wider than the model's share; gated with SiLU.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 34,
    Heads = 2,
    HeadDimension = 23,
    FeedForwardDimension = 48,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 31,
    MaxSourceLength = 40,
    MaxTargetLength = 40,
    NormPlacement = NormPlacement.Post,
    FinalNorm = false,
    ScaleScores = true,
    ScaleEmbedding = true,
    PositionalEncoding = PositionalEncoding.SinusoidalSplit,
    Activation = Activation.Silu,
    GatedFeedForward = true,
    ScaleOutput = false)]
internal sealed partial class GatedPostNorm;

/// <summary>8-bit inputs with multipliers and without in one model, the last step of an odd number of them not full, beside an output projection that is screened by its upper bits; gated with ReLU.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 144,
    Heads = 3,
    HeadDimension = 20,
    FeedForwardDimension = 71,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 1900,
    MaxSourceLength = 24,
    MaxTargetLength = 24,
    Activation = Activation.Relu,
    GatedFeedForward = true,
    ScaleOutput = true)]
internal sealed partial class WideGated;

/// <summary>Rotary positions: heads of 43, of which an odd number is turned, with the one behind it; more pairs than a vector has lanes.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 86,
    Heads = 2,
    FeedForwardDimension = 25,
    EncoderLayers = 2,
    DecoderLayers = 2,
    VocabularySize = 29,
    MaxSourceLength = 40,
    MaxTargetLength = 44,
    NormPlacement = NormPlacement.Pre,
    Activation = Activation.Tanh,
    PositionalEncoding = PositionalEncoding.Rotary,
    RotaryDimension = 37)]
internal sealed partial class RotaryHeads;

/// <summary>Three heads of 20, and sources so long that kernels go through them head by head, or position by position.</summary>
[EncoderDecoderModel(
    Architecture.Bart,
    ModelDimension = 60,
    Heads = 3,
    FeedForwardDimension = 20,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 29,
    MaxSourceLength = 600,
    MaxTargetLength = 24)]
internal sealed partial class LongSources;

/// <summary>So wide that layers may have 4-bit weights, and inputs that fill no group of 32: 267, and 301; heads of 89.</summary>
[EncoderDecoderModel(
    Architecture.Vanilla,
    ModelDimension = 267,
    Heads = 3,
    FeedForwardDimension = 301,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 37,
    MaxSourceLength = 24,
    MaxTargetLength = 24,
    Activation = Activation.Silu)]
internal sealed partial class WideOdd;

/// <summary>Layers that may have 4-bit weights beside one whose inputs have multipliers, which may not; gated, and without biases.</summary>
[EncoderDecoderModel(
    Architecture.T5,
    ModelDimension = 280,
    Heads = 3,
    HeadDimension = 20,
    FeedForwardDimension = 50,
    EncoderLayers = 1,
    DecoderLayers = 1,
    VocabularySize = 33,
    MaxSourceLength = 24,
    MaxTargetLength = 24,
    Activation = Activation.Relu,
    GatedFeedForward = true,
    ScaleOutput = true)]
internal sealed partial class WideOddGated;
