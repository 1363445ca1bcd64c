using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>What turns queries and keys, and the norm over all rows, beside plain loops.</summary>
public sealed unsafe class SpeechKernelTests
{
    private const int Rows = 5;

    private const int FirstPosition = 11;

    public static TheoryData<InstructionSet> Sets => [.. Enum.GetValues<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Pairs_of_each_head_are_turned(InstructionSet instructionSet)
    {
        Assert.SkipUnless(KernelGen.InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        CheckRotation(GoldenMoonshine.Description, instructionSet switch
        {
            InstructionSet.Portable => &GoldenMoonshine.PortableKernels.Rotate,
            InstructionSet.Avx2 => &GoldenMoonshine.Avx2Kernels.Rotate,
            InstructionSet.Avx512 => &GoldenMoonshine.Avx512Kernels.Rotate,
            _ => throw new ArgumentOutOfRangeException(nameof(instructionSet)),
        });
        CheckRotation(OddMoonshine.Description, instructionSet switch
        {
            InstructionSet.Portable => &OddMoonshine.PortableKernels.Rotate,
            InstructionSet.Avx2 => &OddMoonshine.Avx2Kernels.Rotate,
            InstructionSet.Avx512 => &OddMoonshine.Avx512Kernels.Rotate,
            _ => throw new ArgumentOutOfRangeException(nameof(instructionSet)),
        });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 16)]
    [InlineData(7, 123)]
    [InlineData(130, 24)]
    public void All_rows_together_have_one_mean_and_one_variance(int count, int width)
    {
        int stride = (width + 15) / 16 * 16;
        var samples = new Samples((count * 1000) + width);
        float[] values = samples.Normal(count * width), gamma = samples.Normal(width), beta = samples.Normal(width);
        float[] rows = new float[count * stride], norm = new float[2 * stride];
        for (int i = 0; i < values.Length; i++)
        {
            rows[(i / width * stride) + (i % width)] = values[i] = (values[i] * 0.01f) + 0.3f;
        }

        gamma.CopyTo(norm, 0);
        beta.CopyTo(norm, stride);
        fixed (float* first = rows, weights = norm)
        {
            GroupNorm.Run(first, count, width, stride, weights, 1e-5);
        }

        double mean = values.Average(static value => (double)value);
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + 1e-5);
        for (int i = 0; i < rows.Length; i++)
        {
            int column = i % stride;
            double expected = column < width ? ((values[(i / stride * width) + column] - mean) / deviation * gamma[column]) + beta[column] : 0;
            Assert.Equal(expected, rows[i], 1e-6 * Math.Max(1, Math.Abs(expected)));
        }
    }

    /// <summary>Bits are those of single steps, each rounded; what is not turned, values among it, stays as it is.</summary>
    private static void CheckRotation(ModelDescription model, delegate*<float*, int, float*, void> rotate)
    {
        int pairs = (model.RotaryDimension + 1) / 2;
        int stride = 2 * ((pairs + 15) / 16 * 16);
        float[] table = new float[(FirstPosition + Rows) * stride];
        int width = 3 * model.AttentionWidth;
        float[] rows = new Samples(width).Normal(Rows * width);
        rows[(2 * model.AttentionWidth) + 1] = float.NaN;
        rows[2 * model.AttentionWidth] = -0f;
        float[] expected = [.. rows];
        float[] turned = [.. rows];
        fixed (float* rotations = table, first = turned)
        {
            RotationTable.Fill(model, FirstPosition + Rows, rotations, stride);
            rotate(first, Rows, rotations + (FirstPosition * stride));
        }

        for (int row = 0; row < Rows; row++)
        {
            for (int head = 0; head < 2 * model.Heads; head++)
            {
                for (int i = 0; i < pairs; i++)
                {
                    int place = (row * width) + (head * model.HeadWidth) + i;
                    float cosine = table[((FirstPosition + row) * stride) + i], sine = table[((FirstPosition + row) * stride) + (stride / 2) + i];
                    double angle = (FirstPosition + row) * Math.Pow(10000, -2.0 * i / model.RotaryDimension);
                    Assert.Equal(Math.Cos(angle), cosine, 1e-7);
                    Assert.Equal(Math.Sin(angle), sine, 1e-7);
                    float a = rows[place], b = rows[place + pairs];
                    float ac = a * cosine, bs = b * sine, bc = b * cosine, sa = a * sine;
                    expected[place] = ac - bs;
                    expected[place + pairs] = bc + sa;
                }
            }
        }

        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits), Array.ConvertAll(turned, BitConverter.SingleToInt32Bits));
    }
}
