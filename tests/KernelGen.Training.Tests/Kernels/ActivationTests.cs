using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class ActivationTests
{
    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Tanh)]
    public void The_formulas_of_derivatives_are_those_of_differences(Activation activation)
    {
        for (double x = -9.95; x < 10; x += 0.1)
        {
            double expected = FiniteDifference.Derivative(at => ReferenceMath.Activate(activation, at), x);
            Assert.Equal(expected, DoubleGradients.Activation(activation, x), 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Activations_and_their_gradients_are_those_of_the_formulas(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        ModelDescription shape = model.Description;
        Activation activation = shape.Activation;
        int width = shape.FeedForwardDimension, stride = shape.FeedForwardStride;

        // As many rows as it takes to go through the numbers, then ordinary ones.
        float[] sweep = [.. Enumerable.Range(0, 4001).Select(static i => (i - 2000) / 80f), 1e-20f, -1e-20f, 1e-6f, 50, -50, 1e4f, -1e4f, 1e10f, -1e10f];
        float[][] gates = [.. sweep.Chunk(width).Select(chunk => (float[])[.. chunk, .. new float[width - chunk.Length]])];
        int rows = gates.Length;
        var samples = new Samples(width);
        float[][] values = samples.NormalRows(rows, width), gradients = samples.NormalRows(rows, width);

        float[] outputs = model.Compute("activations", kernels => Activate(kernels, Inputs(shape, gates, values), rows));
        float[] inputGradients = model.Compute("gradients of activations", kernels => Gradient(kernels, Inputs(shape, gates, values), gradients, inPlace: false));
        float[] inPlace = model.Compute("gradients of activations in place", kernels => Gradient(kernels, Inputs(shape, gates, values), gradients, inPlace: true));
        BitAssert.Equal(inputGradients, inPlace, $"{name}: in place");
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < width; i++)
            {
                double gate = gates[row][i], value = shape.GatedFeedForward ? values[row][i] : 1, gradient = gradients[row][i];
                double activated = ReferenceMath.Activate(activation, gate);
                string what = $"{name}: {activation} of {gate}";
                AssertClose(activated * value, outputs[(row * stride) + i], Math.Max(1, Math.Abs(gate)) * Math.Abs(value), what);
                AssertClose(
                    gradient * value * DoubleGradients.Activation(activation, gate), inputGradients[(row * InputStride(shape)) + i], Math.Abs(gradient * value), $"{what}, gradient");
                if (shape.GatedFeedForward)
                {
                    int place = (row * InputStride(shape)) + PanelLayout.RoundUp(width) + i;
                    AssertClose(gradient * activated, inputGradients[place], Math.Abs(gradient) * Math.Max(1, Math.Abs(gate)), $"{what}, gradient of the value");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void NaN_stays_NaN_and_an_infinite_sum_has_the_slope_of_a_large_one(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        ModelDescription shape = model.Description;
        int width = shape.FeedForwardDimension;
        float end = shape.Activation == Activation.Tanh ? 0f : 1f;
        foreach ((float gate, float slope) in new[] { (float.NaN, float.NaN), (float.PositiveInfinity, end), (float.NegativeInfinity, 0f), (float.MaxValue, end), (float.MinValue, 0f) })
        {
            float[][] gates = [[.. Enumerable.Repeat(gate, width)]], ones = [[.. Enumerable.Repeat(1f, width)]];
            float[] gradient = model.Compute($"gradient at {gate}", kernels => Gradient(kernels, Inputs(shape, gates, ones), ones, inPlace: false));
            for (int i = 0; i < width; i++)
            {
                Assert.Equal(slope, gradient[i], 1e-12f);
            }
        }
    }

    [Fact]
    public void The_function_behind_convolutions_is_that_of_feed_forward_blocks()
    {
        TrainableModel model = TrainableModels.Named(nameof(OddWhisper));
        Assert.Equal(Activation.Gelu, model.Description.Activation);
        float[] inputs = [.. Enumerable.Range(0, 800).Select(static i => (i - 400) / 50f)];
        float[] gradients = new Samples(7).Normal(inputs.Length);
        float[] outputs = model.Compute("activations", kernels => Convolved(inputs, (input, output) => kernels.ActivateConvolved(input, inputs.Length, output)));
        float[] inputGradients = model.Compute("gradients", kernels => Convolved(inputs, (input, output) =>
        {
            gradients.CopyTo(new Span<float>(output, gradients.Length));
            kernels.ConvolvedGradient(input, inputs.Length, output, output);
        }));
        for (int i = 0; i < inputs.Length; i++)
        {
            AssertClose(ReferenceMath.Activate(Activation.Gelu, inputs[i]), outputs[i], Math.Max(1, Math.Abs(inputs[i])), $"GELU of {inputs[i]}");
            AssertClose(gradients[i] * DoubleGradients.Activation(Activation.Gelu, inputs[i]), inputGradients[i], Math.Abs(gradients[i]), $"gradient at {inputs[i]}");
        }

        static float[] Convolved(float[] inputs, Compute compute)
        {
            using GuardedBuffer input = GuardedBuffer.OfRows([inputs], inputs.Length);
            using var output = new GuardedBuffer(inputs.Length);
            compute(input.Pointer, output.Pointer);
            return output.Span[..inputs.Length].ToArray();
        }
    }

    private delegate void Compute(float* input, float* output);

    private static void AssertClose(double expected, float actual, double magnitude, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-6 * magnitude, $"{what}: {actual:G9} instead of {expected:G9}.");

    private static int InputStride(ModelDescription shape) =>
        shape.GatedFeedForward ? ModelLayout.RowStride(2 * PanelLayout.RoundUp(shape.FeedForwardDimension)) : shape.FeedForwardStride;

    /// <summary>What the first linear layer gives: of a gated block gates, padded, and values.</summary>
    private static float[][] Inputs(ModelDescription shape, float[][] gates, float[][] values) => shape.GatedFeedForward
        ? [.. gates.Zip(values, (gate, value) => (float[])[.. gate, .. new float[PanelLayout.RoundUp(gate.Length) - gate.Length], .. value])]
        : gates;

    private static float[] Activate(TrainingKernelSet kernels, float[][] inputs, int rows)
    {
        ModelDescription shape = kernels.Model;
        using GuardedBuffer input = GuardedBuffer.OfRows(inputs, InputStride(shape));
        using var output = new GuardedBuffer(rows * shape.FeedForwardStride);
        kernels.Activate(input.Pointer, rows, output.Pointer);
        float[][] results = [.. Enumerable.Range(0, rows).Select(row => output.Span.Slice(row * shape.FeedForwardStride, shape.FeedForwardDimension).ToArray())];
        output.AssertRows(results, shape.FeedForwardStride, $"{kernels}: activations");
        if (!shape.GatedFeedForward)
        {
            kernels.Activate(input.Pointer, rows, input.Pointer);
            input.AssertRows(results, shape.FeedForwardStride, $"{kernels}: activations in place");
        }

        return output.Span.ToArray();
    }

    private static float[] Gradient(TrainingKernelSet kernels, float[][] inputs, float[][] gradients, bool inPlace)
    {
        ModelDescription shape = kernels.Model;
        int stride = InputStride(shape);
        using GuardedBuffer input = GuardedBuffer.OfRows(inputs, stride);
        using GuardedBuffer outputGradient = GuardedBuffer.OfRows(gradients, shape.FeedForwardStride);
        using var separate = new GuardedBuffer(inputs.Length * stride);
        GuardedBuffer inputGradient = inPlace ? input : separate;
        kernels.ActivationGradient(input.Pointer, inputs.Length, outputGradient.Pointer, inputGradient.Pointer);
        int width = inputs[0].Length;
        float[][] results = [.. Enumerable.Range(0, inputs.Length).Select(row => inputGradient.Span.Slice(row * stride, width).ToArray())];
        inputGradient.AssertRows(results, stride, $"{kernels}: gradients of activations");
        return inputGradient.Span.ToArray();
    }
}
