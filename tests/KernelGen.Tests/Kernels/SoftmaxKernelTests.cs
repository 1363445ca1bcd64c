using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>The stand-alone softmax and masks, with which rectangular batches get the bits of unpadded rows.</summary>
public sealed unsafe class SoftmaxKernelTests
{
    private const int MaxCount = 70;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Softmax_has_the_bits_of_the_scalar_steps(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        float attentionScale = (float)(1 / Math.Sqrt(kernels.Model.HeadDimension));
        var samples = new Samples(7);
        for (int count = 1; count <= MaxCount; count++)
        {
            foreach (float scale in new[] { 1f, attentionScale })
            {
                // Three rows: ordinary scores, scores whose exponentials underflow, scores some of which are masked.
                float[][] scores = [samples.Normal(count, 3), samples.Normal(count, 200), samples.Normal(count, 3)];
                for (int i = 0; i < count; i += 3)
                {
                    scores[2][i] = float.NegativeInfinity;
                }

                int stride = Panels.RoundUp(count) + (count % 2 == 0 ? Panels.Width : 0);
                float[][] expected = [.. scores.Select(row => ReferenceKernels.Softmax(row, scale))];
                for (int row = 0; row < scores.Length; row++)
                {
                    double[] exact = DoubleKernels.Softmax(DoubleKernels.Widen(scores[row]), scale);
                    Closeness.AssertClose(exact, expected[row], 4e-7 * Math.Max(1, scores[row].Where(float.IsFinite).Append(0).Max(Math.Abs)), $"{kernels}: softmax in scalar steps");
                }

                using GuardedBuffer buffer = GuardedBuffer.OfRows(scores, stride);
                SpoilPadding(buffer, scores, stride);
                kernels.Softmax(buffer.Pointer, scores.Length, count, stride, scale);
                buffer.AssertRows(expected, stride, $"{kernels}: softmax of {count} scores");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_of_nothing_but_minus_infinity_becomes_zeros(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        foreach (int count in new[] { 1, 15, 16, 17, 40 })
        {
            float[] masked = [.. Enumerable.Repeat(float.NegativeInfinity, count)];
            float[] seen = new Samples(count).Normal(count);
            int stride = Panels.RoundUp(count);
            using GuardedBuffer buffer = GuardedBuffer.OfRows([masked, seen, masked], stride);
            kernels.Softmax(buffer.Pointer, 3, count, stride, 1f);
            buffer.AssertRows([new float[count], ReferenceKernels.Softmax(seen, 1f), new float[count]], stride, $"{kernels}: softmax of {count} masked scores");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_with_a_score_that_is_not_a_number_becomes_none_and_no_other_does(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        const int Count = 21;
        var samples = new Samples(Count);
        int stride = Panels.RoundUp(Count);
        for (int bits = 0; bits < 512; bits++)
        {
            // Every pattern of the bits that a power of two would shift into the exponent.
            float[][] scores = samples.NormalRows(3, Count);
            scores[1][bits % Count] = BitConverter.Int32BitsToSingle(0x7FC00000 + bits);
            using GuardedBuffer buffer = GuardedBuffer.OfRows(scores, stride);
            kernels.Softmax(buffer.Pointer, 3, Count, stride, 1f);
            Assert.All(buffer.Span.Slice(stride, Count).ToArray(), static probability => Assert.True(float.IsNaN(probability)));
            foreach (int row in new[] { 0, 2 })
            {
                BitAssert.Equal(ReferenceKernels.Softmax(scores[row], 1f), buffer.Span.Slice(row * stride, Count), $"{kernels}: softmax of row {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_padded_row_has_the_bits_of_the_unpadded_row(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var samples = new Samples(5);
        for (int count = 1; count <= 40; count++)
        {
            float[] scores = samples.Normal(count, 3);
            using GuardedBuffer unpadded = GuardedBuffer.OfRows([scores], Panels.RoundUp(count));
            kernels.Softmax(unpadded.Pointer, 1, count, Panels.RoundUp(count), 0.5f);
            for (int padding = 1; padding <= 33; padding += 4)
            {
                int width = count + padding;
                int stride = Panels.RoundUp(width);
                float[] expected = [.. unpadded.Span[..count], .. new float[padding]];
                using GuardedBuffer padded = GuardedBuffer.OfRows([[.. scores, .. Enumerable.Repeat(float.NegativeInfinity, padding)]], stride);
                kernels.Softmax(padded.Pointer, 1, width, stride, 0.5f);
                padded.AssertRows([expected], stride, $"{kernels}: {count} keys and {padding} pad tokens");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_causally_masked_row_has_the_bits_of_the_shorter_row(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        var samples = new Samples(5);
        foreach (int count in new[] { 1, 2, 15, 16, 17, 31, 33, 40 })
        {
            int stride = Panels.RoundUp(count);
            float[][] scores = samples.NormalRows(count, count, 3);
            float[][] expected = new float[count][];
            for (int row = 0; row < count; row++)
            {
                int visible = row + 1;
                using GuardedBuffer alone = GuardedBuffer.OfRows([scores[row][..visible]], stride);
                kernels.Softmax(alone.Pointer, 1, visible, stride, 0.5f);
                expected[row] = [.. alone.Span[..visible], .. new float[count - visible]];
            }

            using GuardedBuffer masked = GuardedBuffer.OfRows([.. scores.Select(static (row, i) => ReferenceKernels.MaskCausal(row, i))], stride);
            kernels.Softmax(masked.Pointer, count, count, stride, 0.5f);
            masked.AssertRows(expected, stride, $"{kernels}: causal mask and softmax of {count} keys");
        }
    }

    /// <summary>Softmax reads nothing past the scores: what stands there may be anything.</summary>
    private static void SpoilPadding(GuardedBuffer buffer, float[][] scores, int stride)
    {
        for (int row = 0; row < scores.Length; row++)
        {
            int count = scores[row].Length;
            buffer.Span[((row * stride) + count)..((row * stride) + Panels.RoundUp(count))].Fill(float.NaN);
        }
    }
}
