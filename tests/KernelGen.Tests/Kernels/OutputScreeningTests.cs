using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>Screening the output projection gives the token of the full product whatever the weights and the row are, and its bound holds for every token.</summary>
public sealed unsafe class OutputScreeningTests
{
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 8 }, { 3, 12 }, { 16, 8 }, { 33, 12 }, { 100, 8 }, { 256, 8 }, { 257, 12 },
    };

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
            using var screened = new Screened(weights, bias, x, 8);
            return OutputScreening.TryBound(screened.Row, screened.Quantized, screened.Model, *screened.Screen.Limits, out _);
        }
    }

    [Fact]
    public void Few_tokens_of_a_large_vocabulary_need_their_exact_logits()
    {
        var random = new Random(5);
        using var screened = new Screened(Normal(random, 20_000 * 128, 1), new float[20_000], Normal(random, 128, 1), 8);
        Assert.True(OutputScreening.TryBound(screened.Row, screened.Quantized, screened.Model, *screened.Screen.Limits, out OutputScreening.ErrorBound bound));
        float highest = screened.Exact.Max();
        int candidates = Enumerable.Range(0, 20_000).Count(token =>
            screened.Logits[token] + (bound.Residual * screened.Screen.Residuals[token]) + (bound.Norm * screened.Screen.Norms[token]) >= highest);
        Assert.InRange(candidates, 1, 100);
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

    private static void Check(float[] weights, float[] bias, float[] x, int inputBits, string what)
    {
        using var screened = new Screened(weights, bias, x, inputBits);
        if (!OutputScreening.TryBound(screened.Row, screened.Quantized, screened.Model, *screened.Screen.Limits, out OutputScreening.ErrorBound bound))
        {
            // Refused only where a sum may be as large as floats get.
            double largest = bias.Max(Math.Abs) + (x.Sum(static value => (double)Math.Abs(value)) * weights.Max(Math.Abs) * 4 * Math.Sqrt(x.Length));
            Assert.True(largest > 1e36, $"{what}: refused, though no sum is above {largest}.");
            return;
        }

        for (int token = 0; token < bias.Length; token++)
        {
            double error = Math.Abs((double)screened.Exact[token] - screened.Logits[token]);
            double most = ((double)bound.Residual * screened.Screen.Residuals[token]) + ((double)bound.Norm * screened.Screen.Norms[token]) + bound.Constant;
            Assert.True(error <= most, $"{what}: the logit of token {token} is {screened.Exact[token]:G9}, screened {screened.Logits[token]:G9}; bound {most:G9}.");
        }

        int best = OutputScreening.Best<Float32Weights>(screened.Row, screened.Logits, bound, screened.Screen, screened.Output, screened.Model);
        Assert.True(ReferenceKernels.ArgMax(screened.Exact) == best, $"{what}: token {best} instead of {ReferenceKernels.ArgMax(screened.Exact)}.");
    }

    /// <summary>An output projection with its screen, and one row with its logits: screened and exact, both in plain scalar steps.</summary>
    private sealed class Screened : IDisposable
    {
        private readonly List<GuardedBuffer> _buffers = [];

        public Screened(float[] weights, float[] bias, float[] x, int inputBits)
        {
            int outputs = bias.Length, inputs = x.Length, columns = Panels.RoundUp(outputs);
            int scalePlace = ((inputs * 2) + 63) / 64 * 64;
            Model = GoldenVanilla.Description with
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
            Output = new LinearWeights(paddedBias, null, (byte*)panels);

            var quantization = new Int8Quantization(inputBits);
            var copy = new LinearWeights(paddedBias, New(columns), (byte*)New((int)quantization.Length(outputs, inputs) / sizeof(float)));
            Screen = new OutputScreen(copy, New(columns), New(columns), (OutputScreenLimits*)New(16));
            Screen.Fill(panels, outputs, inputs, quantization);

            Row = New(inputs);
            x.CopyTo(new Span<float>(Row, inputs));
            (int[] quantized, float scale) = ReferenceKernels.QuantizeInput(x, inputBits);
            Quantized = (byte*)New(Model.QuantizedStride / sizeof(float));
            for (int i = 0; i < inputs; i++)
            {
                if (inputBits == 8)
                {
                    ((sbyte*)Quantized)[i] = (sbyte)quantized[i];
                }
                else
                {
                    ((short*)Quantized)[i] = (short)quantized[i];
                }
            }

            *(float*)(Quantized + scalePlace) = scale;
            Logits = New(columns);
            new Span<float>(Logits, columns).Fill(float.NegativeInfinity);
            ReferenceKernels.LinearInt8(x, weights, bias, inputBits).CopyTo(new Span<float>(Logits, outputs));
            Exact = ReferenceKernels.Linear(x, weights, bias);
        }

        public ModelDescription Model { get; }

        public LinearWeights Output { get; }

        public OutputScreen Screen { get; }

        public float* Row { get; }

        public byte* Quantized { get; }

        public float* Logits { get; }

        public float[] Exact { get; }

        public void Dispose() => _buffers.ForEach(static buffer => buffer.Dispose());

        private float* New(int floats)
        {
            var buffer = new GuardedBuffer(floats);
            _buffers.Add(buffer);
            return buffer.Pointer;
        }
    }
}
