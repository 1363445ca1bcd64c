using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Execution;

namespace KernelGen.Tool.Measuring;

/// <summary>How fast a model of speech hears and writes on one core, and how fast it could at most.</summary>
/// <param name="Positions">The encoder positions of the sound.</param>
/// <param name="GeneratedTokens">The tokens that one call generates, an end token included.</param>
/// <param name="TokensPerSecond">The tokens generated in a second.</param>
/// <param name="Encoder">The encoder over the whole sound.</param>
/// <param name="Token">One token.</param>
internal sealed record SpeechSpeed(int Positions, int GeneratedTokens, double TokensPerSecond, StageSpeed Encoder, StageSpeed Token)
{
    /// <summary>Measures a model and its limits, in turns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="description">What it is.</param>
    /// <param name="precision">What its linear layers compute in.</param>
    /// <param name="machine">The limits of this machine.</param>
    /// <param name="frames">The frames of the sound.</param>
    /// <param name="maxLength">The most tokens that are generated.</param>
    /// <param name="seconds">How long to measure each stage, and how long its limit.</param>
    public static SpeechSpeed Measure(
        SpeechModel model, ModelDescription description, WeightPrecision precision, MachineLimits machine, int frames, int maxLength, double seconds)
    {
        float[] sound = RandomSounds.OfFrames(model, frames);
        var options = new GenerationOptions { MaxLength = maxLength };
        using EncodedSpeech encoded = model.Encode(sound);
        int tokens = Math.Min(encoded.Generate(options).Hypotheses[0].Tokens.Length + 1, maxLength);
        var costs = new ModelCosts(description, precision);
        var encoding = new LimitProgram(machine, costs.Encoding(1, encoded.Positions), costs.DecodingBytes);

        // Each step reads the keys and values of the whole sound, too, which take as much memory as a small model's weights.
        var sourceCache = new Work(0, costs.SourceCacheBytes(encoded.Positions), WeightPrecision.Float32);
        var decoding = new LimitProgram(
            machine,
            Enumerable.Range(1, tokens).SelectMany(step => costs.DecodingStep(1, encoded.Positions, step).Append(sourceCache)),
            costs.DecodingBytes + sourceCache.WeightBytes);
        Times[] times = Timing.LongInTurns([() => model.Encode(sound).Dispose(), encoding.Run, () => encoded.Generate(options), decoding.Run], seconds);
        return new SpeechSpeed(
            encoded.Positions,
            tokens,
            tokens / times[2].Median,
            StageSpeed.Of(times[0], times[1], count: 1, encoding.BoundBy),
            StageSpeed.Of(times[2], times[3], tokens, decoding.BoundBy));
    }
}

/// <summary>How long a stage of a model takes, and how long it would at least.</summary>
/// <param name="Milliseconds">The median time.</param>
/// <param name="LimitMilliseconds">The same for a loop that does the arithmetic of the stage's matrix products at the peak, or reads their weights, and the keys and values of the sound, at the bandwidth, whichever takes longer.</param>
/// <param name="PercentOfLimit">The limit's time in percent of the model's.</param>
/// <param name="BoundBy">What most of the limit is: <c>arithmetic</c>, or a level of memory.</param>
internal sealed record StageSpeed(double Milliseconds, double LimitMilliseconds, double PercentOfLimit, string BoundBy)
{
    /// <summary>The speed of one of several stages that were measured together.</summary>
    public static StageSpeed Of(Times found, Times possible, int count, string boundBy) =>
        new(1e3 * found.Median / count, 1e3 * possible.Median / count, 100 * possible.Median / found.Median, boundBy);
}
