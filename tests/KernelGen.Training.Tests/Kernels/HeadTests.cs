using KernelGen.Execution;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Reference;

namespace KernelGen.Training.Tests.Kernels;

public sealed unsafe class HeadTests
{
    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Scores_have_the_bits_of_one_chain(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        int head = model.Description.HeadDimension, stride = model.Description.HeadWidth;
        foreach ((int rows, int positions) in Lengths(model.Description))
        {
            var samples = new Samples(rows + positions);
            float[][] queries = samples.NormalRows(rows, head), keys = samples.NormalRows(positions, head);
            float[] transposed = new float[ScoreStride(model.Description) * stride];
            for (int position = 0; position < positions; position++)
            {
                for (int i = 0; i < head; i++)
                {
                    transposed[(((position / 16 * stride) + i) * 16) + (position % 16)] = keys[position][i];
                }
            }

            foreach (TrainingKernelSet kernels in model.Kernels)
            {
                using GuardedBuffer query = GuardedBuffer.OfRows(queries, stride);
                using GuardedBuffer key = GuardedBuffer.OfRows([transposed], transposed.Length);
                using var scores = new GuardedBuffer(rows * ScoreStride(model.Description));
                kernels.HeadScores(query.Pointer, rows, key.Pointer, positions, scores.Pointer);
                scores.AssertMargins($"{kernels}: scores");
                for (int row = 0; row < rows; row++)
                {
                    float[] expected = [.. keys.Select(k => ChainOfProducts.Sum(0, head, i => (queries[row][i], k[i])))];
                    BitAssert.Equal(expected, scores.Span.Slice(row * ScoreStride(model.Description), positions), $"{kernels}: scores of row {row} of {rows}, {positions} positions");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TrainableModels.Names), MemberType = typeof(TrainableModels))]
    public void Weighted_sums_have_the_bits_of_one_chain(string name)
    {
        TrainableModel model = TrainableModels.Named(name);
        int head = model.Description.HeadDimension, stride = model.Description.HeadWidth;
        foreach ((int rows, int positions) in Lengths(model.Description))
        {
            var samples = new Samples(rows + positions);
            float[][] weights = samples.NormalRows(rows, positions), values = samples.NormalRows(positions, head);
            float[][] expected = [.. weights.Select(row => (float[])[.. Enumerable.Range(0, head).Select(i =>
                ChainOfProducts.Sum(0, positions, position => (row[position], values[position][i])))])];
            foreach (TrainingKernelSet kernels in model.Kernels)
            {
                using GuardedBuffer weight = GuardedBuffer.OfRows(weights, ScoreStride(model.Description));
                using GuardedBuffer value = GuardedBuffer.OfRows(values, stride);
                using var output = new GuardedBuffer(rows * stride);
                kernels.HeadWeightedSum(weight.Pointer, rows, positions, value.Pointer, output.Pointer);
                output.AssertRows(expected, stride, $"{kernels}: weighted sums of {rows} rows, {positions} positions");
            }
        }
    }

    internal static int ScoreStride(ModelDescription model) => (Math.Max(model.MaxSourceLength, model.MaxTargetLength) + 31) / 32 * 32;

    private static IEnumerable<(int Rows, int Positions)> Lengths(ModelDescription model)
    {
        int longest = Math.Max(model.MaxSourceLength, model.MaxTargetLength);
        return new[] { (1, 1), (2, 3), (7, 16), (12, 17), (5, 32), (13, 33), (31, longest), (longest, longest) }.Where(lengths => lengths.Item2 <= longest);
    }
}
