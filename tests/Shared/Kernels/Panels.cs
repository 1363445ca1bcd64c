namespace KernelGen.Tests.Kernels;

/// <summary>The layouts that kernels read: panels of 16.</summary>
internal static class Panels
{
    /// <summary>Output columns, tokens or positions in a panel.</summary>
    public const int Width = 16;

    public static int RoundUp(int value) => (value + Width - 1) / Width * Width;

    /// <summary>Packs a matrix <c>[outputs, inputs]</c> as <c>[outputs / 16, inputs, 16]</c>, zeros in the last panel's rest.</summary>
    public static GuardedBuffer Pack(ReadOnlySpan<float> matrix, int outputs, int inputs)
    {
        var buffer = new GuardedBuffer(RoundUp(outputs) * inputs);
        Pack(matrix, outputs, inputs, buffer.Span);
        return buffer;
    }

    /// <summary>Packs into memory that is there.</summary>
    public static void Pack(ReadOnlySpan<float> matrix, int outputs, int inputs, Span<float> panels)
    {
        panels.Clear();
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                panels[(((output / Width * inputs) + input) * Width) + (output % Width)] = matrix[(output * inputs) + input];
            }
        }
    }
}
