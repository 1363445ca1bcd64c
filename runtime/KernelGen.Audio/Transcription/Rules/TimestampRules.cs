using System.Numerics;
using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>
/// Keeps timestamps in order: a text begins with one, they come in pairs (the end of a segment and the beginning of the next) but for the first and the last, none is
/// before an earlier one, no segment is empty, and one comes where all timestamps together are more probable than any other token (Radford et al. 2022,
/// "Robust speech recognition via large-scale weak supervision").
/// </summary>
internal sealed class TimestampRules : ITokenRule
{
    private readonly int _end;
    private readonly int _noTimestamps;
    private readonly int _firstTimestamp;
    private readonly int? _lastInitialTimestamp;

    /// <param name="tokens">The tokens of the model.</param>
    /// <param name="longestSilence">The highest timestamp that a text may begin with, in positions, or <see langword="null"/> for any.</param>
    public TimestampRules(WhisperTokens tokens, int? longestSilence)
    {
        _end = tokens.End;
        _noTimestamps = tokens.NoTimestamps;
        _firstTimestamp = tokens.FirstTimestamp;
        _lastInitialTimestamp = _firstTimestamp + longestSilence;
    }

    public void Apply(Span<float> logits, ReadOnlySpan<int> written)
    {
        logits[_noTimestamps] = float.NegativeInfinity;
        Pair(logits, written);
        Order(logits, written);
        if (written.IsEmpty)
        {
            Forbid(logits[.._firstTimestamp]);
            if (_lastInitialTimestamp < logits.Length - 1)
            {
                Forbid(logits[(_lastInitialTimestamp.Value + 1)..]);
            }
        }

        if (AreTimestampsMoreProbable(logits))
        {
            Forbid(logits[.._firstTimestamp]);
        }
    }

    private bool IsTimestamp(int token) => token >= _firstTimestamp;

    /// <summary>After two timestamps, or the first, a text comes; after a text's timestamp another timestamp, or the end.</summary>
    private void Pair(Span<float> logits, ReadOnlySpan<int> written)
    {
        if (written.IsEmpty || !IsTimestamp(written[^1]))
        {
            return;
        }

        bool isPair = written.Length < 2 || IsTimestamp(written[^2]);
        Forbid(isPair ? logits[_firstTimestamp..] : logits[.._end]);
    }

    /// <summary>No timestamp is before the last one. The same one comes again only as the second of a pair, so that no segment is without length.</summary>
    private void Order(Span<float> logits, ReadOnlySpan<int> written)
    {
        int last = written.Length - 1;
        while (last >= 0 && !IsTimestamp(written[last]))
        {
            last--;
        }

        if (last < 0)
        {
            return;
        }

        bool mayComeAgain = last == written.Length - 1 && last > 0 && !IsTimestamp(written[last - 1]);
        int first = Math.Min(mayComeAgain ? written[last] : written[last] + 1, logits.Length);
        Forbid(logits[_firstTimestamp..first]);
    }

    /// <summary>Whether the logarithm of the sum over timestamps is above every other token's.</summary>
    private bool AreTimestampsMoreProbable(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<float> timestamps = logits[_firstTimestamp..];
        float highestText = Highest(logits[.._firstTimestamp]);
        float highest = Highest(timestamps);
        if (float.IsNegativeInfinity(highest))
        {
            return false;
        }

        double sum = 0;
        foreach (float timestamp in timestamps)
        {
            // Nothing is added by those that are e³² times less probable, however many; and NaN is above nothing.
            sum += timestamp >= highest - 32 ? DeterministicMath.Exp((double)timestamp - highest) : 0;
        }

        return highest + DeterministicMath.Log(sum) > highestText;
    }

    private static float Highest(ReadOnlySpan<float> logits)
    {
        float highest = float.NegativeInfinity;
        if (logits.Length >= Vector<float>.Count)
        {
            var lanes = new Vector<float>(float.NegativeInfinity);
            for (; logits.Length >= Vector<float>.Count; logits = logits[Vector<float>.Count..])
            {
                var next = new Vector<float>(logits);
                lanes = Vector.ConditionalSelect(Vector.GreaterThan(next, lanes), next, lanes);
            }

            for (int lane = 0; lane < Vector<float>.Count; lane++)
            {
                highest = lanes[lane] > highest ? lanes[lane] : highest;
            }
        }

        foreach (float logit in logits)
        {
            highest = logit > highest ? logit : highest;
        }

        return highest;
    }

    private static void Forbid(Span<float> logits) => logits.Fill(float.NegativeInfinity);
}
