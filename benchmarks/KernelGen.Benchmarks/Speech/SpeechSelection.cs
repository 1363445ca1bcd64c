namespace KernelGen.Benchmarks.Speech;

/// <summary>What of speech is measured, and for how long.</summary>
internal sealed record SpeechSelection
{
    /// <summary>The models.</summary>
    public required IReadOnlyList<SpeechCase> Cases { get; init; }

    /// <summary>What weights are stored in.</summary>
    public required IReadOnlyList<WeightPrecision> Precisions { get; init; }

    /// <summary>How many threads share the work.</summary>
    public required IReadOnlyList<int> Threads { get; init; }

    /// <summary>What KernelGen computes with.</summary>
    public required InstructionSet InstructionSet { get; init; }

    /// <summary>For each contender.</summary>
    public required double Seconds { get; init; }

    /// <summary>All of it, for a report; the smallest model where it is a quick one.</summary>
    public static SpeechSelection Of(Selection selection) => new()
    {
        Cases = selection.IsQuick ? [SpeechCase.Tiny] : SpeechCase.All,
        Precisions = Enum.GetValues<WeightPrecision>(),
        Threads = [1, 2],
        InstructionSet = selection.InstructionSet,
        Seconds = selection.ModelSeconds,
    };
}
