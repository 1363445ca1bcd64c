using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>Screening the output projection gives the token of the full product whatever the weights and the row are, and its bound holds for every token.</summary>
public sealed unsafe class OutputScreeningTests
{
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 8 }, { 3, 12 }, { 16, 8 }, { 33, 12 }, { 100, 8 }, { 256, 8 }, { 257, 12 },
    };

    /// <summary>The models whose 8-bit output projection is screened, with every instruction set.</summary>
    public static TheoryData<string, InstructionSet> WithUpperBits => Theories.WithEach<InstructionSet>(
        DeclaredModels.All.Select(static model => model.Description).Where(static model => model is { ScreensOutput: true, QuantizedInputBits: 8 }).Select(static model => model.Name));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Random_weights(int inputs, int inputBits)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            Check(Normal(random, 200 * inputs, 1), Normal(random, 200, seed % 3), Normal(random, inputs, 2), inputBits, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ties_and_tokens_that_differ_in_the_last_bit(int inputs, int inputBits)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            float[] token = Normal(random, inputs, 1);
            float[] weights = new float[200 * inputs];
            for (int row = 0; row < 200; row++)
            {
                token.CopyTo(weights.AsSpan(row * inputs));
                if (random.Next(3) == 0)
                {
                    ref float changed = ref weights[(row * inputs) + random.Next(inputs)];
                    changed = random.Next(2) == 0 ? MathF.BitIncrement(changed) : MathF.BitDecrement(changed);
                }
            }

            Check(weights, new float[200], Normal(random, inputs, 1), inputBits, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Weights_and_rows_that_quantise_badly(int inputs, int inputBits)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            float[] weights = Normal(random, 200 * inputs, 0.01f);
            for (int row = 0; row < 200; row++)
            {
                // One large weight, so that all others of the token become zero; and a row with one large input where that weight does not count.
                weights[(row * inputs) + random.Next(inputs)] = 10 * (random.NextSingle() - 0.5f);
            }

            float[] x = Normal(random, inputs, 0.01f);
            x[random.Next(inputs)] = 100;
            Check(weights, Normal(random, 200, 1e-3f), x, inputBits, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Magnitudes_from_denormal_to_overflow(int inputs, int inputBits)
    {
        var random = new Random(inputs);
        foreach (int weightExponent in new[] { -149, -140, -126, -110, -60, 0, 40, 63, 100, 120 })
        {
            foreach (int inputExponent in new[] { -149, -130, -113, -90, -40, 0, 30, 62, 100, 126 })
            {
                float[] weights = [.. Normal(random, 200 * inputs, 1).Select(w => MathF.ScaleB(w, weightExponent + random.Next(-8, 5)))];
                float[] x = [.. Normal(random, inputs, 1).Select(value => MathF.ScaleB(value, inputExponent))];
                Check(weights, Normal(random, 200, random.Next(2)), x, inputBits, $"weights of 2^{weightExponent}, inputs of 2^{inputExponent}");
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MaxValue)]
    public void What_the_proof_does_not_cover_is_not_screened(float special)
    {
        var random = new Random(1);
        float[] weights = Normal(random, 40 * 16, 1);
        float[] x = Normal(random, 16, 1);
        float[] withSpecial = [.. x];
        withSpecial[5] = special;
        float[] weightsWithSpecial = [.. weights];
        weightsWithSpecial[100] = special;
        float[] bias = new float[40];
        bias[7] = special;
        Assert.False(IsBounded(weights, new float[40], withSpecial));
        Assert.False(IsBounded(weightsWithSpecial, new float[40], x));
        Assert.False(IsBounded(weights, bias, x));
        Assert.True(IsBounded(weights, new float[40], x));

        static bool IsBounded(float[] weights, float[] bias, float[] x)
        {
            using var screened = new Screened(weights, bias, x, 8, isInt8: false);
            return screened.TryBound(out _);
        }
    }

    [Fact]
    public void The_bound_of_upper_bits_is_reached_and_not_passed()
    {
        const int Inputs = 256;
        float[] weights = new float[2 * Inputs];
        float[] x = new float[Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            // Integers from -63 to 63 whose lower bits are all ones or all zeros, each as far from the middle as can be, to the side of the input's sign.
            weights[i] = i == 0 ? 63 : i % 3 == 0 ? 7 : i % 3 == 1 ? 0 : -16;
            weights[Inputs + i] = -weights[i];
            x[i] = i % 3 == 0 ? 1 : -1;
        }

        using var screened = new Screened(weights, new float[2], x, 8, isInt8: true);
        Assert.True(screened.TryBound(out OutputScreening.ErrorBound bound));
        double error = Math.Abs((double)screened.Exact[0] - screened.Logits[0]);
        double most = screened.Most(bound, 0);
        Assert.InRange(error, 0.99 * most, most);
    }

    [Theory]
    [InlineData(false, 100)]
    [InlineData(true, 800)]
    public void Few_tokens_of_a_large_vocabulary_need_their_exact_logits(bool isInt8, int most)
    {
        var random = new Random(5);
        using var screened = new Screened(Normal(random, 20_000 * 128, 1), new float[20_000], Normal(random, 128, 1), 8, isInt8);
        Assert.True(screened.TryBound(out OutputScreening.ErrorBound bound));
        float highest = screened.Exact.Max();
        int candidates = Enumerable.Range(0, 20_000).Count(token =>
            screened.Logits[token] + screened.Most(bound, token) >= highest);
        Assert.InRange(candidates, 1, most);
    }

    [Theory]
    [MemberData(nameof(WithUpperBits))]
    public void Kernels_take_the_upper_bits_of_8_bit_weights(string name, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(name).KernelsFor(instructionSet);
        ModelDescription model = kernels.Model;
        var samples = new Samples(model.ModelDimension);
        int inputs = model.ModelDimension, outputs = model.TargetVocabularySize;
        float[] weights = samples.Normal(outputs * inputs, 1);
        float[] bias = samples.Normal(outputs, 1);
        using var projection = new PackedLinear(weights, bias, outputs, inputs, float.NegativeInfinity, WeightPrecision.Int8, inputBits: 8);
        using var scales = new GuardedBuffer(model.LogitsStride);
        using var upper = new GuardedBuffer((int)UpperBits.Length(outputs, inputs) / sizeof(float));
        using var residuals = new GuardedBuffer(model.LogitsStride);
        OutputScreenLimits limits = default;
        var copy = new LinearWeights(projection.Weights.Bias, scales.Pointer, (byte*)upper.Pointer);
        new OutputScreen(copy, residuals.Pointer, null, &limits).FillUpperBits(projection.Weights, outputs, inputs);
        for (int rows = 1; rows <= 9; rows++)
        {
            float[][] x = samples.NormalRows(rows, inputs);
            using GuardedBuffer input = GuardedBuffer.OfRows(x, model.ModelStride);
            using var quantized = new GuardedBuffer(rows * model.QuantizedStride / sizeof(float));
            using var output = new GuardedBuffer(rows * model.LogitsStride);
            kernels.Quantize(input.Pointer, rows, model.ModelStride, inputs, (byte*)quantized.Pointer);
            kernels.LogitsOfUpperBits(new LinearCall { Input = (byte*)quantized.Pointer, Rows = rows, Weights = copy, Output = output.Pointer, EndPanel = model.LogitsStride / Panels.Width });
            float[][] expected = [.. x.Select(row => ReferenceKernels.LinearUpperBits(row, weights, bias))];
            output.AssertRows(expected, model.LogitsStride, $"{kernels}, {rows} rows", float.NegativeInfinity);
        }
    }

    [Theory]
    [MemberData(nameof(DeclaredModels.WithInstructionSets), MemberType = typeof(DeclaredModels))]
    public void A_whole_model_generates_the_tokens_of_its_full_logits(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
        {
            using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 9)), instructionSet, precision);
            int[][] sources = [.. Enumerable.Range(1, 5).Select(i => new Samples(i).Tokens(Math.Min(3 * i, description.MaxSourceLength), description.SourceVocabularySize))];

            // With scores, all logits are computed.
            GenerationResult[] full = model.Generate(sources, new GenerationOptions { ReturnScores = true });
            GenerationResult[] screened = model.Generate(sources);
            for (int i = 0; i < sources.Length; i++)
            {
                Assert.Equal(full[i].Hypotheses[0].Tokens, screened[i].Hypotheses[0].Tokens);
            }
        }
    }

    private static float[] Normal(Random random, int count, float scale) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    /// <summary>Checks an 8-bit copy of the weights, and the upper bits of 8-bit weights where inputs have 8 bits.</summary>
    private static void Check(float[] weights, float[] bias, float[] x, int inputBits, string what)
    {
        Check(weights, bias, x, inputBits, isInt8: false, what);
        if (inputBits == 8)
        {
            Check(weights, bias, x, inputBits, isInt8: true, $"8-bit weights, {what}");
        }
    }

    private static void Check(float[] weights, float[] bias, float[] x, int inputBits, bool isInt8, string what)
    {
        using var screened = new Screened(weights, bias, x, inputBits, isInt8);
        if (!screened.TryBound(out OutputScreening.ErrorBound bound))
        {
            // Refused only where a sum may be as large as floats get.
            double largest = bias.Max(Math.Abs) + (x.Sum(static value => (double)Math.Abs(value)) * weights.Max(Math.Abs) * 4 * Math.Sqrt(x.Length));
            Assert.True(largest > 1e36, $"{what}: refused, though no sum is above {largest}.");
            return;
        }

        for (int token = 0; token < bias.Length; token++)
        {
            double error = Math.Abs((double)screened.Exact[token] - screened.Logits[token]);
            double most = screened.Most(bound, token);
            Assert.True(error <= most, $"{what}: the logit of token {token} is {screened.Exact[token]:G9}, screened {screened.Logits[token]:G9}; bound {most:G9}.");
        }

        int best = screened.Best(bound);
        Assert.True(ReferenceKernels.ArgMax(screened.Exact) == best, $"{what}: token {best} instead of {ReferenceKernels.ArgMax(screened.Exact)}.");
    }

    /// <summary>An output projection with its screen, and one row with its logits: screened and exact, both in plain scalar steps.</summary>
    private sealed class Screened : IDisposable
    {
        private readonly List<IDisposable> _buffers = [];
        private readonly bool _isInt8;
        private readonly LinearWeights _output;
        private readonly float* _row;
        private readonly byte* _quantized;
        private readonly ModelDescription _model;

        public Screened(float[] weights, float[] bias, float[] x, int inputBits, bool isInt8)
        {
            _isInt8 = isInt8;
            int outputs = bias.Length, inputs = x.Length, columns = Panels.RoundUp(outputs);
            int scalePlace = ((inputs * 2) + 63) / 64 * 64;
            _model = GoldenVanilla.Description with
            {
                ModelDimension = inputs,
                TargetVocabularySize = outputs,
                LogitsStride = columns,
                QuantizedInputBits = inputBits,
                QuantizedStride = scalePlace + 64,
            };
            float* paddedBias = New(columns);
            new Span<float>(paddedBias, columns).Fill(float.NegativeInfinity);
            bias.CopyTo(new Span<float>(paddedBias, outputs));
            float* panels = New(columns * inputs);
            Panels.Pack(weights, outputs, inputs, new Span<float>(panels, columns * inputs));
            var quantization = new Int8Quantization(inputBits);
            int length = (int)quantization.Length(outputs, inputs);
            if (isInt8)
            {
                var projection = new PackedLinear(weights, bias, outputs, inputs, float.NegativeInfinity, WeightPrecision.Int8, inputBits);
                _buffers.Add(projection);
                _output = projection.Weights;
                length = (int)UpperBits.Length(outputs, inputs);
            }
            else
            {
                _output = new LinearWeights(paddedBias, null, (byte*)panels);
            }

            var copy = new LinearWeights(paddedBias, New(columns), (byte*)New(length / sizeof(float)));
            Screen = new OutputScreen(copy, New(columns), isInt8 ? null : New(columns), (OutputScreenLimits*)New(16));
            if (isInt8)
            {
                Screen.FillUpperBits(_output, outputs, inputs);
            }
            else
            {
                Screen.Fill(panels, outputs, inputs, quantization);
            }

            _row = New(inputs);
            x.CopyTo(new Span<float>(_row, inputs));
            (int[] quantized, float scale) = ReferenceKernels.QuantizeInput(x, inputBits);
            _quantized = (byte*)New(_model.QuantizedStride / sizeof(float));
            new Span<byte>(_quantized, _model.QuantizedStride).Clear();
            for (int i = 0; i < inputs; i++)
            {
                if (inputBits == 8)
                {
                    ((sbyte*)_quantized)[i] = (sbyte)quantized[i];
                }
                else
                {
                    ((short*)_quantized)[i] = (short)quantized[i];
                }
            }

            *(float*)(_quantized + scalePlace) = scale;
            *(int*)(_quantized + scalePlace + 4) = -64 * quantized.Sum();
            Logits = New(columns);
            new Span<float>(Logits, columns).Fill(float.NegativeInfinity);
            float[] int8 = ReferenceKernels.LinearInt8(x, weights, bias, inputBits);
            (isInt8 ? ReferenceKernels.LinearUpperBits(x, weights, bias) : int8).CopyTo(new Span<float>(Logits, outputs));
            Exact = isInt8 ? int8 : ReferenceKernels.Linear(x, weights, bias);
        }

        public OutputScreen Screen { get; }

        public float* Logits { get; }

        public float[] Exact { get; }

        public bool TryBound(out OutputScreening.ErrorBound bound) => _isInt8
            ? OutputScreening.TryBoundUpperBits(_quantized, _model, *Screen.Limits, out bound)
            : OutputScreening.TryBound(_row, _quantized, _model, *Screen.Limits, out bound);

        /// <summary>The most that the screened logit of a token may be off.</summary>
        public double Most(OutputScreening.ErrorBound bound, int token) =>
            ((double)bound.Residual * Screen.Residuals[token]) + (_isInt8 ? 0 : (double)bound.Norm * Screen.Norms[token]) + bound.Constant;

        public int Best(OutputScreening.ErrorBound bound) => _isInt8
            ? OutputScreening.Best<Int8Weights>(_quantized, Logits, BestScreened, bound, Screen, _output, _model)
            : OutputScreening.Best<Float32Weights>((byte*)_row, Logits, BestScreened, bound, Screen, _output, _model);

        private int BestScreened => ReferenceKernels.ArgMax(new Span<float>(Logits, _model.LogitsStride));

        public void Dispose() => _buffers.ForEach(static buffer => buffer.Dispose());

        private float* New(int floats)
        {
            var buffer = new GuardedBuffer(floats);
            _buffers.Add(buffer);
            return buffer.Pointer;
        }
    }
}
