namespace KernelGen.Training.Tests.Reference;

/// <summary>A sum as every product of matrices is defined: one chain of fused multiply-adds in ascending order.</summary>
internal static class ChainOfProducts
{
    /// <summary>The sum of products.</summary>
    /// <param name="initial">With what it begins.</param>
    /// <param name="count">How many products there are.</param>
    /// <param name="factors">The factors of each.</param>
    public static float Sum(float initial, int count, Func<int, (float A, float B)> factors)
    {
        float sum = initial;
        for (int k = 0; k < count; k++)
        {
            (float a, float b) = factors(k);
            sum = MathF.FusedMultiplyAdd(a, b, sum);
        }

        return sum;
    }
}
