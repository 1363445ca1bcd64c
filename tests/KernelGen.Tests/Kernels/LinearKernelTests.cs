using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>
/// The linear kernels: bit for bit the scalar product (a chain of fused multiply-adds, or an exact sum of 8-bit products) for any number of rows, hence
/// the same bits for every instruction set; and within the error bound of double precision.
/// </summary>
public sealed unsafe class LinearKernelTests
{
    private const int MaxRows = 40;

    public static TheoryData<string, InstructionSet, LinearKernel, WeightPrecision> Cases => CasesOf(DeclaredModels.All);

    /// <summary>Every way of quantising, every activation, widths that fill panels and widths that do not.</summary>
    public static TheoryData<string, InstructionSet, LinearKernel, WeightPrecision> SomeCases =>
        CasesOf(new[] { nameof(GoldenVanillaPreNorm), nameof(HeadsOf4), nameof(HeadsOf11), nameof(HeadsOf72), nameof(OneMoreThanAPanel), nameof(WideGated), nameof(WideOdd) }.Select(DeclaredModels.Named));

    private static TheoryData<string, InstructionSet, LinearKernel, WeightPrecision> CasesOf(IEnumerable<DeclaredModel> models)
    {
        var data = new TheoryData<string, InstructionSet, LinearKernel, WeightPrecision>();
        foreach (DeclaredModel model in models)
        {
            foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>())
            {
                foreach (LinearKernel kernel in Enum.GetValues<LinearKernel>())
                {
                    foreach (WeightPrecision precision in LinearShape.Of(kernel, model.Description).Precisions)
                    {
                        data.Add(model.Description.Name, instructionSet, kernel, precision);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_number_of_rows_is_the_scalar_product(string model, InstructionSet instructionSet, LinearKernel kernel, WeightPrecision precision)
    {
        CheckRows(DeclaredModels.Named(model).KernelsFor(instructionSet), kernel, precision);
    }

    /// <summary>Compares every number of rows with scalar steps.</summary>
    internal static void CheckRows(KernelSet kernels, LinearKernel kernel, WeightPrecision precision)
    {
        LinearShape shape = LinearShape.Of(kernel, kernels.Model);
        string what = $"{kernels}: {kernel} with {precision} weights";
        var samples = new Samples(shape.Input + shape.Output);
        float[] weights = samples.Normal(shape.Output * shape.Input, 1f / MathF.Sqrt(shape.Input));
        float[] bias = samples.Normal(shape.Output, 0.5f);
        float[][] inputs = samples.NormalRows(MaxRows, shape.Input);
        float[][] residuals = samples.NormalRows(MaxRows, shape.Output);
        float[][] expected = [.. inputs.Select((input, row) => Expected(input, weights, bias, residuals[row], shape, precision))];
        if (precision == WeightPrecision.Float32)
        {
            CheckInDoublePrecision(expected.AsSpan(0, 4), inputs, weights, bias, residuals, shape, $"{what} in scalar steps");
        }

        using var packed = new PackedLinear(weights, bias, shape.Output, shape.Input, shape.Padding, precision, shape.InputBits);
        for (int rows = 1; rows <= MaxRows; rows++)
        {
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs.AsSpan(0, rows), shape.InputStride);
            using GuardedBuffer residual = GuardedBuffer.OfRows(residuals.AsSpan(0, rows), shape.OutputStride);
            using var output = new GuardedBuffer(rows * shape.OutputStride);
            using var quantized = new GuardedBuffer(rows * kernels.Model.QuantizedStride / sizeof(float));
            byte* read = (byte*)input.Pointer;
            if (LayoutFacts.IsQuantizedWith(precision))
            {
                read = (byte*)quantized.Pointer;
                kernels.Quantize(kernel, precision, input.Pointer, rows, read);
                quantized.AssertMargins($"{what}: quantised inputs of {rows} rows");
            }

            // Odd numbers of rows go in two parts, as two threads would share them.
            int panels = Panels.RoundUp(shape.Output) / Panels.Width;
            int middle = rows % 2 == 1 && panels >= 8 ? panels / 8 * 4 : panels;
            var call = new LinearCall { Input = read, Rows = rows, Weights = packed.Weights, Residual = residual.Pointer, Output = output.Pointer, EndPanel = middle };
            kernels.Linear(kernel, precision, call);
            if (middle < panels)
            {
                call.FirstPanel = middle;
                call.EndPanel = panels;
                kernels.Linear(kernel, precision, call);
            }

            output.AssertRows(expected.AsSpan(0, rows), shape.OutputStride, $"{what}, {rows} rows", shape.Padding);
        }
    }

    [Theory]
    [MemberData(nameof(SomeCases))]
    public void What_is_not_a_number_shows_in_its_row_alone(string model, InstructionSet instructionSet, LinearKernel kernel, WeightPrecision precision)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        LinearShape shape = LinearShape.Of(kernel, kernels.Model);
        var samples = new Samples(3);
        float[] weights = samples.Normal(shape.Output * shape.Input, 1f / MathF.Sqrt(shape.Input));
        float[] bias = samples.Normal(shape.Output, 0.5f);

        // A tall tile, then low ones: the rows before and after the damaged one are in the same tile.
        const int Rows = 17;
        float[][] inputs = samples.NormalRows(Rows, shape.Input);
        float[][] residuals = samples.NormalRows(Rows, shape.Output);
        float[][] expected = [.. inputs.Select((input, row) => Expected(input, weights, bias, residuals[row], shape, precision))];
        using var packed = new PackedLinear(weights, bias, shape.Output, shape.Input, shape.Padding, precision, shape.InputBits);
        foreach ((int damaged, float special) in new[] { (2, BitConverter.Int32BitsToSingle(0x7FC001A5)), (13, float.NaN), (16, float.PositiveInfinity) })
        {
            float[][] changed = [.. inputs.Select(static input => (float[])input.Clone())];
            changed[damaged][^1] = special;
            using GuardedBuffer input = GuardedBuffer.OfRows(changed, shape.InputStride);
            using GuardedBuffer residual = GuardedBuffer.OfRows(residuals, shape.OutputStride);
            using var output = new GuardedBuffer(Rows * shape.OutputStride);
            using var quantized = new GuardedBuffer(Rows * kernels.Model.QuantizedStride / sizeof(float));
            byte* read = (byte*)input.Pointer;
            if (LayoutFacts.IsQuantizedWith(precision))
            {
                read = (byte*)quantized.Pointer;
                kernels.Quantize(kernel, precision, input.Pointer, Rows, read);
            }

            kernels.Linear(kernel, precision, new LinearCall
            {
                Input = read,
                Rows = Rows,
                Weights = packed.Weights,
                Residual = residual.Pointer,
                Output = output.Pointer,
                EndPanel = Panels.RoundUp(shape.Output) / Panels.Width,
            });
            for (int row = 0; row < Rows; row++)
            {
                Span<float> actual = output.Span.Slice(row * shape.OutputStride, shape.Output);
                string what = $"{kernels}: {kernel} with {precision} weights, row {row} with {special} in row {damaged}";
                if (row != damaged)
                {
                    BitAssert.Equal(expected[row], actual, what);
                }
                else if (float.IsNaN(special) || LayoutFacts.IsQuantizedWith(precision))
                {
                    Assert.False(actual.ContainsAnyExcept(float.NaN), what);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SomeCases))]
    public void Denormal_numbers_count(string model, InstructionSet instructionSet, LinearKernel kernel, WeightPrecision precision)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        LinearShape shape = LinearShape.Of(kernel, kernels.Model);
        var samples = new Samples(4);
        const int Rows = 3;
        foreach ((float weight, float value) in new[] { (1e-40f, 1f), (1f, 1e-40f), (1e-20f, 1e-20f) })
        {
            float[] weights = samples.Normal(shape.Output * shape.Input, weight);
            float[] bias = samples.Normal(shape.Output, 1e-41f);
            float[][] inputs = samples.NormalRows(Rows, shape.Input, value);
            float[][] residuals = samples.NormalRows(Rows, shape.Output, 1e-41f);
            float[][] expected = [.. inputs.Select((input, row) => Expected(input, weights, bias, residuals[row], shape, precision))];
            using var packed = new PackedLinear(weights, bias, shape.Output, shape.Input, shape.Padding, precision, shape.InputBits);
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs, shape.InputStride);
            using GuardedBuffer residual = GuardedBuffer.OfRows(residuals, shape.OutputStride);
            using var output = new GuardedBuffer(Rows * shape.OutputStride);
            using var quantized = new GuardedBuffer(Rows * kernels.Model.QuantizedStride / sizeof(float));
            kernels.Quantize(kernel, precision, input.Pointer, Rows, (byte*)quantized.Pointer);
            kernels.Linear(kernel, precision, new LinearCall
            {
                Input = LayoutFacts.IsQuantizedWith(precision) ? (byte*)quantized.Pointer : (byte*)input.Pointer,
                Rows = Rows,
                Weights = packed.Weights,
                Residual = residual.Pointer,
                Output = output.Pointer,
                EndPanel = Panels.RoundUp(shape.Output) / Panels.Width,
            });
            output.AssertRows(expected, shape.OutputStride, $"{kernels}: {kernel} with {precision} weights of {weight} and inputs of {value}", shape.Padding);
        }
    }

    [Theory]
    [MemberData(nameof(DeclaredModels.WithInstructionSets), MemberType = typeof(DeclaredModels))]
    public void Quantized_rows_are_the_nearest_multiples_of_their_scale(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        foreach (LinearKernel kernel in new[] { LinearKernel.QueryKeyValue, LinearKernel.FeedForwardContract })
        {
            CheckQuantizedRows(kernels, kernel);
        }
    }

    private static void CheckQuantizedRows(KernelSet kernels, LinearKernel kernel)
    {
        LinearShape shape = LinearShape.Of(kernel, kernels.Model);
        int quantizedStride = kernels.Model.QuantizedStride;
        var samples = new Samples(7);
        float[][] rows = samples.NormalRows(7, shape.Input);
        rows[1].AsSpan().Clear();
        rows[2].AsSpan().Fill(1e-40f);
        rows[3][^1] = -3e38f;
        rows[4].AsSpan().Fill(-7.25f);

        // All as large as the largest: products of 8-bit inputs would not fit in 16 bits if these were 127.
        rows[5].AsSpan().Fill(3e37f);

        // One as large as all others together.
        rows[6][shape.Input / 2] = 1000;
        using GuardedBuffer input = GuardedBuffer.OfRows(rows, shape.InputStride);
        using var output = new GuardedBuffer(rows.Length * quantizedStride / sizeof(float));
        kernels.QuantizerOf(kernel)(input.Pointer, rows.Length, shape.InputStride, shape.Input, (byte*)output.Pointer);
        for (int row = 0; row < rows.Length; row++)
        {
            byte* quantized = (byte*)output.Pointer + (row * quantizedStride);
            (int[] expected, float scale) = shape.HasMultipliers ? ReferenceKernels.QuantizeInputByEights(rows[row]) : ReferenceKernels.QuantizeInput(rows[row], shape.InputBits);
            int[] actual = new int[shape.Input], multiplied = new int[shape.Input];
            for (int i = 0; i < actual.Length; i++)
            {
                // Behind eight bytes with a multiplier stands that, twice in 16 bits.
                byte* eight = quantized + (shape.HasMultipliers ? i / 8 * 12 : i / 8 * 8);
                actual[i] = shape.InputBits == 8 ? ((sbyte*)eight)[i % 8] : ((short*)quantized)[i];
                short multiplier = shape.HasMultipliers ? ((short*)eight)[4] : (short)1;
                Assert.InRange(multiplier, 1, 256);
                Assert.Equal(multiplier, shape.HasMultipliers ? ((short*)eight)[5] : (short)1);
                multiplied[i] = multiplier * actual[i];
            }

            Assert.Equal(expected, multiplied);
            if (shape.InputBits == 8)
            {
                for (int i = 0; i < actual.Length; i += 2)
                {
                    int more = i % 8 < 4 ? i + 4 : i;
                    int sum = Math.Abs(actual[i]) + Math.Abs(actual.ElementAtOrDefault(i + 1)) + (more == i ? 0 : Math.Abs(actual.ElementAtOrDefault(more)) + Math.Abs(actual.ElementAtOrDefault(more + 1)));
                    Assert.InRange(sum, 0, 258);
                }
            }

            Assert.Equal(scale, *(float*)(quantized + quantizedStride - 64));
            if (shape.InputBits == 8)
            {
                Assert.Equal(-64 * expected.Sum(), *(int*)(quantized + quantizedStride - 60));
            }

            if (shape is { InputBits: 8, HasMultipliers: false })
            {
                Assert.Equal(ReferenceKernels.BeginOfUpperBits(expected), *(int*)(quantized + quantizedStride - 56));
            }
        }

        output.AssertMargins($"{kernels}: quantised inputs of {kernel}");
    }

    private static float[] Expected(float[] input, float[] weights, float[] bias, float[] residual, LinearShape shape, WeightPrecision precision)
    {
        float[] result = precision switch
        {
            WeightPrecision.Float32 => ReferenceKernels.Linear(input, weights, bias),
            WeightPrecision.BFloat16 => ReferenceKernels.Linear(input, Array.ConvertAll(weights, ReferenceKernels.RoundToBFloat16), bias),
            WeightPrecision.Int4 => ReferenceKernels.LinearInt4(input, weights, bias),
            _ => ReferenceKernels.LinearInt8(input, weights, bias, shape.InputBits, shape.HasMultipliers),
        };
        result = shape.AddsResidual ? ReferenceKernels.AddResidual(residual, result) : result;
        return shape.Activation is { } activation ? ReferenceKernels.Activate(activation, result) : result;
    }

    private static void CheckInDoublePrecision(
        ReadOnlySpan<float[]> results, float[][] inputs, float[] weights, float[] bias, float[][] residuals, LinearShape shape, string what)
    {
        double[] wideWeights = DoubleKernels.Widen(weights);
        double[] wideBias = DoubleKernels.Widen(bias);
        double[] weightMagnitudes = Array.ConvertAll(wideWeights, Math.Abs);
        double[] biasMagnitudes = Array.ConvertAll(wideBias, Math.Abs);
        for (int row = 0; row < results.Length; row++)
        {
            double[] input = DoubleKernels.Widen(inputs[row]);
            double[] exact = DoubleKernels.Linear(input, wideWeights, wideBias);

            // One rounding a step, each relative to a partial sum; these are no larger than the sum of magnitudes.
            double magnitude = DoubleKernels.Linear(Array.ConvertAll(input, Math.Abs), weightMagnitudes, biasMagnitudes).Max();
            double tolerance = (shape.Input + 2) * Closeness.Rounding * magnitude;
            if (shape.AddsResidual)
            {
                float[] residual = residuals[row];
                exact = [.. exact.Select((sum, i) => residual[i] + sum)];
                tolerance += 8 * Closeness.Rounding;
            }

            if (shape.Activation is { } activation)
            {
                // No activation is steeper than 1.13.
                exact = Array.ConvertAll(exact, x => ReferenceMath.Activate(activation, x));
                tolerance = (1.13 * tolerance) + 4e-7;
            }

            Closeness.AssertClose(exact, results[row], tolerance, $"{what}, row {row}");
        }
    }
}
