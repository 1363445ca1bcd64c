using KernelGen.Execution;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class SoftmaxGradientTests
{
    private const int Rows = 4;
    private const float Scale = 0.3f;

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void The_gradient_of_scores_is_that_of_the_formula_and_of_differences(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        ModelDescription shape = model.Description;
        int stride = HeadTests.ScoreStride(shape);
        foreach (int count in new[] { 1, 2, 15, 16, 17, shape.MaxSourceLength }.Where(count => count <= shape.MaxSourceLength))
        {
            var samples = new Samples(count);
            float[][] scores = samples.NormalRows(Rows, count, 3), gradients = samples.NormalRows(Rows, count);
            float[] actual = model.Compute($"gradient of {count} scores", kernels => Gradient(kernels, scores, gradients, count));
            for (int row = 0; row < Rows; row++)
            {
                double[] score = DoubleKernels.Widen(scores[row]), gradient = DoubleKernels.Widen(gradients[row]);
                double Loss(double[] at) => DoubleGradients.Softmax(at, Scale).Zip(gradient, static (p, g) => p * g).Sum();
                double[] expected = DoubleGradients.Softmax(DoubleGradients.Softmax(score, Scale), gradient, Scale);
                Closeness.AssertClose(FiniteDifference.Gradient(Loss, score), Array.ConvertAll(expected, static x => (float)x), 1e-7, $"{name}: formula of row {row}");
                Closeness.AssertClose(expected, actual.AsSpan(row * stride, count), 5e-7, $"{name}: gradient of {count} scores, row {row}");
            }
        }
    }

    private static float[] Gradient(TrainingKernelSet kernels, float[][] scores, float[][] gradients, int count)
    {
        int stride = HeadTests.ScoreStride(kernels.Model);
        using GuardedBuffer probabilities = GuardedBuffer.OfRows(scores, stride);
        using GuardedBuffer gradient = GuardedBuffer.OfRows(gradients, stride);
        kernels.Softmax(probabilities.Pointer, Rows, count, stride, Scale);
        for (int row = 0; row < Rows; row++)
        {
            gradient.Span.Slice((row * stride) + count, Panels.RoundUp(count) - count).Fill(-1e30f);
        }

        kernels.SoftmaxGradient(probabilities.Pointer, gradient.Pointer, Rows, count, Scale);
        for (int row = 0; row < Rows; row++)
        {
            Assert.All(gradient.Span.Slice((row * stride) + count, Panels.RoundUp(count) - count).ToArray(), static padding => Assert.Equal(0f, padding));
        }

        gradient.AssertMargins($"{kernels}: gradient of {count} scores");
        return gradient.Span.ToArray();
    }
}
