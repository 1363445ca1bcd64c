using KernelGen.Checkpoints;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Numerics;
using KernelGen.Packing;
using KernelGen.Tests.Checkpoints;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Bounds;

/// <summary>What the runtime itself does with addresses, run with every buffer exactly as long as its contract says.</summary>
internal static unsafe class RuntimeBounds
{
    private const int MaxInputs = 20;

    private static readonly int[] Outputs = [1, 15, 16, 17, 33];

    /// <summary>The cases of each method by its name.</summary>
    public static IReadOnlyDictionary<string, Action<BoundedBuffers>> Cases { get; } = new Dictionary<string, Action<BoundedBuffers>>
    {
        ["Crc32C.Append"] = Checksum,
        ["FloatConversion.FromFloat16"] = static buffers => Widen(buffers, "FromFloat16", &FloatConversion.FromFloat16),
        ["FloatConversion.FromBFloat16"] = static buffers => Widen(buffers, "FromBFloat16", &FloatConversion.FromBFloat16),
        ["FloatConversion.ToBFloat16"] = ToBFloat16,
        ["FloatConversion.ToFloat16"] = ToFloat16,
        ["FloatConversion.CountFinite"] = CountFinite,
        ["PositionTable.Fill"] = Positions,
        ["RotationTable.Fill"] = Rotations,
        ["RotaryPacking.SeparatePairs"] = SeparatePairs,
        ["PanelPacking.Pack"] = Pack,
        ["SafetensorsHeader.Parse"] = Header,
        ["TensorSlice.CopyBlock"] = CopyBlock,
        ["Int8Quantization.Quantize"] = Quantize,
        ["Int8Quantization.Weights"] = QuantizedWeights,
        ["Int4Quantization.Quantize"] = QuantizeToFourBits,
        ["GroupSums.Add"] = SumGroups,
        ["UpperBits.Pack"] = PackUpperBits,
        ["UpperBits.Multiply"] = Multiply,
        ["OutputScreen.Fill"] = FillScreen,
        ["OutputScreening.TryBound"] = static buffers => Screen(buffers, inputBits: 12),
        ["OutputScreening.TryBoundUpperBits"] = static buffers => Screen(buffers, inputBits: 8),
        ["OutputScreening.Best"] = Best,
        ["TopK.Find"] = HighestLogits,
        ["TokenSampler.LimitOfHighest"] = LimitOfHighest,
        ["TokenSampler.DrawFrom"] = Draw,
    };

    /// <summary>Take an address only to hand it on, or one of a whole model: models are run in memory of exactly their length.</summary>
    public static IReadOnlyList<string> RunByLoading { get; } = ["PackedModel.Draft", "LinearWeights.OfFourBits", "FourBitWeights.Quantize"];

    private static void Checksum(BoundedBuffers buffers)
    {
        for (int length = 0; length <= 70; length++)
        {
            buffers.Begin($"checksum of {length} bytes");
            Crc32C.Append(Crc32C.Initial, buffers.SpanOfBytes(length));
        }
    }

    private static void Rotations(BoundedBuffers buffers)
    {
        ModelDescription model = RotaryHeads.Description;
        int stride = 2 * PanelLayout.RoundUp(model.RotaryPairs);
        for (int positions = 1; positions <= 3; positions++)
        {
            buffers.Begin($"rotations of {positions} positions");
            RotationTable.Fill(model, positions, buffers.Floats((long)positions * stride), stride);
        }
    }

    private static void SeparatePairs(BoundedBuffers buffers)
    {
        const int Heads = 3, Columns = 16, Inputs = 5;
        for (int pairs = 1; pairs <= Columns / 2; pairs++)
        {
            buffers.Begin($"heads of {Columns} with {pairs} pairs");
            float* panels = buffers.Floats((int)PanelLayout.Length(Heads * Columns, Inputs));
            for (int head = 0; head < Heads; head++)
            {
                RotaryPacking.SeparatePairs(panels, head * Columns, Columns, Inputs, pairs);
            }
        }
    }

    private static void Widen(BoundedBuffers buffers, string name, delegate*<byte*, float*, int, void> widen)
    {
        for (int count = 0; count <= 70; count++)
        {
            buffers.Begin($"{name} of {count} numbers");
            widen(buffers.Bytes(count * sizeof(ushort)), buffers.Floats(count), count);
        }
    }

    private static void ToBFloat16(BoundedBuffers buffers)
    {
        for (int count = 0; count <= 70; count++)
        {
            buffers.Begin($"ToBFloat16 of {count} numbers");
            FloatConversion.ToBFloat16(buffers.Floats(count), (ushort*)buffers.Bytes(count * sizeof(ushort)), count);
        }
    }

