using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>Every dimension and setting of a model, decided. The generator writes kernels for exactly these, and the runtime reads weights by them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public record ModelSettings
{
    private readonly Activation? _decoderActivation;
    private readonly bool? _decoderGatedFeedForward;

    /// <summary>The family that names the tensors.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>The width of the model.</summary>
    public required int ModelDimension { get; init; }

    /// <summary>The number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The width between the two linear layers of a feed-forward block.</summary>
    public required int FeedForwardDimension { get; init; }

    /// <summary>The number of encoder layers.</summary>
    public required int EncoderLayers { get; init; }

    /// <summary>The number of decoder layers.</summary>
    public required int DecoderLayers { get; init; }

    /// <summary>The number of source tokens.</summary>
    public required int SourceVocabularySize { get; init; }

    /// <summary>The number of target tokens.</summary>
    public required int TargetVocabularySize { get; init; }

    /// <summary>The longest source, in tokens.</summary>
    public required int MaxSourceLength { get; init; }

    /// <summary>The number of target positions: the start token takes the first, and each generated token but the last takes another.</summary>
    public required int MaxTargetLength { get; init; }

    /// <summary>Where layer normalisation stands.</summary>
    public required NormPlacement NormPlacement { get; init; }

    /// <summary>Whether each stack ends with a layer norm.</summary>
    public required bool FinalNorm { get; init; }

    /// <summary>Whether embeddings are normalised before the first layer.</summary>
    public required bool EmbeddingNorm { get; init; }

    /// <summary>The function inside a feed-forward block; where <see cref="DecoderActivation"/> is another, inside those of the encoder.</summary>
    public required Activation Activation { get; init; }

    /// <summary>What is added to each embedding.</summary>
    public required PositionalEncoding PositionalEncoding { get; init; }

    /// <summary>The row of a learned table that holds position 0.</summary>
    public required int PositionOffset { get; init; }

    /// <summary>Whether embeddings are multiplied by the square root of the model dimension.</summary>
    public required bool ScaleEmbedding { get; init; }

    /// <summary>Whether the output projection is the target embedding.</summary>
    public required bool TieEmbeddings { get; init; }

    /// <summary>Whether the output projection adds a bias.</summary>
    public required bool OutputBias { get; init; }

    /// <summary>What layer normalisation adds to the variance.</summary>
    public required double LayerNormEpsilon { get; init; }

    /// <summary>The token that begins every target.</summary>
    public required int StartToken { get; init; }

    /// <summary>The token that ends a target.</summary>
    public required int EndToken { get; init; }

    /// <summary>The token that fills rectangular batches.</summary>
    public required int PadToken { get; init; }

    /// <summary>The width of one head. Where it is not set, the heads share the model dimension.</summary>
    public int HeadDimension
    {
        get => field > 0 ? field : ModelDimension / Heads;
        init;
    }

    /// <summary>Whether the row of a position is added to each embedding.</summary>
    internal bool AddsPositions => PositionalEncoding is not (PositionalEncoding.None or PositionalEncoding.Relative or PositionalEncoding.Rotary);

    /// <summary>How norms normalise.</summary>
    public Normalization Normalization { get; init; } = Normalization.LayerNorm;

    /// <summary>Whether layer normalisation adds a β.</summary>
    public bool NormShift { get; init; } = true;

    /// <summary>Whether norms have a β.</summary>
    internal bool HasShift => NormShift && Normalization == Normalization.LayerNorm;

    /// <summary>Whether linear layers add a bias.</summary>
    public bool LinearBias { get; init; } = true;

    /// <summary>Whether those of attention add one, where linear layers do.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Whether key projections add one, where those of attention do.</summary>
    public bool KeyBias { get; init; } = true;

    /// <summary>The numbers in a frame of the source, such as the bins of a log-mel spectrogram; 1 where frames are samples of sound, 0 where the source is tokens.</summary>
    public int SourceChannels { get; init; }

    /// <summary>Whether the source is audio, of which convolutions make the rows that the encoder's layers read.</summary>
    internal bool IsSpeech => SourceChannels > 0;

    /// <summary>Whether attention scores are divided by the square root of the head dimension.</summary>
    public bool ScaleScores { get; init; } = true;

    /// <summary>Whether the first half of a feed-forward block is a product: of an activated linear layer, the gate, and of another.</summary>
    public bool GatedFeedForward { get; init; }

    /// <summary>The function inside a feed-forward block of the decoder. Where it is not set, that of the encoder.</summary>
    public Activation DecoderActivation
    {
        get => _decoderActivation ?? Activation;
        init => _decoderActivation = value;
    }

    /// <summary>Whether those of the decoder are gated. Where it is not set, as those of the encoder.</summary>
    public bool DecoderGatedFeedForward
    {
        get => _decoderGatedFeedForward ?? GatedFeedForward;
        init => _decoderGatedFeedForward = value;
    }

    /// <summary>Whether any feed-forward block is gated.</summary>
    internal bool HasGate => GatedFeedForward || DecoderGatedFeedForward;

    /// <summary>
    /// Whether a few activations inside feed-forward blocks may be so much larger than the others that 8 bits for each are too few; with 8-bit weights each eight
    /// of them then have a multiplier, or all of them 12 bits.
    /// </summary>
    public bool LargeActivations { get; init; }

    /// <summary>Whether decoder output is divided by the square root of the model dimension before it is projected to logits.</summary>
    public bool ScaleOutput { get; init; }

    /// <summary>With relative positions, the number of distances that are told apart, those to both sides of the encoder together.</summary>
    public int RelativePositionBuckets { get; init; }

    /// <summary>With relative positions, the distance from which on all are alike.</summary>
    public int RelativePositionDistance { get; init; }

    /// <summary>With rotary positions, how many numbers of each head are turned, the first ones; of an odd number the one behind them is turned as well.</summary>
    public int RotaryDimension { get; init; }

    /// <summary>With rotary positions, the base θ of the angles: pair i is turned by <c>position · θ^(-2i / RotaryDimension)</c>.</summary>
    public double RotaryBase { get; init; }

    /// <summary>The pairs of numbers that are turned in each head.</summary>
    internal int RotaryPairs => (RotaryDimension + 1) / 2;
}
