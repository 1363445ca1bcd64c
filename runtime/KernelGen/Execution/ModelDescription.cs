using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>What the runtime knows of a declared model: its settings, and the row strides that its kernels were written with. Written by the generator.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ModelDescription
{
    /// <summary>The name of the declared class.</summary>
    public required string Name { get; init; }

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

    /// <summary>The function inside a feed-forward block.</summary>
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

    /// <summary>Tokens that generation never chooses.</summary>
    public required int[] SuppressedTokens { get; init; }

    /// <summary>The room of one head in queries, keys and values: the head dimension rounded up to a multiple of 16.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>From row to row of a buffer of the model dimension, in floats.</summary>
    public required int ModelStride { get; init; }

    /// <summary>From row to row of the attention output (all heads, each of <see cref="HeadWidth"/>), in floats.</summary>
    public required int AttentionStride { get; init; }

    /// <summary>From row to row between the feed-forward layers, in floats.</summary>
    public required int FeedForwardStride { get; init; }

    /// <summary>From row to row of logits, in floats.</summary>
    public required int LogitsStride { get; init; }

    /// <summary>From row to row of quantised inputs, in bytes: the inputs of the widest linear layer, and 64 for what belongs to the row.</summary>
    public required int QuantizedStride { get; init; }

    /// <summary>
    /// Bits of a quantised input: 8, with weights of 7 bits stored without sign, four inputs together; or 12, with weights of 8 bits, two inputs together.
    /// </summary>
    public required int QuantizedInputBits { get; init; }

    /// <summary>
    /// Whether a smaller copy of the output projection is kept, which finds the best token without reading all of the weights: their upper bits where they
    /// are of 8 bits and inputs are, otherwise 8-bit weights.
    /// </summary>
    public required bool ScreensOutput { get; init; }

    /// <summary>The room that the attention kernels need for scores, in floats; the largest of the instruction sets.</summary>
    public required int AttentionScratch { get; init; }

    /// <summary>Bytes after the integers of a quantised row: for its scale, and the value with which its sums begin.</summary>
    internal const int QuantizedTail = 64;

    /// <summary>The room of all heads in queries, keys and values.</summary>
    public int AttentionWidth => Heads * HeadWidth;

    /// <summary>The width of one head.</summary>
    public int HeadDimension => ModelDimension / Heads;
}