    private static void ToFloat16(BoundedBuffers buffers)
    {
        for (int count = 0; count <= 70; count++)
        {
            buffers.Begin($"ToFloat16 of {count} numbers");
            FloatConversion.ToFloat16(buffers.Floats(count), (ushort*)buffers.Bytes(count * sizeof(ushort)), count);
        }
    }

    private static void CountFinite(BoundedBuffers buffers)
    {
        foreach ((TensorDataType type, int size) in new[] { (TensorDataType.Float32, sizeof(float)), (TensorDataType.Float16, sizeof(ushort)), (TensorDataType.BFloat16, sizeof(ushort)) })
        {
            for (int count = 0; count <= 70; count++)
            {
                buffers.Begin($"CountFinite of {count} numbers of {type}");
                byte* numbers = buffers.Bytes(count * size);
                new Span<byte>(numbers, count * size).Clear();
                Assert.Equal(count, FloatConversion.CountFinite(numbers, type, count));
            }
        }
    }

    private static void Positions(BoundedBuffers buffers)
    {
        foreach (PositionalEncoding encoding in new[] { PositionalEncoding.Sinusoidal, PositionalEncoding.SinusoidalSplit, PositionalEncoding.SinusoidalFairseq })
        {
            for (int dimension = 1; dimension <= 33; dimension++)
            {
                foreach (int positions in new[] { 1, 65 })
                {
                    buffers.Begin($"{encoding} positions, {positions} of {dimension}");
                    int stride = Panels.RoundUp(dimension);
                    PositionTable.Fill(encoding, 0, positions, dimension, buffers.Floats((long)positions * stride), stride);
                }
            }
        }
    }

    private static void Pack(BoundedBuffers buffers)
    {
        const int Groups = 3;
        foreach (TensorDataType type in new[] { TensorDataType.Float32, TensorDataType.Float16, TensorDataType.BFloat16 })
        {
            foreach (int outputs in Outputs)
            {
                foreach (int group in Enumerable.Range(1, 18).Append(129))
                {
                    buffers.Begin($"{type} weights [{outputs}, {Groups * group}] in groups of {group}");
                    using SafetensorsFile file = File(buffers, type, outputs, Groups * group);
                    int room = Panels.RoundUp(group);
                    var weights = new TensorSlice(file.Tensors["x"], 0, outputs, Groups * group);
                    PanelPacking.Pack(weights, 0, outputs, buffers.Floats(PanelLayout.Length(outputs, Groups * group)), 0, Groups * group, Groups * group, Groups * group);
                    PanelPacking.Pack(weights, 0, outputs, buffers.Floats(PanelLayout.Length(outputs, Groups * room)), 0, Groups * room, group, room);
                }
            }
        }
    }

    private static void Header(BoundedBuffers buffers)
    {
        for (int length = 0; length <= 33; length++)
        {
            // Nothing is behind the header.
            buffers.Begin($"a header with {length} characters of metadata");
            using SafetensorsFile file = Open(buffers, new SafetensorsBuilder().AddMetadata("x", new string('a', length)));
            Assert.Empty(file.Tensors);
        }
    }

    private static void CopyBlock(BoundedBuffers buffers)
    {
        for (int columns = 1; columns <= 33; columns++)
        {
            buffers.Begin($"a block of {columns} columns");
            using SafetensorsFile file = File(buffers, TensorDataType.Float16, rows: 3, columns);
            new TensorSlice(file.Tensors["x"], 0, 3, columns).CopyBlock(1, 2, 0, columns, buffers.Floats((2 * columns) + 5), columns + 5);
        }
    }

    private static void Quantize(BoundedBuffers buffers)
    {
        ForEachMatrix((outputs, inputs, inputBits) =>
        {
            buffers.Begin($"quantised weights for {inputBits} bits, [{outputs}, {inputs}]");
            var quantization = new Int8Quantization(inputBits);
            quantization.Quantize(
                buffers.Floats(PanelLayout.Length(outputs, inputs)),
                PanelLayout.Panels(outputs),
                inputs,
                buffers.Floats(Panels.RoundUp(outputs)),
                buffers.Bytes(quantization.Length(outputs, inputs)));
        });
    }

    private static void QuantizeToFourBits(BoundedBuffers buffers)
    {
        ForEachMatrix((outputs, inputs, inputBits) =>
        {
            buffers.Begin($"quantised weights of 4 bits, [{outputs}, {inputs}]");
            Int4Quantization.Quantize(
                buffers.Floats(PanelLayout.Length(outputs, inputs)),
                PanelLayout.Panels(outputs),
                inputs,
                (ushort*)buffers.Bytes(Int4Layout.Scales(outputs, inputs) * Int4Layout.ScaleBytes),
                buffers.Bytes(Int4Layout.Length(outputs, inputs)));
        });
    }

