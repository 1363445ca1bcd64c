namespace KernelGen.Training.Tests.Reference;

/// <summary>Gradients as differences of values, in double precision: they know nothing of the formulas.</summary>
internal static class FiniteDifference
{
    private const double Step = 1e-5;

    /// <summary>The gradient of a function of a vector.</summary>
    public static double[] Gradient(Func<double[], double> function, double[] at)
    {
        double[] gradient = new double[at.Length];
        double[] moved = [.. at];
        for (int i = 0; i < at.Length; i++)
        {
            moved[i] = at[i] + Step;
            double above = function(moved);
            moved[i] = at[i] - Step;
            gradient[i] = (above - function(moved)) / (2 * Step);
            moved[i] = at[i];
        }

        return gradient;
    }

    /// <summary>The derivative of a function of a number.</summary>
    public static double Derivative(Func<double, double> function, double at) => (function(at + Step) - function(at - Step)) / (2 * Step);
}
