namespace KernelGen.Soak.Tests;

/// <summary>Says whether something that was measured again and again stays where it is.</summary>
internal static class Flatness
{
    /// <summary>
    /// By how much the level of the last third of some measurements is above that of the third before it. The first third, in which pools fill and
    /// code is compiled, does not count; and the level is the median, as the system gives memory back when it likes to.
    /// </summary>
    public static double Rise(IReadOnlyList<double> measurements)
    {
        int third = measurements.Count / 3;
        return Median(measurements.Skip(measurements.Count - third)) - Median(measurements.Skip(measurements.Count - (2 * third)).Take(third));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
