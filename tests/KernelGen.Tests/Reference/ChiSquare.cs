namespace KernelGen.Tests.Reference;

/// <summary>Pearson's test of what was drawn against what should be.</summary>
internal static class ChiSquare
{
    /// <summary>Bins with fewer expected draws than this are counted together.</summary>
    private const double LeastExpected = 8;

    /// <summary>3.719 standard deviations: what a right distribution exceeds once in 10,000 tests.</summary>
    private const double Deviations = 3.719;

    /// <summary>Whether counts agree with probabilities. A draw of what has no probability never does.</summary>
    public static bool Agrees(IReadOnlyList<int> counts, IReadOnlyList<double> probabilities)
    {
        double draws = counts.Sum();
        double statistic = 0, restExpected = 0, restCount = 0;
        int bins = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            double expected = probabilities[i] * draws;
            if (expected == 0 && counts[i] > 0)
            {
                return false;
            }

            if (expected < LeastExpected)
            {
                restExpected += expected;
                restCount += counts[i];
                continue;
            }

            statistic += Math.Pow(counts[i] - expected, 2) / expected;
            bins++;
        }

        if (restExpected >= LeastExpected)
        {
            statistic += Math.Pow(restCount - restExpected, 2) / restExpected;
            bins++;
        }

        return bins < 2 || statistic <= Quantile(bins - 1);
    }

    /// <summary>The quantile of the distribution (Wilson and Hilferty 1931).</summary>
    private static double Quantile(int freedom)
    {
        double variance = 2.0 / (9 * freedom);
        return freedom * Math.Pow(1 - variance + (Deviations * Math.Sqrt(variance)), 3);
    }
}
