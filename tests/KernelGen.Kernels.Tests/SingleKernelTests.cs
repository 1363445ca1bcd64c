using KernelGen.Tests.Bounds;
using KernelGen.Tests.Reference;
using static KernelGen.Tests.SingleKernels.DeclaredKernels;

namespace KernelGen.Tests.SingleKernels;

/// <summary>What single kernels compute: near to plain loops in double precision, the same bits everywhere, and nothing outside of their spans.</summary>
[Collection(InstructionSetCollection.Name)]
public sealed class SingleKernelTests : IDisposable
{
    public static TheoryData<string> Cases => [.. KernelCases.All.Select(static one => one.Name)];

    private static IEnumerable<InstructionSet> InstructionSetsHere => Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported);

    public void Dispose() => Execution.SingleKernels.Force(null);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_compute_what_plain_loops_in_double_precision_do(string name)
    {
        KernelCase kernel = CaseNamed(name);
        foreach (int rows in kernel.Rows)
        {
            float[][] inputs = kernel.Inputs(rows);
            double[] expected = kernel.Expected(inputs, rows);
            foreach (InstructionSet instructionSet in InstructionSetsHere)
            {
                Execution.SingleKernels.Force(instructionSet);
                float[] actual = kernel.Compute(inputs, rows);
                if (kernel.QuantizationError > 0)
                {
                    double error = Math.Sqrt(expected.Zip(actual, static (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(static value => value * value));
                    Assert.True(error < kernel.QuantizationError, $"{name}, {rows} rows, {instructionSet}: the relative error is {error}.");
                }
                else
                {
                    Closeness.AssertClose(expected, actual, kernel.Tolerance, $"{name}, {rows} rows, {instructionSet}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bits_are_the_same_on_every_instruction_set(string name)
    {
        KernelCase kernel = CaseNamed(name);
        foreach (int rows in kernel.Rows)
        {
            float[][] inputs = kernel.Inputs(rows);
            Execution.SingleKernels.Force(InstructionSet.Portable);
            float[] expected = kernel.Compute(inputs, rows);
            foreach (InstructionSet instructionSet in InstructionSetsHere)
            {
                Execution.SingleKernels.Force(instructionSet);
                BitAssert.Equal(expected, kernel.Compute(inputs, rows), $"{name}, {rows} rows, {instructionSet}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_kernel_leaves_its_spans(string name)
    {
        KernelCase kernel = CaseNamed(name);
        using var file = new CaseFile(Path.Combine(AppContext.BaseDirectory, "running-single-kernel.txt"));
        foreach (InstructionSet instructionSet in InstructionSetsHere)
        {
            Execution.SingleKernels.Force(instructionSet);
            foreach (Guard guard in Enum.GetValues<Guard>())
            {
                using var buffers = new BoundedBuffers(guard, file);
                foreach (int rows in kernel.Rows)
                {
                    float[][] inputs = kernel.Inputs(rows);
                    BitAssert.Equal(kernel.Compute(inputs, rows), kernel.ComputeWithin(buffers, inputs, rows), $"{name}, {rows} rows, {instructionSet}, {guard}");
                }
            }
        }
    }

    /// <summary>Rows one by one, in calls of their own, have the bits that they have together.</summary>
    [Fact]
    public void Rows_do_not_depend_on_each_other()
    {
        const int Rows = 99;
        (float[] weight, float[] bias) = KernelCases.WeightsOf(1024, 130);
        foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
        {
            using var packed = PackedLinear.Pack(weight, bias, 1024, 130, precision);
            float[] x = new Samples(1).Normal(Rows * 1024);
            float[] together = new float[Rows * 130], alone = new float[Rows * 130];
            Linear1024To130Silu(x, packed, together);
            for (int row = 0; row < Rows; row++)
            {
                Linear1024To130Silu(x.AsSpan(row * 1024, 1024), packed, alone.AsSpan(row * 130, 130));
            }

            BitAssert.Equal(together, alone, $"{precision}");
        }
    }

    [Fact]
    public void A_norm_may_write_where_it_reads()
    {
        foreach (int length in new[] { 48, 100 })
        {
            float[] x = new Samples(2).Normal(3 * length), scale = new Samples(3).Normal(length), shift = new Samples(4).Normal(length), y = new float[x.Length];
            if (length == 48)
            {
                LayerNormOf48(x, scale, shift, y);
                LayerNormOf48(x, scale, shift, x);
            }
            else
            {
                LayerNormOf100(x, scale, shift, y);
                LayerNormOf100(x, scale, shift, x);
            }

            BitAssert.Equal(y, x, $"{length}");
        }
    }

    /// <summary>exp(1000) is infinite in single precision, and so is every quotient by a sum of it.</summary>
    [Fact]
    public void Softmax_does_not_overflow()
    {
        float[] row = [.. Enumerable.Range(0, 37).Select(static i => 1000f + i)];
        double[] expected = DoubleKernels.Softmax(DoubleKernels.Widen(row), 1);
        float[] logarithms = [.. row, .. Enumerable.Repeat(-3e38f, 26)];

        SoftmaxOf37(row);
        LogSoftmaxOf63(logarithms);

        Closeness.AssertClose(expected, row, 1e-6, "softmax");
        Closeness.AssertClose([.. expected.Select(static probability => Math.Log(probability))], logarithms.AsSpan(0, 37), 1e-6, "log-softmax");
    }

    [Fact]
    public void What_is_masked_has_no_probability()
    {
        float[] row = new float[37];
        row.AsSpan(5).Fill(float.NegativeInfinity);
        SoftmaxOf37(row);
        Assert.Equal([.. Enumerable.Repeat(0.2f, 5), .. new float[32]], row);

        row.AsSpan().Fill(float.NegativeInfinity);
        SoftmaxOf37(row);
        Assert.Equal(new float[37], row);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_row_that_holds_no_number_gives_none(float value)
    {
        float[] row = new float[37], logarithms = new float[63];
        row[20] = logarithms[62] = value;
        SoftmaxOf37(row);
        LogSoftmaxOf63(logarithms);
        Assert.Contains(row, float.IsNaN);
        Assert.All(logarithms, static number => Assert.True(float.IsNaN(number)));
    }

    [Fact]
    public void The_causal_mask_hides_what_comes_after_a_row()
    {
        float[] scores = new float[3 * 19];
        MaskCausal(scores);
        Assert.Equal([17, 18, 19], scores.Chunk(19).Select(static row => row.Count(static score => score == 0)));
        Assert.All(scores.Chunk(19), static row => Assert.All(row.SkipWhile(static score => score == 0), static score => Assert.Equal(float.NegativeInfinity, score)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    public void The_padding_mask_hides_the_last_positions(int visible)
    {
        float[] scores = new float[2 * 19];
        MaskPadding(scores, visible);
        float[] row = [.. Enumerable.Repeat(0f, visible), .. Enumerable.Repeat(float.NegativeInfinity, 19 - visible)];
        Assert.Equal([.. row, .. row], scores);
    }

    [Fact]
    public void Nothing_is_allocated_by_a_second_call()
    {
        foreach (KernelCase kernel in KernelCases.All.Where(static one => !one.Name.StartsWith("embedding", StringComparison.Ordinal)))
        {
            // What the case itself allocates, the delegate's call does not.
            float[][] inputs = kernel.Inputs(kernel.Rows[^1]);
            kernel.Compute(inputs, kernel.Rows[^1]);
            long allocated = AllocatedBy(kernel, inputs);
            Assert.True(allocated == 0, $"{kernel.Name}: {allocated} bytes");
        }
    }

    [Fact]
    public void Threads_have_memory_of_their_own()
    {
        KernelCase[] kernels = [.. KernelCases.All.Where(static one => one.Name.Contains("37", StringComparison.Ordinal) || one.Name.Contains("of 21", StringComparison.Ordinal) || one.Name.Contains("130", StringComparison.Ordinal))];
        float[][] expected = [.. kernels.Select(static kernel => kernel.Compute(kernel.Inputs(kernel.Rows[^1]), kernel.Rows[^1]))];
        Assert.NotEmpty(kernels);
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, i =>
        {
            KernelCase kernel = kernels[i % kernels.Length];
            BitAssert.Equal(expected[i % kernels.Length], kernel.Compute(kernel.Inputs(kernel.Rows[^1]), kernel.Rows[^1]), kernel.Name);
        });
    }

    [Theory]
    [InlineData("portable", InstructionSet.Portable)]
    [InlineData("AVX2", InstructionSet.Avx2)]
    public void The_environment_chooses_the_instruction_set(string name, InstructionSet expected)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(expected), $"This process cannot use {expected}.");
        WithVariable(name, () => Assert.Equal(expected, Execution.SingleKernels.InstructionSet));
    }

    [Fact]
    public void An_unknown_instruction_set_is_refused_when_a_kernel_runs() => WithVariable("mmx", static () =>
    {
        var exception = Assert.Throws<PlatformNotSupportedException>(static () => SoftmaxOf1(new float[1]));
        Assert.Contains("'mmx'", exception.Message, StringComparison.Ordinal);
    });

    private static void WithVariable(string value, Action run)
    {
        string? before = Environment.GetEnvironmentVariable(InstructionSets.EnvironmentVariable);
        try
        {
            Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, value);
            Execution.SingleKernels.Force(null);
            run();
        }
        finally
        {
            Environment.SetEnvironmentVariable(InstructionSets.EnvironmentVariable, before);
        }
    }

    private static long AllocatedBy(KernelCase kernel, float[][] inputs)
    {
        using var buffers = new BoundedBuffers(Guard.After, null);
        var spans = new SpanBuffers();
        unsafe
        {
            foreach (float[] input in inputs)
            {
                spans.Add(buffers.Floats(input.Length), input);
            }
        }

        int rows = kernel.Rows[^1];
        long before = GC.GetAllocatedBytesForCurrentThread();
        kernel.Run(spans, rows);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static KernelCase CaseNamed(string name) => KernelCases.All.Single(one => one.Name == name);
}
