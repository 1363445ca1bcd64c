using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Numerics;

namespace KernelGen.Execution;

/// <summary>What is asked of a row of logits before a token is chosen: bound by reading it, so it is not generated. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class LogitRow
{
    /// <summary>Whether a number of the row is none.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="count">Its length, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool HoldsNaN(float* logits, int count)
    {
        // By their bits: without the sign, more than infinity's.
        Vector<int> magnitude = new(int.MaxValue), highest = Vector<int>.Zero;
        for (int i = 0; i < count; i += Vector<int>.Count)
        {
            highest = Vector.Max(highest, *(Vector<int>*)(logits + i) & magnitude);
        }

        return Vector.GreaterThanAny(highest, new Vector<int>(0x7F800000));
    }

    /// <summary>Smoothed cross-entropy (Szegedy et al. 2016, section 7) of a row whose logits are known as differences from their maximum.</summary>
    /// <param name="target">The difference of the token that is right.</param>
    /// <param name="total">The sum of the differences.</param>
    /// <param name="sum">The sum of their exponentials.</param>
    /// <param name="count">How many logits there are.</param>
    /// <param name="smoothing">How much of the target's weight all tokens share.</param>
    /// <returns><c>-(1 - s) · log p[target] - s / V · Σ log p</c>.</returns>
    public static float CrossEntropy(float target, float total, float sum, int count, float smoothing)
    {
        double logSum = DeterministicMath.Log(sum);
        double loss = (1.0 - smoothing) * (logSum - target);

        // Without smoothing, a logit of minus infinity costs nothing.
        return (float)(smoothing == 0 ? loss : loss + (smoothing * (logSum - ((double)total / count))));
    }
}
