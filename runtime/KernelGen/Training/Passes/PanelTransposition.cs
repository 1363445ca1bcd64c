using System.Runtime.CompilerServices;
using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>Turns panels of a weight into panels of its transpose, as the product of a gradient with the weight reads them.</summary>
internal static unsafe class PanelTransposition
{
    /// <summary>Transposes some columns of the inputs.</summary>
    /// <param name="panels">The weight, <c>[panel of 16 outputs, inputs, 16]</c>.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="firstPanel">The first panel of 16 inputs.</param>
    /// <param name="endPanel">Where to stop.</param>
    /// <param name="transposed">Receives <c>[panel of 16 inputs, outputs, 16]</c>; what lies past the inputs becomes zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* panels, int inputs, int outputs, int firstPanel, int endPanel, float* transposed)
    {
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            int input = panel * PanelLayout.Width;
            int inside = Math.Min(PanelLayout.Width, inputs - input);
            for (int output = 0; output < outputs; output += PanelLayout.Width)
            {
                float* from = panels + ((long)output * inputs) + (input * PanelLayout.Width);
                int rows = Math.Min(PanelLayout.Width, outputs - output);
                if (inside == PanelLayout.Width && rows == PanelLayout.Width)
                {
                    for (int row = 0; row < PanelLayout.Width; row += 4)
                    {
                        SmallTransposition.Transpose(from + row, 16, transposed + (16 * row), 16);
                        SmallTransposition.Transpose(from + row + 64, 16, transposed + (16 * row) + 4, 16);
                        SmallTransposition.Transpose(from + row + 128, 16, transposed + (16 * row) + 8, 16);
                        SmallTransposition.Transpose(from + row + 192, 16, transposed + (16 * row) + 12, 16);
                    }
                }
                else
                {
                    TransposeRest(from, inside, rows, transposed);
                }

                transposed += rows * PanelLayout.Width;
            }
        }
    }

    /// <summary>A block that is not full.</summary>
    private static void TransposeRest(float* from, int inputs, int rows, float* to)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < PanelLayout.Width; i++)
            {
                to[(row * PanelLayout.Width) + i] = i < inputs ? from[(i * PanelLayout.Width) + row] : 0;
            }
        }
    }
}
