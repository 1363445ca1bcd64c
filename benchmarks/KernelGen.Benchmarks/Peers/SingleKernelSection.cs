using System.Numerics.Tensors;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;
using Single = KernelGen.Benchmarks.Kernels.SingleKernels;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Single kernels beside TensorPrimitives and the operators of ONNX Runtime.</summary>
internal static class SingleKernelSection
{
    private const float Epsilon = 1e-5f;

    private static readonly Column[] Columns =
    [
        new("kernel", IsText: true), new("rows"), new("KernelGen, µs"), new("TensorPrimitives, µs"), new("times"), new("ONNX Runtime, µs"), new("times"),
    ];

    private static readonly Random Random = new(1);

    /// <summary>Measures; contenders take turns.</summary>
    /// <param name="seconds">For each contender.</param>
    public static Section Measure(double seconds)
    {
        List<string[]> rows = [];
        List<double?> loads = [];
        foreach (int count in new[] { 1, 128 })
        {
            foreach ((int length, Action<float[]> softmax) in new (int, Action<float[]>)[] { (128, static row => Single.Softmax128(row)), (512, static row => Single.Softmax512(row)), (1000, static row => Single.Softmax1000(row)) })
            {
                AddSoftmax(count, length, softmax);
            }

            AddNorms(count);
            AddGelu(count);
            AddLayers(count);
        }

        float[] large = [1000f, 1001f];
        float[] overflown = new float[2];
        TensorPrimitives.SoftMax(large, overflown);
        float[] right = [.. large, .. Enumerable.Repeat(0f, 126)];
        Single.Softmax128(right);
        return new Section(
            "Single kernels",
            [
                "Median time of a call on one thread; contenders take turns. Softmax and GELU of KernelGen work in place: each call copies its input first, as the others read it from elsewhere. Norms and layers of TensorPrimitives are put together of its operations, row by row; it has no matrix product.",
                $"Softmax of 1000 and 1001: KernelGen {right[0]:F4} and {right[1]:F4}, TensorPrimitives {overflown[0]:F4} and {overflown[1]:F4}.",
                OtherLoad.Note(loads),
            ],
            Columns,
            rows);

        void AddSoftmax(int count, int length, Action<float[]> softmax)
        {
            float[] x = Numbers(count * length), own = new float[x.Length], primitives = new float[x.Length], operators = new float[x.Length];
            long[] shape = [count, length];
            using var onnx = new OnnxOperator([new("Softmax", ["x"], "y") { Integer = ("axis", -1) }], [], x, shape, operators, shape);
            Add(
                $"softmax of {length}",
                count,
                () =>
                {
                    x.CopyTo(own, 0);
                    softmax(own);
                },
                () => ForRows(count, length, (first, last) => TensorPrimitives.SoftMax(x.AsSpan(first..last), primitives.AsSpan(first..last))),
                onnx.Run);
            CheckSame(own, primitives, operators);
        }

        void AddNorms(int count)
        {
            const int Width = Single.Width;
            float[] x = Numbers(count * Width), scale = Numbers(Width), shift = Numbers(Width), own = new float[x.Length], primitives = new float[x.Length], operators = new float[x.Length];
            long[] shape = [count, Width];
            using var onnx = new OnnxOperator(
                [new("LayerNormalization", ["x", "scale", "shift"], "y") { Number = ("epsilon", Epsilon) }], [("scale", scale, [Width]), ("shift", shift, [Width])], x, shape, operators, shape);
            Add(
                $"layer norm of {Width}",
                count,
                () => Single.LayerNorm(x, scale, shift, own),
                () => ForRows(count, Width, (first, last) =>
                {
                    ReadOnlySpan<float> row = x.AsSpan(first..last);
                    Span<float> y = primitives.AsSpan(first..last);
                    TensorPrimitives.Subtract(row, TensorPrimitives.Sum(row) / Width, y);
                    TensorPrimitives.Multiply(y, 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares<float>(y) / Width) + Epsilon), y);
                    TensorPrimitives.FusedMultiplyAdd(y, scale, shift, y);
                }),
                onnx.Run);
            CheckSame(own, primitives, operators);

