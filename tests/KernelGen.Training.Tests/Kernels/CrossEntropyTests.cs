using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class CrossEntropyTests
{
    private const float Scale = 0.25f;

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Loss_and_gradient_are_those_of_the_formulas_and_of_differences(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        int vocabulary = model.Description.TargetVocabularySize;
        foreach (float smoothing in new[] { 0f, 0.1f, 0.5f })
        {
            foreach (float spread in new[] { 0f, 0.5f, 4f, 30f })
            {
                foreach (int target in new[] { 0, vocabulary / 2, vocabulary - 1 })
                {
                    float[] logits = Array.ConvertAll(new Samples(vocabulary + target).Normal(vocabulary, spread), static x => 100 + x);
                    double[] wide = DoubleKernels.Widen(logits);
                    double[] expected = DoubleGradients.CrossEntropyGradient(wide, target, smoothing);
                    string what = $"{name}: spread {spread}, smoothing {smoothing}, target {target}";
                    if (spread < 30)
                    {
                        double[] differences = FiniteDifference.Gradient(at => DoubleGradients.CrossEntropy(at, target, smoothing), wide);
                        Closeness.AssertClose(differences, Array.ConvertAll(expected, static x => (float)x), 1e-6, $"{what}, formula");
                    }

                    float[] actual = model.Compute(what, kernels => LossAndGradient(kernels, logits, target, smoothing));
                    Closeness.AssertClose([DoubleGradients.CrossEntropy(wide, target, smoothing)], actual.AsSpan(0, 1), 1e-6, $"{what}, loss");
                    Closeness.AssertClose(Array.ConvertAll(expected, static x => x * Scale), actual.AsSpan(1), 2e-7, $"{what}, gradient");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void The_loss_is_NaN_where_a_logit_is_wherever_it_is(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        int vocabulary = model.Description.TargetVocabularySize;
        foreach (TrainingKernelSet kernels in model.Kernels)
        {
            for (int place = 0; place < vocabulary; place += Math.Max(1, vocabulary / 40))
            {
                float[] logits = new Samples(vocabulary).Normal(vocabulary);
                logits[place] = float.NaN;
                foreach (float smoothing in new[] { 0f, 0.1f })
                {
                    Assert.True(float.IsNaN(LossAndGradient(kernels, logits, 0, smoothing)[0]), $"{kernels}: NaN at {place}");
                }
            }
        }
    }

    [Fact]
    public void A_logit_of_minus_infinity_has_no_probability_and_costs_nothing_without_smoothing()
    {
        TrainableModel model = TrainableModels.Named(nameof(TrainableHeadsOf8));
        float[] logits = new Samples(1).Normal(model.Description.TargetVocabularySize);
        logits[5] = float.NegativeInfinity;
        float[] actual = model.Compute("a logit of minus infinity", kernels => LossAndGradient(kernels, logits, 7, 0));
        Assert.True(float.IsFinite(actual[0]));
        Assert.Equal(0f, actual[1 + 5]);
        Assert.Equal(float.PositiveInfinity, model.Compute("a target of minus infinity", kernels => LossAndGradient(kernels, logits, 5, 0))[0]);
        Assert.Equal(float.PositiveInfinity, model.Compute("smoothed minus infinity", kernels => LossAndGradient(kernels, logits, 7, 0.1f))[0]);
    }

    /// <summary>The loss, then the gradient. The padding of logits is of all kinds, and becomes zero.</summary>
    private static float[] LossAndGradient(TrainingKernelSet kernels, float[] logits, int target, float smoothing)
    {
        float[]? result = null;
        foreach (float padding in new[] { 0, float.NegativeInfinity, float.PositiveInfinity, float.NaN, 1e30f })
        {
            using var row = new GuardedBuffer(kernels.Model.LogitsStride);
            row.Span.Fill(padding);
            logits.CopyTo(row.Span);
            float loss = kernels.CrossEntropy(row.Pointer, target, smoothing, Scale);
            float[] gradient = row.Span[..logits.Length].ToArray();
            row.AssertRows([gradient], kernels.Model.LogitsStride, $"{kernels}: gradient of logits");
            float[] next = [loss, .. gradient];
            if (result is not null && !float.IsNaN(loss))
            {
                BitAssert.Equal(result, next, $"{kernels}: padding of {padding}");
            }

            result = next;
        }

        return result!;
    }
}
