using System.Globalization;
using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Report;

/// <summary>How numbers stand in tables.</summary>
internal static class Cells
{
    /// <summary>What was not measured; a note of the section says why.</summary>
    public const string Nothing = "—";

    public static string Number(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Milliseconds to three significant digits or so.</summary>
    public static string Milliseconds(double seconds) => Number(seconds * 1000, seconds switch { < 0.001 => 4, < 0.01 => 3, < 0.1 => 2, _ => 1 });

    public static string Percent(double part) => Number(part * 100, 1) + " %";

    /// <summary>Two cells: the shortest and the median time.</summary>
    public static string[] Times(Times? times) => times is { } known ? [Milliseconds(known.Minimum), Milliseconds(known.Median)] : [Nothing, Nothing];
}
