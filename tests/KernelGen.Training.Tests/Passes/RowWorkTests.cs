namespace KernelGen.Training.Tests.Passes;

public unsafe class RowWorkTests
{
    [Theory]
    [InlineData(1, 5, 16)]
    [InlineData(2, 200, 48)]
    [InlineData(3, 65, 512)]
    public void Rows_are_added_and_dropped_with_any_number_of_threads(int threads, int rows, int stride)
    {
        using var workers = new WorkerThreads(threads);
        var work = new RowWork(workers);
        float[] a = Numbers(rows * stride, 1), b = Numbers(rows * stride, 2), output = new float[rows * stride];
        var site = new DropoutSite(0.3f, 5, 6);
        fixed (float* pa = a, pb = b, pOutput = output)
        {
            work.Add(pa, pb, pOutput, rows, stride);
            Assert.Equal(a.Zip(b, static (x, y) => x + y), output);

            work.Drop(pb, pOutput, rows, stride, site);
            Assert.All(output.Zip(b), static pair => Assert.True(pair.First == 0 || pair.First == pair.Second * (1 / (1 - 0.3f))));
            float[] dropped = [.. output];

            work.AddDropped(pa, pb, pOutput, rows, stride, site);
            Assert.Equal(a.Zip(dropped, static (x, y) => x + y), output);

            work.Drop(pb, pOutput, rows, stride, default);
            Assert.Equal(b, output);
        }
    }

    [Theory]
    [InlineData(1, 7, 16)]
    [InlineData(2, 100, 80)]
    [InlineData(4, 33, 528)]
    public void Columns_are_summed_in_the_order_of_rows(int threads, int rows, int stride)
    {
        using var workers = new WorkerThreads(threads);
        var work = new RowWork(workers);
        int width = stride > 512 ? 512 : stride;
        float[] gradient = Numbers(rows * stride, 3), input = Numbers(rows * stride, 4), statistics = Numbers(2 * rows, 5);
        float[] sums = Numbers(width, 6), norm = Numbers(2 * width, 7);
        float[] expectedSums = [.. sums], expectedNorm = [.. norm];
        foreach (bool accumulates in (bool[])[true, false])
        {
            if (!accumulates)
            {
                Array.Clear(expectedSums);
                Array.Clear(expectedNorm);
            }

            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    float value = gradient[(row * stride) + column];
                    expectedSums[column] += value;
                    expectedNorm[width + column] += value;
                    float normalized = (input[(row * stride) + column] - statistics[2 * row]) * statistics[(2 * row) + 1];
                    expectedNorm[column] = MathF.FusedMultiplyAdd(normalized, value, expectedNorm[column]);
                }
            }

            fixed (float* pGradient = gradient, pInput = input, pStatistics = statistics, pSums = sums, pNorm = norm)
            {
                work.SumColumns(rows, pGradient, stride, width, accumulates, pSums);
                work.SumNorm(rows, pInput, pGradient, stride, pStatistics, width, hasBeta: true, accumulates, pNorm);
            }

            Assert.Equal(expectedSums, sums);
            Assert.Equal(expectedNorm, norm);
        }
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
