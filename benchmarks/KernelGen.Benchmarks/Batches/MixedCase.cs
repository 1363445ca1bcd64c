using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Batches;

/// <summary>A list of sources of mixed lengths, and one of as many sources that are all alike and as long as those of the first are on average.</summary>
/// <param name="Mixed">Sources of 5 to 60 tokens.</param>
/// <param name="Equal">Sources of equal length.</param>
/// <param name="MaxLength">The most tokens to generate, or <see langword="null"/> for as many as the model allows.</param>
/// <param name="What">The lists in words.</param>
internal sealed record MixedCase(int[][] Mixed, int[][] Equal, int? MaxLength, string What)
{
    private const int Shortest = 5, Longest = 60;

    /// <summary>Random sources of which exactly <see cref="RandomCase.TargetLength"/> tokens are generated each; both lists have the same number of source tokens, but for rounding.</summary>
    public static MixedCase Random(RandomCase random, int count)
    {
        var numbers = new Random(random.Seed);
        int[][] Sources(IEnumerable<int> lengths) =>
            [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => numbers.Next(random.FirstWord, random.Model.Description.SourceVocabularySize)).ToArray())];
        int[] lengths = [.. Enumerable.Range(0, count).Select(_ => numbers.Next(Shortest, Longest + 1))];
        int mean = (int)Math.Round(lengths.Average());
        return new MixedCase(
            Sources(lengths), Sources(Enumerable.Repeat(mean, count)), RandomCase.TargetLength, $"{Shortest} to {Longest} source tokens, {RandomCase.TargetLength} target tokens");
    }

    /// <summary>Sentences whose targets end by themselves, beside one that is repeated: that whose source and target are nearest to the means.</summary>
    /// <param name="trained">The model and its sentences.</param>
    /// <param name="model">The model, loaded.</param>
    /// <param name="count">The number of sources; sentences come again where there are fewer.</param>
    public static MixedCase Sentences(TrainedCase trained, KernelGenPeer model, int count)
    {
        int[][] fitting = [.. trained.Sources.Where(static source => source.Length is >= Shortest and <= Longest)];
        int[][] mixed = [.. Enumerable.Range(0, count).Select(i => fitting[i % fitting.Length])];
        int[] targets = [.. model.Generate(mixed).Select(static target => target.Length)];
        double meanSource = mixed.Average(static source => source.Length), meanTarget = targets.Average();
        int typical = Enumerable.Range(0, count).MinBy(i => Math.Abs(mixed[i].Length - meanSource) + Math.Abs(targets[i] - meanTarget));
        return new MixedCase(
            mixed,
            [.. Enumerable.Repeat(mixed[typical], count)],
            MaxLength: null,
            $"{mixed.Min(static source => source.Length)} to {mixed.Max(static source => source.Length)} source tokens, {targets.Min()} to {targets.Max()} target tokens");
    }
}
