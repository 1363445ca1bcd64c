using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;
using KernelGen.Tests.Bounds;
using KernelGen.Tests.Kernels;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Kernels;

namespace KernelGen.Training.Tests.Bounds;

/// <summary>
/// No kernel of training reads or writes a byte outside its buffers: where it does, the process ends with the stack of the kernel on standard error, and the case
/// stands in a file beside the tests.
/// </summary>
public sealed unsafe class TrainingKernelBoundsTests
{
    private static readonly int[] RowCounts = [1, 2, 7, 13];

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    [InlineData(nameof(OddWhisper))]
    [InlineData(nameof(EvenWhisper))]
    public void No_kernel_of_training_leaves_its_buffers(string name)
    {
        Assert.SkipUnless(PageGuardedMemory.IsSupported, "No inaccessible pages on this system.");
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, $"running-training-bounds-case-{name}.txt"));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            using var buffers = new BoundedBuffers(guard, file);
            foreach (TrainingKernelSet kernels in TrainableModels.Named(name).Kernels)
            {
                Linear(kernels, buffers);
                WeightGradient(kernels, buffers);
                Rows(kernels, buffers);
                Head(kernels, buffers);
                CrossEntropy(kernels, buffers);
                if (kernels.Model.IsSpeech)
                {
                    Convolved(kernels, buffers);
                }
            }
        }
    }

    private static void Linear(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        IReadOnlyList<LinearShape> shapes = TrainingShapes.Of(ModelRecipe.Of(kernels.Model)).Shapes;
        for (int number = 0; number < shapes.Count; number++)
        {
            LinearShape shape = shapes[number];
            foreach (int rows in RowCounts)
            {
                buffers.Begin($"{kernels}: {shape}, {rows} rows");
                float* bias = buffers.Floats(Panels.RoundUp(shape.Outputs));
                var weights = new LinearWeights(bias, null, (byte*)buffers.Floats(PanelLayout.Length(shape.Outputs, shape.Inputs)));
                float* input = buffers.Rows(rows, shape.InputStride, shape.Inputs);
                kernels.TrainingLinear(number, input, rows, in weights, buffers.Rows(rows, shape.OutputStride, shape.Outputs), 0, PanelLayout.Panels(shape.Outputs));
            }
        }
    }

    private static void WeightGradient(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        foreach (int rows in new[] { 1, 5, 128, 300 })
        {
            foreach ((int inputs, int outputs) in new[] { (1, 1), (13, 33), (24, 64), (31, 80) })
            {
                buffers.Begin($"{kernels}: gradient of weights, {inputs} inputs, {outputs} outputs, {rows} rows");
                int inputStride = ModelLayout.RowStride(inputs), outputStride = ModelLayout.RowStride(outputs);
                float* input = buffers.Floats(((rows - 1) * inputStride) + inputs);
                float* gradient = buffers.Rows(rows, outputStride, outputs);
                float* weights = buffers.Floats(PanelLayout.Length(outputs, inputs));
                foreach (bool accumulates in new[] { false, true })
                {
                    kernels.WeightGradient(input, inputStride, inputs, gradient, outputStride, rows, accumulates, weights, 0, PanelLayout.Panels(outputs));
                }
            }
        }
    }

    private static void Rows(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        ModelDescription model = kernels.Model;
        int dimension = model.ModelDimension, width = model.FeedForwardDimension;
        int sums = model.GatedFeedForward ? 2 * PanelLayout.RoundUp(width) : width;
        foreach (int rows in RowCounts)
        {
            buffers.Begin($"{kernels}: gradient of the norm, {rows} rows");
            float* input = buffers.Rows(rows, model.ModelStride, dimension);
            float* norm = buffers.Floats(PanelLayout.RoundUp(dimension));
            float* gradient = buffers.Rows(rows, model.ModelStride, dimension);
            kernels.NormGradient(input, rows, norm, gradient, buffers.Rows(rows, model.ModelStride, dimension), buffers.Floats(2 * rows));

            buffers.Begin($"{kernels}: activation, {rows} rows");
            input = buffers.Rows(rows, ModelLayout.RowStride(sums), sums);
            kernels.Activate(input, rows, buffers.Rows(rows, model.FeedForwardStride, width));

            buffers.Begin($"{kernels}: gradient of the activation, {rows} rows");
            input = buffers.Rows(rows, ModelLayout.RowStride(sums), sums);
            gradient = buffers.Rows(rows, model.FeedForwardStride, width);
            kernels.ActivationGradient(input, rows, gradient, buffers.Rows(rows, ModelLayout.RowStride(sums), sums));
        }
    }

    private static void Head(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        int width = kernels.Model.HeadWidth, stride = HeadTests.ScoreStride(kernels.Model);
        foreach (int rows in RowCounts)
        {
            foreach (int positions in new[] { 1, 3, 16, 17, 32, kernels.Model.MaxTargetLength }.Where(positions => positions <= kernels.Model.MaxTargetLength))
            {
                buffers.Begin($"{kernels}: scores of {rows} rows and {positions} positions");
                float* query = buffers.Floats(rows * width);
                float* keys = buffers.Floats((positions + 31) / 32 * 32 * width);
                kernels.HeadScores(query, rows, keys, positions, buffers.Floats(((rows - 1) * stride) + ((positions + 31) / 32 * 32)));

                buffers.Begin($"{kernels}: weighted sum of {rows} rows and {positions} positions");
                float* weights = buffers.Floats(((rows - 1) * stride) + positions);
                float* values = buffers.Floats(positions * width);
                kernels.HeadWeightedSum(weights, rows, positions, values, buffers.Floats(rows * width));

                buffers.Begin($"{kernels}: gradient of softmax, {rows} rows of {positions}");
                float* probabilities = buffers.Rows(rows, stride, positions);
                kernels.SoftmaxGradient(probabilities, buffers.Rows(rows, stride, positions), rows, positions, 0.5f);
            }
        }
    }

    private static void Convolved(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        foreach (int length in new[] { 16, 48 })
        {
            buffers.Begin($"{kernels}: function behind a convolution, {length} numbers");
            float* input = buffers.Floats(length);
            kernels.ActivateConvolved(input, length, buffers.Floats(length));
            kernels.ConvolvedGradient(input, length, buffers.Floats(length), buffers.Floats(length));
        }
    }

    private static void CrossEntropy(TrainingKernelSet kernels, BoundedBuffers buffers)
    {
        foreach (int target in new[] { 0, kernels.Model.TargetVocabularySize - 1 })
        {
            buffers.Begin($"{kernels}: cross-entropy of token {target}");
            kernels.CrossEntropy(buffers.Floats(kernels.Model.LogitsStride), target, 0.1f, 1);
        }
    }
}
