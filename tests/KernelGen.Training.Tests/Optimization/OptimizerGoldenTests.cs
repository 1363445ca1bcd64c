using System.Text.Json;
using KernelGen.Training.Tests.Goldens;

namespace KernelGen.Training.Tests.Optimization;

/// <summary>The optimizers, clipping and the schedules against what PyTorch computes in double precision.</summary>
public unsafe class OptimizerGoldenTests
{
    private const double Tolerance = 1e-6;

    private static readonly JsonElement Case =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "data", "training-optimizer", "case.json"))).RootElement;

    public static TheoryData<int> Runs => [.. Enumerable.Range(0, Case.GetProperty("runs").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_step_of_every_run_is_the_golden_one(int run)
    {
        JsonElement golden = Case.GetProperty("runs")[run];
        JsonElement hyperparameters = golden.GetProperty("hyperparameters");
        Optimizer optimizer = GoldenHyperparameters.OptimizerOf(hyperparameters);
        LearningRate rates = GoldenHyperparameters.RateOf(hyperparameters.GetProperty("learning_rate"), golden.GetProperty("model_dimension").GetInt32());
        double clip = hyperparameters.GetProperty("clip").GetDouble();
        float[][] weights = [Numbers(Case.GetProperty("start").GetProperty("matrix")), Numbers(Case.GetProperty("start").GetProperty("bias"))];
        float[][] means = [.. weights.Select(static part => new float[part.Length])];
        float[][] squares = [.. weights.Select(static part => new float[part.Length])];
        int step = 0;
        foreach (JsonElement expected in golden.GetProperty("after_each_step").EnumerateArray())
        {
            JsonElement given = Case.GetProperty("gradients")[step++];
            float[][] gradients = [Numbers(given.GetProperty("matrix")), Numbers(given.GetProperty("bias"))];
            double norm = Math.Sqrt(gradients.Sum(static part => SumOfSquares(part)));
            Assert.Equal(expected.GetProperty("gradient_norm").GetDouble(), norm, 1e-6 * norm);
            double rate = rates.At(step);
            Assert.Equal(expected.GetProperty("learning_rate").GetDouble(), rate, 1e-12);
            UpdateNumbers numbers = optimizer.NumbersOf(step, rate);
            numbers.GradientScale = GradientNorm.ScaleOf(norm, clip);
            for (int part = 0; part < 2; part++)
            {
                Update(optimizer, in numbers, weights[part], gradients[part], means[part], squares[part], decays: part == 0);
                double[] golds = [.. expected.GetProperty(part == 0 ? "matrix" : "bias").EnumerateArray().Select(static value => value.GetDouble())];
                for (int i = 0; i < golds.Length; i++)
                {
                    Assert.Equal(golds[i], weights[part][i], Tolerance);
                }
            }
        }
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.0)]
    public void Sgd_is_what_PyTorch_documents(double momentum)
    {
        var sgd = new Sgd { Momentum = momentum };
        float[] weights = [1, -2, 3];
        double[] expected = [1, -2, 3];
        float[] kept = new float[3];
        double[] buffer = new double[3];
        for (int step = 1; step <= 20; step++)
        {
            float[] gradients = [0.5f * step, -1, MathF.Sin(step)];
            UpdateNumbers numbers = sgd.NumbersOf(step, 0.01);
            numbers.GradientScale = 0.5f;
            Update(sgd, in numbers, weights, gradients, momentum == 0 ? null : kept, null, decays: false);
            for (int i = 0; i < 3; i++)
            {
                buffer[i] = (momentum * buffer[i]) + (0.5 * gradients[i]);
                expected[i] -= 0.01 * buffer[i];
                Assert.Equal(expected[i], weights[i], Tolerance);
            }
        }
    }

    [Fact]
    public void Vectors_and_single_numbers_have_the_same_bits()
    {
        foreach (Optimizer optimizer in (Optimizer[])[new Adam(), new AdamW { WeightDecay = 0.3 }, new Sgd()])
        {
            var random = new KernelGen.Tests.Reference.Samples(3);
            float[] together = random.Normal(67), gradients = random.Normal(67);
            float[] apart = [.. together];
            float[][] kept = [new float[67], new float[67], new float[67], new float[67]];
            for (int step = 1; step <= 3; step++)
            {
                UpdateNumbers numbers = optimizer.NumbersOf(step, 0.01);
                numbers.GradientScale = 0.7f;
                Update(optimizer, in numbers, together, gradients, kept[0], kept[1], decays: true);
                for (int i = 0; i < apart.Length; i++)
                {
                    Update(optimizer, in numbers, apart.AsSpan(i, 1), gradients.AsSpan(i, 1), kept[2].AsSpan(i, 1), kept[3].AsSpan(i, 1), decays: true);
                }

                Assert.Equal(apart.Select(BitConverter.SingleToInt32Bits), together.Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    [Fact]
    public void A_weight_of_minus_infinity_stays()
    {
        foreach (Optimizer optimizer in (Optimizer[])[new Adam(), new AdamW(), new Sgd()])
        {
            float[] weights = [.. Enumerable.Repeat(float.NegativeInfinity, 20)];
            UpdateNumbers numbers = optimizer.NumbersOf(1, 0.01);
            numbers.GradientScale = 1;
            Update(optimizer, in numbers, weights, new float[20], new float[20], new float[20], decays: true);
            Assert.All(weights, static weight => Assert.Equal(float.NegativeInfinity, weight));
        }
    }

    private static void Update(Optimizer optimizer, in UpdateNumbers numbers, Span<float> weights, Span<float> gradients, Span<float> means, Span<float> squares, bool decays)
    {
        fixed (float* w = weights, g = gradients, m = means, v = squares)
        {
            optimizer.Update(in numbers, new UpdatedWeights { Weights = w, Gradients = g, Means = m, Squares = v, Count = weights.Length, Decays = decays });
        }
    }

    private static double SumOfSquares(float[] numbers)
    {
        fixed (float* first = numbers)
        {
            return GradientNorm.SumOfSquares(first, numbers.Length);
        }
    }

    private static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static value => value.GetSingle())];
}
