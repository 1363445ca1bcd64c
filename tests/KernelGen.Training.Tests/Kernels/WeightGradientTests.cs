using KernelGen.Layout;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class WeightGradientTests
{
    /// <summary>Tall tiles and each low one, pairs of panels and one left, less than a block of rows and several.</summary>
    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (int rows in new[] { 1, 2, 100, 256, 257, 700 })
            {
                foreach ((int inputs, int outputs) in new[] { (1, 1), (2, 16), (3, 17), (7, 33), (12, 80), (13, 48), (29, 5), (40, 96), (515, 32) })
                {
                    data.Add(inputs, outputs, rows);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Each_gradient_of_a_weight_has_the_bits_of_one_chain_over_the_rows(int inputs, int outputs, int rows)
    {
        var samples = new Samples(inputs + outputs + rows);
        float[][] input = samples.NormalRows(rows, inputs), gradient = samples.NormalRows(rows, outputs);
        float[] before = samples.Normal(inputs * outputs);
        foreach (bool accumulates in new[] { false, true })
        {
            float[] expected = [.. Enumerable.Range(0, outputs).SelectMany(column => Enumerable.Range(0, inputs).Select(i =>
                ChainOfProducts.Sum(accumulates ? before[(column * inputs) + i] : 0, rows, row => (input[row][i], gradient[row][column]))))];
            AssertGradient(TrainableModels.All[0], input, gradient, accumulates ? before : null, expected);
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Every_model_has_the_same_kernel(string name)
    {
        const int Inputs = 43, Outputs = 50, Rows = 300;
        var samples = new Samples(1);
        float[][] input = samples.NormalRows(Rows, Inputs), gradient = samples.NormalRows(Rows, Outputs);
        float[] expected = [.. Enumerable.Range(0, Outputs).SelectMany(column => Enumerable.Range(0, Inputs).Select(i =>
            ChainOfProducts.Sum(0, Rows, row => (input[row][i], gradient[row][column]))))];
        AssertGradient(TrainableModels.Named(name), input, gradient, null, expected);
    }

    [Fact]
    public void Of_no_rows_the_gradient_is_zero_or_what_it_was()
    {
        float[] before = new Samples(1).Normal(20 * 18);
        AssertGradient(TrainableModels.All[0], [], [], null, new float[20 * 18], 20, 18);
        AssertGradient(TrainableModels.All[0], [], [], before, before, 20, 18);
    }

    private static void AssertGradient(TrainableModel model, float[][] input, float[][] gradient, float[]? before, float[] expected) =>
        AssertGradient(model, input, gradient, before, expected, input[0].Length, gradient[0].Length);

    private static void AssertGradient(TrainableModel model, float[][] input, float[][] gradient, float[]? before, float[] expected, int inputs, int outputs)
    {
        int panels = PanelLayout.Panels(outputs);
        using GuardedBuffer expectedPanels = Panels.Pack(expected, outputs, inputs);
        foreach (int gap in new[] { 0, 48 })
        {
            int inputStride = ModelLayout.RowStride(inputs) + gap, outputStride = ModelLayout.RowStride(outputs) + gap;
            using GuardedBuffer inputRows = GuardedBuffer.OfRows(input, inputStride);
            using GuardedBuffer gradientRows = GuardedBuffer.OfRows(gradient, outputStride);
            foreach (TrainingKernelSet kernels in model.Kernels)
            {
                foreach (int split in new[] { 0, panels / 2, panels - 1 })
                {
                    using GuardedBuffer actual = before is null ? new GuardedBuffer(expectedPanels.Length) : Panels.Pack(before, outputs, inputs);
                    foreach ((int first, int end) in new[] { (split, panels), (0, split) })
                    {
                        kernels.WeightGradient(
                            inputRows.Pointer, inputStride, inputs, gradientRows.Pointer, outputStride, input.Length, before is not null, actual.Pointer, first, end);
                    }

                    string what = $"{kernels}: {inputs} inputs, {outputs} outputs, {input.Length} rows, split at {split}, begins with {(before is null ? "zero" : "numbers")}";
                    BitAssert.Equal(expectedPanels.Span, actual.Span, what);
                    actual.AssertMargins(what);
                }
            }
        }
    }
}