            Add(
                $"norm by the root mean square of {Width}",
                count,
                () => Single.RmsNorm(x, scale, own),
                () => ForRows(count, Width, (first, last) =>
                {
                    ReadOnlySpan<float> row = x.AsSpan(first..last);
                    Span<float> y = primitives.AsSpan(first..last);
                    TensorPrimitives.Multiply(row, 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(row) / Width) + 1e-6f), y);
                    TensorPrimitives.Multiply(y, scale, y);
                }),
                null);
            CheckSame(own, primitives, null);
        }

        void AddGelu(int count)
        {
            float[] x = Numbers(count * Single.FeedForward), own = new float[x.Length], operators = new float[x.Length];
            long[] shape = [count, Single.FeedForward];
            using var onnx = new OnnxOperator([new("Gelu", ["x"], "y")], [], x, shape, operators, shape);
            Add(
                $"GELU of {Single.FeedForward}",
                count,
                () =>
                {
                    x.CopyTo(own, 0);
                    Single.Gelu(own);
                },
                null,
                onnx.Run);
            CheckSame(own, null, operators);
        }

        void AddLayers(int count)
        {
            AddLayer(count, Single.Width, Single.FeedForward, isRelu: true, Single.Expand);
            AddLayer(count, Single.FeedForward, Single.Width, isRelu: false, Single.Contract);
        }

        void AddLayer(int count, int inputs, int outputs, bool isRelu, Layer layer)
        {
            float[] x = Numbers(count * inputs), weight = Numbers(inputs * outputs), bias = Numbers(outputs), own = new float[count * outputs], operators = new float[count * outputs];
            using var packed = PackedLinear.Pack(weight, bias, inputs, outputs);
            OnnxOperator.Node product = new("Gemm", ["x", "weight", "bias"], isRelu ? "sums" : "y") { Integer = ("transB", 1) };
            using var onnx = new OnnxOperator(
                isRelu ? [product, new("Relu", ["sums"], "y")] : [product], [("weight", weight, [outputs, inputs]), ("bias", bias, [outputs])], x, [count, inputs], operators, [count, outputs]);
            Add($"{inputs} → {outputs}{(isRelu ? ", ReLU" : "")}", count, () => layer(x, packed, own), null, onnx.Run);
            CheckSame(own, null, operators);
        }

        void Add(string what, int count, Action own, Action? primitives, Action? operators)
        {
            var watch = OtherLoad.Watch();
            Action[] actions = [.. new[] { own, primitives, operators }.OfType<Action>()];
            double[] times = [.. Timing.ShortInTurns(actions, seconds).Select(static time => time.Median)];
            loads.Add(watch.Percent());
            int next = 1;
            string[] Beside(Action? action) => action is null ? ["—", "—"] : [Cells.Number(times[next] * 1e6, 2), Cells.Number(times[next++] / times[0], 2)];
            rows.Add([what, Cells.Number(count, 0), Cells.Number(times[0] * 1e6, 2), .. Beside(primitives), .. Beside(operators)]);
        }
    }

    private delegate void Layer(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(static _ => (Random.NextSingle() * 4) - 2)];

    private static void ForRows(int count, int length, Action<int, int> row)
    {
        for (int i = 0; i < count; i++)
        {
            row(i * length, (i + 1) * length);
        }
    }

    /// <summary>Whoever is faster with another result is not measured.</summary>
    private static void CheckSame(float[] expected, params float[]?[] others)
    {
        float largest = expected.Max(MathF.Abs);
        foreach (float[] other in others.OfType<float[]>())
        {
            float error = expected.Zip(other, static (a, b) => MathF.Abs(a - b)).Max();
            if (!(error <= 1e-4f * largest))
            {
                throw new InvalidOperationException($"Results differ by {error}, the largest being {largest}.");
            }
        }
    }
}
