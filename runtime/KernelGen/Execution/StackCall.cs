namespace KernelGen.Execution;

/// <summary>What a stack is run over: rows of several sequences, one behind the other.</summary>
internal ref struct StackCall
{
    /// <summary>The sequences.</summary>
    public required ReadOnlySpan<int> Sequences { get; init; }

    /// <summary>How many rows each of them has.</summary>
    public required ReadOnlySpan<int> Counts { get; init; }

    /// <summary>The number of rows of all.</summary>
    public required int Rows { get; init; }

    /// <summary>
    /// Where the tokens of hypotheses stand: the rows of a sequence are then the last tokens of hypotheses that share its caches. <see langword="null"/> where they are consecutive tokens.
    /// </summary>
    public TokenPlaces? Places { get; init; }

    /// <summary>Receives the probabilities of self-attention, layer by layer, where there is one sequence; empty where they are not wanted.</summary>
    public Span<float> SelfAttention { get; init; }

    /// <summary>Receives the probabilities of cross-attention, layer by layer, where there is one sequence; empty where they are not wanted.</summary>
    public Span<float> CrossAttention { get; init; }
}
