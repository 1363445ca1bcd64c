using KernelGen.Execution;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class NormGradientTests
{
    private const int Rows = 5;

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void The_gradient_of_a_norm_is_that_of_the_formula_and_of_differences(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        ModelDescription shape = model.Description;
        bool hasMean = shape.Normalization == Normalization.LayerNorm;
        int dimension = shape.ModelDimension, stride = shape.ModelStride;
        var samples = new Samples(dimension);
        float[][] inputs = samples.NormalRows(Rows, dimension), gradients = samples.NormalRows(Rows, dimension);
        inputs[1] = Array.ConvertAll(inputs[1], static x => 3 + (10 * x));
        float[] gamma = Array.ConvertAll(samples.Normal(dimension, 0.3f), static x => 1 + x);
        double[] wideGamma = DoubleKernels.Widen(gamma);

        float[] actual = model.Compute("gradient of norms", kernels => Gradient(kernels, inputs, gamma, gradients, inPlace: false).Gradient);
        float[] inPlace = model.Compute("gradient of norms in place", kernels => Gradient(kernels, inputs, gamma, gradients, inPlace: true).Gradient);
        BitAssert.Equal(actual, inPlace, $"{name}: in place");
        for (int row = 0; row < Rows; row++)
        {
            double[] input = DoubleKernels.Widen(inputs[row]), gradient = DoubleKernels.Widen(gradients[row]);
            double Loss(double[] x) => (hasMean
                ? DoubleKernels.LayerNorm(x, wideGamma, new double[dimension], shape.LayerNormEpsilon)
                : DoubleKernels.RootMeanSquareNorm(x, wideGamma, shape.LayerNormEpsilon)).Zip(gradient, static (a, b) => a * b).Sum();
            double[] expected = hasMean
                ? DoubleGradients.LayerNorm(input, wideGamma, gradient, shape.LayerNormEpsilon)
                : DoubleGradients.RootMeanSquareNorm(input, wideGamma, gradient, shape.LayerNormEpsilon);
            ReadOnlySpan<float> place = actual.AsSpan(row * stride, dimension);
            Closeness.AssertClose(FiniteDifference.Gradient(Loss, input), Array.ConvertAll(expected, static x => (float)x), 1e-5, $"{name}: formula of row {row}");
            Closeness.AssertClose(expected, place, 3e-6, $"{name}: gradient of row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Its_statistics_are_those_with_which_the_norm_was_computed(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        ModelDescription shape = model.Description;
        bool hasMean = shape.Normalization == Normalization.LayerNorm;
        int dimension = shape.ModelDimension;
        var samples = new Samples(dimension);
        float[][] inputs = samples.NormalRows(Rows, dimension);
        inputs[2] = [.. Enumerable.Repeat(1234.5f, dimension)];
        inputs[3] = new float[dimension];
        float[] ones = [.. Enumerable.Repeat(1f, dimension)];

        foreach (TrainingKernelSet kernels in model.Kernels)
        {
            float[] statistics = Gradient(kernels, inputs, ones, inputs, inPlace: false).Statistics;
            float[][] expected = [.. inputs.Select((row, number) => (float[])[.. row.Select(x => (x - statistics[2 * number]) * statistics[(2 * number) + 1])])];
            Assert.Equal(hasMean, statistics[0] != 0);
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs, shape.ModelStride);
            using GuardedBuffer norm = GuardedBuffer.OfRows([ones, new float[dimension]], Panels.RoundUp(dimension));
            using var output = new GuardedBuffer(Rows * shape.ModelStride);
            kernels.Norm(input.Pointer, Rows, norm.Pointer, output.Pointer);
            for (int row = 0; row < Rows; row++)
            {
                // γ is 1 and β 0, and adding 0 changes the sign of zero alone.
                float[] zerosWithoutSign = Array.ConvertAll(expected[row], static x => x + 0f);
                float[] actual = Array.ConvertAll(output.Span.Slice(row * shape.ModelStride, dimension).ToArray(), static x => x + 0f);
                BitAssert.Equal(zerosWithoutSign, actual, $"{kernels}: row {row} by its statistics");
            }
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void NaN_in_one_row_shows_in_no_other(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        int dimension = model.Description.ModelDimension, stride = model.Description.ModelStride;
        var samples = new Samples(dimension);
        float[][] inputs = samples.NormalRows(3, dimension), gradients = samples.NormalRows(3, dimension);
        float[] gamma = samples.Normal(dimension);
        foreach (TrainingKernelSet kernels in model.Kernels)
        {
            float[] expected = Gradient(kernels, inputs, gamma, gradients, inPlace: false).Gradient;
            float[][] changed = [inputs[0], [.. inputs[1]], inputs[2]];
            changed[1][dimension - 1] = float.NaN;
            float[] actual = Gradient(kernels, changed, gamma, gradients, inPlace: false).Gradient;
            Assert.True(actual.Skip(stride).Take(dimension).All(float.IsNaN));
            BitAssert.Equal(expected.AsSpan(0, dimension), actual.AsSpan(0, dimension), $"{kernels}: the row before NaN");
            BitAssert.Equal(expected.AsSpan(2 * stride, dimension), actual.AsSpan(2 * stride, dimension), $"{kernels}: the row after NaN");
        }
    }

    private static (float[] Gradient, float[] Statistics) Gradient(TrainingKernelSet kernels, float[][] inputs, float[] gamma, float[][] gradients, bool inPlace)
    {
        int dimension = kernels.Model.ModelDimension, stride = kernels.Model.ModelStride, rows = inputs.Length;
        using GuardedBuffer input = GuardedBuffer.OfRows(inputs, stride);
        using GuardedBuffer norm = GuardedBuffer.OfRows([gamma], Panels.RoundUp(dimension));
        using GuardedBuffer outputGradient = GuardedBuffer.OfRows(gradients, stride);
        using var separate = new GuardedBuffer(rows * stride);
        using var statistics = new GuardedBuffer(2 * rows);
        GuardedBuffer inputGradient = inPlace ? outputGradient : separate;
        kernels.NormGradient(input.Pointer, rows, norm.Pointer, outputGradient.Pointer, inputGradient.Pointer, statistics.Pointer);
        float[][] results = [.. Enumerable.Range(0, rows).Select(row => inputGradient.Span.Slice(row * stride, dimension).ToArray())];
        inputGradient.AssertRows(results, stride, $"{kernels}: gradient of norms");
        statistics.AssertMargins($"{kernels}: statistics");
        return (inputGradient.Span.ToArray(), statistics.Span.ToArray());
    }
}
