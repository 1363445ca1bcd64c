using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class TrainingLinearTests
{
    private const int MaxRows = 27;

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Each_linear_kernel_has_the_bits_of_one_chain_for_each_sum(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        IReadOnlyList<LinearShape> shapes = TrainingShapes.Of(ModelRecipe.Of(model.Description)).Shapes;
        for (int number = 0; number < shapes.Count; number++)
        {
            LinearShape shape = shapes[number];
            var samples = new Samples(number);
            float[] matrix = samples.Normal(shape.Outputs * shape.Inputs), offsets = samples.Normal(shape.Outputs);
            float[][] inputs = samples.NormalRows(MaxRows, shape.Inputs);
            float[][] expected = [.. inputs.Select(row => (float[])[.. Enumerable.Range(0, shape.Outputs).Select(column =>
                ChainOfProducts.Sum(offsets[column], shape.Inputs, k => (row[k], matrix[(column * shape.Inputs) + k])))])];
            using GuardedBuffer panels = Panels.Pack(matrix, shape.Outputs, shape.Inputs);
            using GuardedBuffer bias = GuardedBuffer.OfRows([offsets], Panels.RoundUp(shape.Outputs));
            foreach (TrainingKernelSet kernels in model.Kernels)
            {
                foreach (int rows in new[] { 1, 2, 3, 7, 12, 16, MaxRows })
                {
                    using GuardedBuffer input = GuardedBuffer.OfRows(inputs.AsSpan(0, rows), shape.InputStride);
                    var weights = new LinearWeights(bias.Pointer, null, (byte*)panels.Pointer);
                    foreach (int split in new[] { 0, 4 })
                    {
                        int end = PanelLayout.Panels(shape.Outputs);
                        using var output = new GuardedBuffer(rows * shape.OutputStride);
                        if (split > 0)
                        {
                            kernels.TrainingLinear(number, input.Pointer, rows, in weights, output.Pointer, 0, Math.Min(split, end));
                        }

                        if (split < end)
                        {
                            kernels.TrainingLinear(number, input.Pointer, rows, in weights, output.Pointer, split, end);
                        }

                        output.AssertRows(expected.AsSpan(0, rows), shape.OutputStride, $"{kernels}: {shape} of {rows} rows, split at {split}");
                    }
                }
            }
        }
    }
}
