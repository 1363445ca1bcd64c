using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Optimization;

public sealed unsafe class WeightUpdateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Weights_and_norms_have_the_same_bits_with_any_number_of_threads(int threads) => Assert.Equal(Run(1, 5), Run(threads, 5));

    [Fact]
    public void A_sum_of_squares_is_the_sum()
    {
        foreach (int count in (int[])[1, 7, 8, 9, 64, 1003])
        {
            float[] numbers = new Samples(count).Normal(count);
            fixed (float* first = numbers)
            {
                double expected = numbers.Sum(static number => (double)number * number);
                Assert.Equal(expected, GradientNorm.SumOfSquares(first, count), 1e-12 * expected);
            }
        }
    }

    [Fact]
    public void Large_gradients_do_not_overflow_their_norm()
    {
        float[] numbers = [.. Enumerable.Repeat(float.MaxValue, 100)];
        fixed (float* first = numbers)
        {
            Assert.Equal(10.0 * float.MaxValue, Math.Sqrt(GradientNorm.SumOfSquares(first, 100)), 1e-6 * float.MaxValue);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_is_found_by_name(float value)
    {
        using var parameters = TrainingParameters.Initialize(GoldenMarian.Description, seed: 1);
        using var workers = new WorkerThreads(1);
        var norm = new GradientNorm(parameters, new WeightSegments(parameters.Ranges, [], null), workers);
        Assert.Equal(0, norm.Compute());
        Assert.Null(norm.FindNonFinite());
        ParameterRange range = parameters.Ranges.Single(static range => range.Name == "decoder.1.feed_forward.contract.bias");
        parameters.GradientBlock[range.Offset + 3] = value;
        Assert.False(double.IsFinite(norm.Compute()));
        Assert.Equal("decoder.1.feed_forward.contract.bias", norm.FindNonFinite()!.Name);
    }

    [Fact]
    public void Frozen_weights_stay_and_their_gradients_do_not_count()
    {
        using var parameters = TrainingParameters.Initialize(GoldenMarian.Description, seed: 1);
        using var workers = new WorkerThreads(1);
        FillGradients(parameters, 1);
        var all = new WeightSegments(parameters.Ranges, [], null);
        var some = new WeightSegments(parameters.Ranges, ["encoder.*"], null);
        Assert.True(new GradientNorm(parameters, some, workers).Compute() < new GradientNorm(parameters, all, workers).Compute());
        float[][] before = Weights(parameters);
        using var update = new WeightUpdate(parameters, some, new Adam(), average: null, workers);
        update.Run(1, 0.1, 1);
        float[][] after = Weights(parameters);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.Equal(parameters.Ranges[i].Name.StartsWith("encoder.", StringComparison.Ordinal), before[i].SequenceEqual(after[i]));
        }
    }

    [Fact]
    public void Only_matrices_decay_unless_patterns_say_otherwise()
    {
        using var parameters = TrainingParameters.Initialize(GoldenBart.Description, seed: 1);
        Assert.All(new WeightSegments(parameters.Ranges, [], []).All, static segment => Assert.Equal(segment.Range.IsMatrix, segment.Decays));
        Assert.All(new WeightSegments(parameters.Ranges, [], ["*"]).All, static segment => Assert.True(segment.Decays));
        Assert.All(new WeightSegments(parameters.Ranges, [], null).All, static segment => Assert.False(segment.Decays));
        Assert.All(
            new WeightSegments(parameters.Ranges, [], ["*.norm.*"]).All, static segment => Assert.Equal(segment.Range.Name.Contains(".norm.", StringComparison.Ordinal), segment.Decays));
    }

    [Fact]
    public void Rows_of_positions_that_no_sequence_reaches_decay()
    {
        using var parameters = TrainingParameters.Load(GoldenBart.Description, TrainedModels.Path("bart"));
        using var workers = new WorkerThreads(1);
        ParameterTensor positions = parameters.Tensors.Single(static tensor => tensor.Name == "model.encoder.embed_positions.weight");
        float[] before = positions.Copy(parameters.WeightBlock);
        using var update = new WeightUpdate(parameters, new WeightSegments(parameters.Ranges, [], []), new AdamW { WeightDecay = 0.5 }, average: null, workers);
        update.Run(1, 1, 1);
        Assert.Equal(before.Select(static value => value * 0.5f), positions.Copy(parameters.WeightBlock));
    }

    [Fact]
    public void Padding_stays_zero()
    {
        using var parameters = TrainingParameters.Initialize(OddVanilla.Description, seed: 1);
        using var workers = new WorkerThreads(1);
        var segments = new WeightSegments(parameters.Ranges, [], ["*"]);
        using var average = new ExponentialAverage(0.9, parameters);
        using var update = new WeightUpdate(parameters, segments, new AdamW(), average, workers);
        for (int step = 1; step <= 3; step++)
        {
            FillGradients(parameters, step);
            update.Run(step, 0.1, 1);
        }

        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            foreach (TensorPlace part in tensor.Parts)
            {
                for (int row = 0; row < part.Rows; row++)
                {
                    part.SetRow(parameters.WeightBlock, row, new float[part.Columns]);
                    part.SetRow(average.Block.Pointer, row, new float[part.Columns]);
                }
            }
        }

        foreach (ParameterRange range in parameters.Ranges)
        {
            Assert.False(new ReadOnlySpan<float>(parameters.WeightBlock + range.Offset, (int)range.Length).ContainsAnyExcept(0f), range.Name);
            Assert.False(new ReadOnlySpan<float>(average.Block.Pointer + range.Offset, (int)range.Length).ContainsAnyExcept(0f), range.Name);
        }
    }

    [Fact]
    public void An_exponential_average_follows_the_weights()
    {
        using var parameters = TrainingParameters.Initialize(OddVanilla.Description, seed: 1);
        using var workers = new WorkerThreads(2);
        using var average = new ExponentialAverage(0.25, parameters);
        using var update = new WeightUpdate(parameters, new WeightSegments(parameters.Ranges, [], null), new Sgd(), average, workers);
        ParameterRange range = parameters.Ranges[4];
        double expected = parameters.WeightBlock[range.Offset];
        for (int step = 1; step <= 10; step++)
        {
            FillGradients(parameters, step);
            update.Run(step, 0.1, 1);
            double decay = Math.Min(0.25, (1.0 + step) / (10 + step));
            expected = (expected * decay) + (parameters.WeightBlock[range.Offset] * (1 - decay));
            Assert.Equal(expected, average.Block.Pointer[range.Offset], 1e-6);
        }
    }

    [Fact]
    public void The_mean_of_the_last_checkpoints_is_that_of_the_last()
    {
        using var parameters = TrainingParameters.Initialize(OddVanilla.Description, seed: 1);
        using var last = new LastAverage(3, parameters);
        var segments = new WeightSegments(parameters.Ranges, [], null);
        long place = parameters.Ranges[2].Offset + 1;
        float[] average = new float[parameters.Length];
        fixed (float* block = average)
        {
            foreach ((float weight, float mean) in ((float, float)[])[(1, 1), (2, 1.5f), (6, 3), (10, 6), (11, 9)])
            {
                parameters.WeightBlock[place] = weight;
                last.Take();
                last.Average(segments, block);
                Assert.Equal(mean, average[place]);
            }
        }
    }

    private static float[] Run(int threads, int steps)
    {
        using var parameters = TrainingParameters.Initialize(GoldenVanillaHead64.Description, seed: 1);
        using var workers = new WorkerThreads(threads);
        var segments = new WeightSegments(parameters.Ranges, [], []);
        var norm = new GradientNorm(parameters, segments, workers);
        using var average = new ExponentialAverage(0.5, parameters);
        using var update = new WeightUpdate(parameters, segments, new AdamW(), average, workers);
        Assert.True(segments.Pieces > 10);
        var found = new List<float>();
        for (int step = 1; step <= steps; step++)
        {
            FillGradients(parameters, step);
            double length = norm.Compute();
            found.Add((float)length);
            update.Run(step, 0.01, GradientNorm.ScaleOf(length, 1));
        }

        found.AddRange(Weights(parameters).SelectMany(static range => range));
        found.AddRange(new ReadOnlySpan<float>(average.Block.Pointer, (int)parameters.Length));
        return [.. found];
    }

    /// <summary>Gradients where tensors are; none in padding.</summary>
    private static void FillGradients(TrainingParameters parameters, int seed)
    {
        var random = new Samples(seed);
        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            foreach (TensorPlace part in tensor.Parts)
            {
                for (int row = 0; row < part.Rows; row++)
                {
                    part.SetRow(parameters.GradientBlock, row, random.Normal(part.Columns));
                }
            }
        }
    }

    private static float[][] Weights(TrainingParameters parameters) =>
        [.. parameters.Ranges.Select(range => new ReadOnlySpan<float>(parameters.WeightBlock + range.Offset, (int)range.Length).ToArray())];
}
