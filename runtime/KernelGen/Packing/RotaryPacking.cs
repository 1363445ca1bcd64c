using KernelGen.Layout;

namespace KernelGen.Packing;

/// <summary>
/// Puts the outputs of a head that positions turn into the order in which kernels turn them: first the first numbers of all pairs, then the second ones. What is not turned
/// stays where it is. Products of queries and keys are the same.
/// </summary>
internal static unsafe class RotaryPacking
{
    /// <summary>Puts the columns of a head, which lie in panels, into this order.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="column">The first column of the head.</param>
    /// <param name="columns">The columns of the head.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="pairs">The pairs that are turned.</param>
    public static void SeparatePairs(float* panels, int column, int columns, int inputs, int pairs)
    {
        float[] head = new float[columns];
        for (int input = 0; input < inputs; input++)
        {
            for (int i = 0; i < head.Length; i++)
            {
                head[i] = *Place(i);
            }

            SeparatePairs(head, pairs);
            for (int i = 0; i < head.Length; i++)
            {
                *Place(i) = head[i];
            }

            float* Place(int i) =>
                panels + ((((long)(column + i) / PanelLayout.Width * inputs) + input) * PanelLayout.Width) + ((column + i) % PanelLayout.Width);
        }
    }

    /// <summary>Puts the numbers of a head into this order.</summary>
    /// <param name="head">The head.</param>
    /// <param name="pairs">The pairs that are turned.</param>
    public static void SeparatePairs(Span<float> head, int pairs)
    {
        ReadOnlySpan<float> before = head[..(2 * pairs)].ToArray();
        for (int i = 0; i < pairs; i++)
        {
            head[i] = before[2 * i];
            head[pairs + i] = before[(2 * i) + 1];
        }
    }
}
