namespace KernelGen.Audio;

/// <summary>Values between others.</summary>
internal static class Interpolation
{
    /// <summary>Lagrange's cubic polynomial through four values.</summary>
    /// <param name="x">Where, from 0 to 1: from the second value to the third.</param>
    /// <param name="values">The values at -1, 0, 1 and 2.</param>
    public static double Cubic(double x, ReadOnlySpan<double> values) =>
        (values[0] * (x * (x - 1) * (2 - x) * (1.0 / 6)))
        + (values[1] * ((x + 1) * (x - 1) * (x - 2) * 0.5))
        + (values[2] * ((x + 1) * x * (2 - x) * 0.5))
        + (values[3] * ((x + 1) * x * (x - 1) * (1.0 / 6)));
}
