using KernelGen.Decoding;

namespace KernelGen;

/// <summary>What <see cref="SpeechModel.Encode"/> makes room for.</summary>
public sealed record SpeechEncodingOptions
{
    internal static readonly SpeechEncodingOptions Default = new();

    /// <summary>
    /// The most hypotheses, or samples, of one target that are followed at once: 1 (the default, for greedy search) to 64. Each takes the memory of a target of the declared
    /// length.
    /// </summary>
    public int MaxHypotheses { get; init; } = 1;

    /// <summary>How many threads share the work of encoding, and may share that of the calls that follow: 1 (the default) to 64. Results are the same bits whatever it is.</summary>
    public int Threads { get; init; } = 1;

    internal void Check()
    {
        if (MaxHypotheses is < 1 or > BatchSearch.MaxRows)
        {
            throw SearchSettings.OutOfRange(nameof(MaxHypotheses), MaxHypotheses, $"from 1 to {BatchSearch.MaxRows}");
        }

        if (Threads is < 1 or > SearchSettings.MaxThreads)
        {
            throw SearchSettings.OutOfRange(nameof(Threads), Threads, $"from 1 to {SearchSettings.MaxThreads}");
        }
    }
}
