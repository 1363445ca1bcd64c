using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Execution;

namespace KernelGen.Tool.Measuring;

/// <summary>How fast a model generates greedily on one core, and how fast it could at most.</summary>
/// <param name="Batch">The sources of one call.</param>
/// <param name="SourceLength">The tokens of each.</param>
/// <param name="GeneratedTokens">The tokens that one call generates, end tokens included.</param>
/// <param name="MillisecondsPerSentence">The median time of a call, for one of its sources.</param>
/// <param name="TokensPerSecond">The tokens generated in a second.</param>
/// <param name="LimitMilliseconds">The same for a loop that does the arithmetic of the model's matrix products at the peak, or reads their weights at the bandwidth, whichever takes longer.</param>
/// <param name="PercentOfLimit">The limit's time in percent of the model's. More than 100 where the output projection is screened, which the limit reads whole.</param>
/// <param name="BoundBy">What most of the limit is: <c>arithmetic</c>, or a level of memory.</param>
internal sealed record ModelSpeed(
    int Batch, int SourceLength, int GeneratedTokens, double MillisecondsPerSentence, double TokensPerSecond, double LimitMilliseconds, double PercentOfLimit, string BoundBy)
{
    /// <summary>Measures a model and its limit, in turns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="description">What it is.</param>
    /// <param name="precision">What its linear layers compute in.</param>
    /// <param name="machine">The limits of this machine.</param>
    /// <param name="batch">The sources of one call.</param>
    /// <param name="sourceLength">The tokens of each.</param>
    /// <param name="maxLength">The most tokens that are generated for each.</param>
    /// <param name="seconds">How long to measure the model, and how long the limit.</param>
    public static ModelSpeed Measure(
        EncoderDecoder model, ModelDescription description, WeightPrecision precision, MachineLimits machine, int batch, int sourceLength, int maxLength, double seconds)
    {
        int[][] sources = RandomSources.Create(description, batch, sourceLength, sourceLength);
        var options = new GenerationOptions { MaxLength = maxLength };
        int[] steps = [.. model.Generate(sources, options).Select(result => Math.Min(result.Hypotheses[0].Tokens.Length + 1, maxLength))];
        var costs = new ModelCosts(description, precision);
        IEnumerable<Work> work =
        [
            .. costs.Encoding(batch, sourceLength),
            .. Enumerable.Range(1, steps.Max()).SelectMany(step => costs.DecodingStep(steps.Count(length => length >= step), sourceLength, step)),
        ];
        var limit = new LimitProgram(machine, work, costs.DecodingBytes);
        Times[] times = Timing.LongInTurns([() => model.Generate(sources, options), limit.Run], seconds);
        (double found, double possible) = (times[0].Median, times[1].Median);
        int tokens = steps.Sum();
        return new ModelSpeed(batch, sourceLength, tokens, 1e3 * found / batch, tokens / found, 1e3 * possible / batch, 100 * possible / found, limit.BoundBy);
    }
}