    private static void SumGroups(BoundedBuffers buffers)
    {
        for (int inputs = 1; inputs <= MaxInputs; inputs++)
        {
            for (int rows = 1; rows <= 3; rows++)
            {
                buffers.Begin($"sums of groups of {rows} rows of {inputs} inputs");
                int stride = (Int4Layout.RowBytes(inputs) + Int8Layout.RowTail - 1) / Int8Layout.RowTail * Int8Layout.RowTail;
                GroupSums.Add(buffers.Bytes(rows * (stride + Int8Layout.RowTail)), rows, stride + Int8Layout.RowTail, inputs);
            }
        }
    }

    private static void QuantizedWeights(BoundedBuffers buffers)
    {
        ForEachMatrix((_, inputs, inputBits) =>
        {
            buffers.Begin($"weights of {inputs} inputs of {inputBits} bits");
            var quantization = new Int8Quantization(inputBits);
            byte* panel = buffers.Bytes(quantization.Length(Panels.Width, inputs));
            for (int input = 0; input < inputs; input++)
            {
                for (int column = 0; column < Panels.Width; column += 4)
                {
                    quantization.Weights(panel, column, input);
                }
            }
        });
    }

    private static void PackUpperBits(BoundedBuffers buffers)
    {
        for (int inputs = 1; inputs <= MaxInputs; inputs++)
        {
            buffers.Begin($"upper bits of {inputs} inputs");
            UpperBits.Pack(
                buffers.Bytes(new Int8Quantization(8).Length(Panels.Width, inputs)),
                inputs,
                buffers.Bytes(UpperBits.Length(Panels.Width, inputs)),
                (double*)buffers.Bytes(Panels.Width * sizeof(double)));
        }
    }

    private static void Multiply(BoundedBuffers buffers)
    {
        for (int inputs = 1; inputs <= MaxInputs; inputs++)
        {
            buffers.Begin($"products of {inputs} inputs");
            UpperBits.Multiply(
                buffers.Bytes(new Int8Quantization(8).Length(Panels.Width, inputs)),
                buffers.Bytes(UpperBits.PaddedInputs(inputs)),
                inputs,
                begin: 0,
                (int*)buffers.Bytes(Panels.Width * sizeof(int)));
        }
    }

    private static void FillScreen(BoundedBuffers buffers)
    {
        ForEachMatrix((outputs, inputs, inputBits) =>
        {
            buffers.Begin($"a screen of [{outputs}, {inputs}] for {inputBits} bits");
            FloatScreen(buffers, outputs, inputs, inputBits).Fill(buffers.Floats(PanelLayout.Length(outputs, inputs)), outputs, inputs, new Int8Quantization(inputBits));
        });
    }

    private static void Screen(BoundedBuffers buffers, int inputBits)
    {
        for (int inputs = 1; inputs <= MaxInputs; inputs++)
        {
            buffers.Begin($"the bound of a row of {inputs} inputs of {inputBits} bits");
            ModelDescription model = Model(outputs: 16, inputs, inputBits);
            byte* quantized = QuantizedRow(buffers, model);
            if (inputBits == 8)
            {
                OutputScreening.TryBoundUpperBits(quantized, model, default, out _);
            }

            OutputScreening.TryBound(buffers.Rows(1, 0, inputs), quantized, model, default, out _);
        }
    }

    private static void Best(BoundedBuffers buffers)
    {
        // Every token may be the best, so that every weight is read.
        var bound = new OutputScreening.ErrorBound(Residual: 1e30f, Norm: 1e30f, Constant: 1e30f);
        ForEachMatrix((outputs, inputs, inputBits) =>
        {
            buffers.Begin($"the best of {outputs} tokens by {inputs} inputs of {inputBits} bits");
            ModelDescription model = Model(outputs, inputs, inputBits);
            float* logits = Logits(buffers, outputs);
            OutputScreen screen = FloatScreen(buffers, outputs, inputs, inputBits);
            float* bias = buffers.Floats(Panels.RoundUp(outputs));
            var floats = new LinearWeights(bias, null, buffers.Bytes(PanelLayout.Length(outputs, inputs) * sizeof(float)));
            OutputScreening.Best<Float32Weights>((byte*)buffers.Rows(1, 0, inputs), logits, 0, bound, screen, floats, model);
            var halves = new LinearWeights(bias, null, buffers.Bytes(PanelLayout.Length(outputs, inputs) * sizeof(ushort)));
            OutputScreening.Best<BFloat16Weights>((byte*)buffers.Rows(1, 0, inputs), logits, 0, bound, screen, halves, model);
            if (inputBits == 8)
            {
                var bytes = new LinearWeights(bias, buffers.Floats(Panels.RoundUp(outputs)), buffers.Bytes(new Int8Quantization(8).Length(outputs, inputs)));
                OutputScreening.Best<Int8Weights>(QuantizedRow(buffers, model), logits, 0, bound, screen, bytes, model);
                new OutputScreen(
                    new LinearWeights(bias, buffers.Floats(Panels.RoundUp(outputs)), buffers.Bytes(UpperBits.Length(outputs, inputs))),
                    buffers.Floats(Panels.RoundUp(outputs)),
                    null,
                    (OutputScreenLimits*)buffers.Bytes(sizeof(OutputScreenLimits))).FillUpperBits(bytes, outputs, inputs);
            }
        });
    }

