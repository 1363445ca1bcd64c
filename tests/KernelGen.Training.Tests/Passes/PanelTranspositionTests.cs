namespace KernelGen.Training.Tests.Passes;

public unsafe class PanelTranspositionTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(64, 48)]
    [InlineData(20, 33)]
    [InlineData(5, 100)]
    [InlineData(130, 7)]
    public void Panels_of_the_transpose_hold_the_same_weights(int inputs, int outputs)
    {
        int panels = (inputs + 15) / 16;
        float[] weight = new float[(outputs + 15) / 16 * 16 * inputs];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                weight[(((output / 16 * inputs) + input) * 16) + (output % 16)] = Value(output, input);
            }
        }

        for (int first = 0; first < panels; first++)
        {
            float[] transposed = new float[((panels - first) * outputs * 16) + 1];
            transposed[^1] = 12345;
            fixed (float* from = weight, to = transposed)
            {
                PanelTransposition.Transpose(from, inputs, outputs, first, panels, to);
            }

            Assert.Equal(12345, transposed[^1]);
            for (int input = first * 16; input < panels * 16; input++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    int place = (((((input / 16) - first) * outputs) + output) * 16) + (input % 16);
                    Assert.Equal(input < inputs ? Value(output, input) : 0, transposed[place]);
                }
            }
        }
    }

    private static float Value(int output, int input) => (output * 1000) + input + 1;
}
