using KernelGen.Tests.Reference;
using static KernelGen.Tests.SingleKernels.DeclaredKernels;

namespace KernelGen.Tests.SingleKernels;

/// <summary>A case for each of <see cref="DeclaredKernels"/>.</summary>
internal static class KernelCases
{
    private delegate void InPlace(Span<float> values);

    private delegate void Linear(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    private delegate void LinearPlusResidual(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);

    private delegate void Attention(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    private delegate void Norm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);

    private delegate void NormAndShift(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    public static IReadOnlyList<KernelCase> All { get; } =
    [
        Softmax(1, SoftmaxOf1),
        Softmax(37, SoftmaxOf37),
        Softmax(512, SoftmaxOf512),
        LogSoftmax(1, LogSoftmaxOf1),
        LogSoftmax(48, LogSoftmaxOf48),
        LogSoftmax(63, LogSoftmaxOf63),
        LayerNorm(1, 1e-5, LayerNormOf1),
        LayerNorm(48, 1e-5, LayerNormOf48),
        LayerNorm(100, 1e-3, LayerNormOf100),
        Normalization(48, "without a shift", LayerNormOf48, static (row, scale) => DoubleKernels.LayerNorm(row, scale, new double[48], 0.5)),
        Normalization(32, "by the root mean square", RmsNormOf32, static (row, scale) => DoubleKernels.RootMeanSquareNorm(row, scale, 1e-6)),
        Normalization(41, "by the root mean square", RmsNormOf41, static (row, scale) => DoubleKernels.RootMeanSquareNorm(row, scale, 1e-5)),
        Function(Activation.Relu, Relu),
        Function(Activation.Gelu, Gelu),
        Function(Activation.GeluTanh, GeluTanh),
        Function(Activation.Silu, Silu),
        Function(Activation.Tanh, Tanh),
        .. Layers(1, 1, null, Linear1To1),
        .. Layers(48, 144, null, Linear48To144),
        .. Layers(48, 80, Activation.Gelu, Linear48To80Gelu),
        .. Layers(80, 48, Linear80To48PlusResidual),
        .. Layers(17, 33, Activation.Relu, Linear17To33Relu),
        .. Layers(35, 21, Linear35To21PlusResidual, inputBits: 8),
        .. Layers(1024, 130, Activation.Silu, Linear1024To130Silu),
        Attend("1 of 1", 1, 1, [1, 2, 33], Attend1Of1),
        Attend("3 of 16", 3, 16, [1, 2, 16, 17, 40], Attend3Of16),
        Attend("3 of 16, causal", 3, 16, [1, 2, 7, 16, 17, 40], Attend3Of16Causal, isCausal: true),
        Attend("2 of 21, the last keys hidden", 2, 21, [3, 17, 36], static (queries, keys, values, y) => Attend2Of21Padding(queries, keys, values, (keys.Length / 42) - 2, y), hidden: 2, isScaled: false),
        Attend("2 of 32, many keys", 2, 32, [1, 30, 97], AttendLong, keys: 600),
        new()
        {
            Name = "embedding of 48, scaled, plus positions",
            Rows = [1, 5],
            Spans = static (rows, samples) => [samples.Normal(20 * 48), samples.Normal(7 * 48), Unwritten(rows * 48)],
            Run = static (spans, rows) => Embed48PlusPositions(TokensOf(rows, 20), spans[0], spans[1], spans[2]),
            Expected = static (spans, rows) => [.. Enumerable.Range(0, rows * 48).Select(i => (spans[0][(TokensOf(rows, 20)[i / 48] * 48) + (i % 48)] * Math.Sqrt(48)) + spans[1][i])],
        },
        new()
        {
            Name = "embedding of 7",
            Rows = [1, 4],
            Spans = static (rows, samples) => [samples.Normal(3 * 7), Unwritten(rows * 7)],
            Run = static (spans, rows) => Embed7(TokensOf(rows, 3), spans[0], spans[1]),
            Expected = static (spans, rows) => [.. Enumerable.Range(0, rows * 7).Select(i => (double)spans[0][(TokensOf(rows, 3)[i / 7] * 7) + (i % 7)])],
            Tolerance = 0,
        },
    ];

    /// <summary>The weights of a layer, the same in every test.</summary>
    public static (float[] Weight, float[] Bias) WeightsOf(int inputs, int outputs)
    {
        var samples = new Samples((1000 * inputs) + outputs);
        return (samples.Normal(inputs * outputs, 1f / MathF.Sqrt(inputs)), samples.Normal(outputs));
    }

    /// <summary>What is not written shows.</summary>
    private static float[] Unwritten(int length) => [.. Enumerable.Repeat(float.NaN, length)];

    private static int[] TokensOf(int rows, int tokens) => [.. Enumerable.Range(0, rows).Select(row => (tokens - 1 + (7 * row)) % tokens)];

    private static KernelCase Softmax(int length, InPlace kernel) => OfRows($"softmax of {length}", length, kernel, static row => DoubleKernels.Softmax(row, 1));

    private static KernelCase LogSoftmax(int length, InPlace kernel) => OfRows($"log-softmax of {length}", length, kernel, DoubleKernels.LogSoftmax);

    private static KernelCase Function(Activation activation, InPlace kernel) => new()
    {
        Name = $"{activation}",
        Rows = [1, 15, 16, 17, 64, 100],
        Spans = static (rows, samples) => [samples.Normal(rows, 3)],
        Run = (spans, _) => kernel(spans[0]),
        Expected = (spans, _) => [.. spans[0].Select(x => ReferenceMath.Activate(activation, x))],
    };

    private static KernelCase OfRows(string name, int length, InPlace kernel, Func<double[], double[]> expected) => new()
    {
        Name = name,
        Rows = [1, 2, 17],
        Spans = (rows, samples) => [samples.Normal(rows * length, 4)],
        Run = (spans, _) => kernel(spans[0]),
        Expected = (spans, _) => [.. spans[0].Chunk(length).SelectMany(row => expected(DoubleKernels.Widen(row)))],
    };

    private static KernelCase LayerNorm(int length, double epsilon, NormAndShift kernel) => new()
    {
        Name = $"layer norm of {length}",
        Rows = [1, 2, 17],
        Spans = (rows, samples) => [samples.Normal(rows * length), samples.Normal(length), samples.Normal(length), Unwritten(rows * length)],
        Run = (spans, _) => kernel(spans[0], spans[1], spans[2], spans[3]),
        Expected = (spans, _) =>
            [.. spans[0].Chunk(length).SelectMany(row => DoubleKernels.LayerNorm(DoubleKernels.Widen(row), DoubleKernels.Widen(spans[1]), DoubleKernels.Widen(spans[2]), epsilon))],
    };

    private static KernelCase Normalization(int length, string how, Norm kernel, Func<double[], double[], double[]> expected) => new()
    {
        Name = $"norm of {length} {how}",
        Rows = [1, 2, 17],
        Spans = (rows, samples) => [samples.Normal(rows * length), samples.Normal(length), Unwritten(rows * length)],
        Run = (spans, _) => kernel(spans[0], spans[1], spans[2]),
        Expected = (spans, _) => [.. spans[0].Chunk(length).SelectMany(row => expected(DoubleKernels.Widen(row), DoubleKernels.Widen(spans[1])))],
    };

    private static IEnumerable<KernelCase> Layers(int inputs, int outputs, Activation? activation, Linear kernel) => Precisions(inputs, outputs, null).Select(precision =>
    {
        PackedLinear packed = Pack(inputs, outputs, precision, null);
        return OfLayer(inputs, outputs, activation, precision, (spans, _) => kernel(spans[0], packed, spans[2]));
    });

    private static IEnumerable<KernelCase> Layers(int inputs, int outputs, LinearPlusResidual kernel, int? inputBits = null) => Precisions(inputs, outputs, inputBits).Select(precision =>
    {
        PackedLinear packed = Pack(inputs, outputs, precision, inputBits);
        return OfLayer(inputs, outputs, null, precision, (spans, _) => kernel(spans[0], packed, spans[1], spans[2]), addsResidual: true);
    });

    /// <summary>How the weights of a layer may be stored: in 4 bits where inputs have 8.</summary>
    private static IEnumerable<WeightPrecision> Precisions(int inputs, int outputs, int? inputBits) => Enum.GetValues<WeightPrecision>()
        .Where(precision => precision != WeightPrecision.Int4 || (inputBits ?? (Math.Min(inputs, outputs) <= 128 ? 12 : 8)) == 8);

    private static PackedLinear Pack(int inputs, int outputs, WeightPrecision precision, int? inputBits)
    {
        (float[] weight, float[] bias) = WeightsOf(inputs, outputs);
        return PackedLinear.Pack(weight, bias, inputs, outputs, precision, inputBits);
    }

    private static KernelCase OfLayer(int inputs, int outputs, Activation? activation, WeightPrecision precision, Action<SpanBuffers, int> run, bool addsResidual = false) => new()
    {
        Name = $"{inputs} → {outputs}{(activation is null ? "" : $", {activation}")}{(addsResidual ? ", plus residual" : "")}, {precision}",
        Spans = (rows, samples) => [samples.Normal(rows * inputs), samples.Normal(rows * outputs), Unwritten(rows * outputs)],
        Run = run,
        QuantizationError = precision switch { WeightPrecision.Int8 => 0.03, WeightPrecision.Int4 => 0.1, _ => 0 },
        Expected = (spans, _) =>
        {
            (float[] weight, float[] bias) = WeightsOf(inputs, outputs);
            double[] stored = [.. weight.Select(value => precision == WeightPrecision.BFloat16 ? (double)BFloat16(value) : value)];
            IEnumerable<double> sums = spans[0].Chunk(inputs).SelectMany(row => DoubleKernels.Linear(DoubleKernels.Widen(row), stored, DoubleKernels.Widen(bias)));
            return [.. sums.Select((sum, i) => (activation is { } function ? ReferenceMath.Activate(function, sum) : sum) + (addsResidual ? spans[1][i] : 0))];
        },
    };

    /// <summary>The nearest number whose lower half is zero, ties to even.</summary>
    private static float BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static KernelCase Attend(
        string name, int heads, int dimension, int[] rowCounts, Attention kernel, int keys = 0, int hidden = 0, bool isCausal = false, bool isScaled = true)
    {
        int width = heads * dimension;
        return new()
        {
            Name = "attention of " + name,
            Rows = rowCounts,
            Spans = (rows, samples) =>
            {
                int length = (keys == 0 ? rows + (isCausal ? 3 : 0) : keys) * width;
                return [samples.Normal(rows * width), samples.Normal(length), samples.Normal(length), Unwritten(rows * width)];
            },
            Run = (spans, _) => kernel(spans[0], spans[1], spans[2], spans[3]),
            Expected = (spans, rows) =>
            {
                double[] expected = new double[rows * width];
                int positions = spans[1].Length / width;
                for (int row = 0; row < rows; row++)
                {
                    int visible = isCausal ? positions - rows + row + 1 : positions - hidden;
                    for (int head = 0; head < width; head += dimension)
                    {
                        double[] OfHead(float[] all, int position) => DoubleKernels.Widen(all.AsSpan((position * width) + head, dimension));
                        double[][] HeadRows(float[] all) => [.. Enumerable.Range(0, visible).Select(position => OfHead(all, position))];
                        DoubleKernels.Attention(OfHead(spans[0], row), HeadRows(spans[1]), HeadRows(spans[2]), isScaled ? 1 / Math.Sqrt(dimension) : 1)
                            .CopyTo(expected, (row * width) + head);
                    }
                }

                return expected;
            },
        };
    }
}
