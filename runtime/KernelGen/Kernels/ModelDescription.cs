using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>What the runtime knows of a declared model: its settings, and the row strides that its kernels were written with. Written by the generator.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ModelDescription : ModelSettings
{
    /// <summary>The name of the declared class.</summary>
    public required string Name { get; init; }

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

    /// <summary>From row to row of quantised inputs, in bytes: the inputs of the widest linear layer, their sums where weights may have 4 bits, and 64 for what belongs to the row.</summary>
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

    /// <summary>The room of all heads in queries, keys and values.</summary>
    public int AttentionWidth => Heads * HeadWidth;
}