    private static void HighestLogits(BoundedBuffers buffers)
    {
        for (int length = 16; length <= 160; length += 16)
        {
            foreach (int count in new[] { 1, 2, 17, TopK.MaxCount })
            {
                buffers.Begin($"the best {count} of {length} logits");
                Span<float> logits = buffers.Span(length);
                new Samples(length).Normal(length).CopyTo(logits);
                TopK.Find(logits, new Span<int>(buffers.Bytes(count * sizeof(int)), count));
            }
        }
    }

    private static void LimitOfHighest(BoundedBuffers buffers)
    {
        for (int length = 16; length <= 160; length += 16)
        {
            buffers.Begin($"the limit of the highest of {length} logits");
            TokenSampler.LimitOfHighest(buffers.Span(length), 3);
        }
    }

    private static void Draw(BoundedBuffers buffers)
    {
        var sampler = new TokenSampler();
        foreach (int length in new[] { 16, 32, 48, 512, 528, 1040 })
        {
            foreach ((double topP, double minP) in new[] { (1.0, 0.0), (0.5, 0.0), (double.Epsilon, 0.0), (1.0, 1.0), (0.9, 0.1) })
            {
                foreach (ulong random in new[] { 0ul, ulong.MaxValue / 2, ulong.MaxValue })
                {
                    buffers.Begin($"a draw from {length} probabilities, top-p {topP}, min-p {minP}, random number {random}");
                    Span<float> probabilities = buffers.Span(length);
                    probabilities.Fill(1f / length);
                    fixed (float* first = probabilities)
                    {
                        Assert.InRange(sampler.DrawFrom(first, length, topP, minP, random), 0, length - 1);
                    }
                }
            }
        }
    }

    private static void ForEachMatrix(Action<int, int, int> visit)
    {
        foreach (int inputBits in new[] { 8, 12 })
        {
            foreach (int outputs in Outputs)
            {
                for (int inputs = 1; inputs <= MaxInputs; inputs++)
                {
                    visit(outputs, inputs, inputBits);
                }
            }
        }
    }

    /// <summary>A file whose tensor ends where the file does.</summary>
    private static SafetensorsFile File(BoundedBuffers buffers, TensorDataType type, int rows, int columns) =>
        Open(buffers, new SafetensorsBuilder().Add("x", [rows, columns], new float[rows * columns], type));

    private static SafetensorsFile Open(BoundedBuffers buffers, SafetensorsBuilder builder)
    {
        byte[] bytes = builder.ToArray();
        byte* memory = buffers.Bytes(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return SafetensorsFile.Open(new UnmanagedMemoryStream(memory, bytes.Length));
    }

    private static OutputScreen FloatScreen(BoundedBuffers buffers, int outputs, int inputs, int inputBits)
    {
        int columns = Panels.RoundUp(outputs);
        return new OutputScreen(
            new LinearWeights(buffers.Floats(columns), buffers.Floats(columns), buffers.Bytes(new Int8Quantization(inputBits).Length(outputs, inputs))),
            buffers.Floats(columns),
            buffers.Floats(columns),
            (OutputScreenLimits*)buffers.Bytes(sizeof(OutputScreenLimits)));
    }

    private static ModelDescription Model(int outputs, int inputs, int inputBits) => GoldenVanilla.Description with
    {
        ModelDimension = inputs,
        TargetVocabularySize = outputs,
        LogitsStride = Panels.RoundUp(outputs),
        QuantizedInputBits = inputBits,
        QuantizedStride = ((((inputs * (inputBits == 8 ? 1 : 2)) + 63) / 64) + 1) * 64,
    };

    private static byte* QuantizedRow(BoundedBuffers buffers, ModelDescription model) => buffers.Bytes(model.QuantizedStride);

    private static float* Logits(BoundedBuffers buffers, int outputs)
    {
        float* logits = buffers.Floats(Panels.RoundUp(outputs));
        new Span<float>(logits, Panels.RoundUp(outputs)).Fill(float.NegativeInfinity);
        new Span<float>(logits, outputs).Clear();
        return logits;
    }
}
