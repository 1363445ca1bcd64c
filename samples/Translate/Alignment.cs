namespace KernelGen.Samples.Translate;

/// <summary>A sentence, its translation by greedy search, and where the decoder looked for each target token.</summary>
internal sealed record Alignment
{
    public required string Sentence { get; init; }

    public required string Translation { get; init; }

    /// <summary>The source tokens.</summary>
    public required int[] Source { get; init; }

    /// <summary>What each source token stands for.</summary>
    public required string[] SourcePieces { get; init; }

    /// <summary>The target tokens without the start token; the end token last, where it came.</summary>
    public required int[] Target { get; init; }

    /// <summary>What each target token stands for.</summary>
    public required string[] TargetPieces { get; init; }

    public required CrossAttention CrossAttention { get; init; }
}
