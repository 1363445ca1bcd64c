using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

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
}
