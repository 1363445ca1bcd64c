using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;
using static KernelGen.Tests.SingleKernels.DeclaredKernels;

namespace KernelGen.Tests.SingleKernels;

/// <summary>Single kernels have the bits of the kernels of a model that has their dimensions.</summary>
[Collection(InstructionSetCollection.Name)]
public sealed unsafe class ModelBitsTests : IDisposable
{
    private const int Rows = 29;
    private const int Width = 48;

    private static readonly ModelDescription Model = SmallModel.Description;

    public static TheoryData<InstructionSet> InstructionSetsHere => [.. Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported)];

    public void Dispose() => Execution.SingleKernels.Force(null);

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Of_every_kind(InstructionSet instructionSet)
    {
        Execution.SingleKernels.Force(instructionSet);
        switch (instructionSet)
        {
            case InstructionSet.Avx512:
                Compare<SmallModel.Avx512Kernels>();
                break;
            case InstructionSet.Avx2:
                Compare<SmallModel.Avx2Kernels>();
                break;
            case InstructionSet.Portable:
                Compare<SmallModel.PortableKernels>();
                break;
            default:
                Assert.Fail($"The kernels for {instructionSet} are not compared.");
                break;
        }
    }

    private static void Compare<TKernels>()
        where TKernels : struct, IModelKernels
    {
        CompareNorm<TKernels>();
        CompareLayers<TKernels>();
        CompareSoftmax<TKernels>();
        CompareAttention<TKernels>(isCausal: false);
        CompareAttention<TKernels>(isCausal: true);
        CompareEmbedding<TKernels>();
    }

    private static void CompareNorm<TKernels>()
        where TKernels : struct, IModelKernels
    {
        var samples = new Samples(1);
        float[] x = samples.Normal(Rows * Width), scale = samples.Normal(Width), shift = samples.Normal(Width), y = new float[x.Length];
        using GuardedBuffer input = Buffer(x), norm = Buffer([.. scale, .. shift]), output = new GuardedBuffer(x.Length);

        TKernels.Norm(input.Pointer, Rows, norm.Pointer, output.Pointer);
        LayerNormOf48(x, scale, shift, y);

        BitAssert.Equal(output.Span, y, "norm");
    }

    private static void CompareLayers<TKernels>()
        where TKernels : struct, IModelKernels
    {
        // So narrow a model has no layers with 4-bit weights.
        foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>().Where(static precision => precision != WeightPrecision.Int4))
        {
            Layer<TKernels>(precision, Width, 3 * Width, LinearEffect.None, static (x, weights, _, y) => Linear48To144(x, weights, y));
            Layer<TKernels>(precision, Width, 80, LinearEffect.Activation, static (x, weights, _, y) => Linear48To80Gelu(x, weights, y));
            Layer<TKernels>(precision, 80, Width, LinearEffect.Residual, Linear80To48PlusResidual);
        }
    }

    private delegate void Linear(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);

    private static void Layer<TKernels>(WeightPrecision precision, int inputs, int outputs, LinearEffect effect, Linear single)
        where TKernels : struct, IModelKernels
    {
        (float[] weight, float[] bias) = KernelCases.WeightsOf(inputs, outputs);
        using var packed = PackedLinear.Pack(weight, bias, inputs, outputs, precision);
        Assert.Equal(Model.QuantizedInputBits, packed.InputBits);
        var samples = new Samples(2);
        float[] x = samples.Normal(Rows * inputs), residual = samples.Normal(Rows * outputs), y = new float[Rows * outputs];
        IReadOnlyList<LinearShape> shapes = ModelRecipe.Of(Model).Shapes;
        int shape = Enumerable.Range(0, shapes.Count).Single(i => shapes[i].Inputs == inputs && shapes[i].Outputs == outputs && shapes[i].Effect == effect);
        using GuardedBuffer input = Buffer(x), added = Buffer(residual), output = new GuardedBuffer(y.Length), quantized = new GuardedBuffer(Rows * Model.QuantizedStride / sizeof(float));
        float* rows = input.Pointer;
        if (precision == WeightPrecision.Int8)
        {
            TKernels.QuantizerOf(shape)(rows, Rows, inputs, inputs, (byte*)quantized.Pointer);
            rows = quantized.Pointer;
        }

        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel = precision switch
        {
            WeightPrecision.Float32 => TKernels.Linear<Float32Weights>(shape),
            WeightPrecision.BFloat16 => TKernels.Linear<BFloat16Weights>(shape),
            WeightPrecision.Int8 => TKernels.Linear<Int8Weights>(shape),
            _ => throw new InvalidOperationException($"{precision} is not compared."),
        };
        LinearWeights weights = packed.Weights;
        kernel((byte*)rows, Rows, in weights, added.Pointer, output.Pointer, 0, PanelLayout.Panels(outputs));
        single(x, packed, residual, y);

        BitAssert.Equal(output.Span, y, $"{inputs} → {outputs}, {precision}");
    }

    private static void CompareSoftmax<TKernels>()
        where TKernels : struct, IModelKernels
    {
        float[] row = new Samples(3).Normal(37, 5), logits = new Samples(4).Normal(63, 5);
        using GuardedBuffer scores = Buffer([.. row, .. new float[11]]), padded = Buffer([.. logits, float.NegativeInfinity]);
        TKernels.Softmax(scores.Pointer, 1, 37, 48, 1f);
        float maximum;
        float sum = TKernels.SumOfExponentials(padded.Pointer, &maximum);
        Decoding.LogSoftmax.Apply(padded.Span, maximum, (float)Numerics.DeterministicMath.Log(sum));

        SoftmaxOf37(row);
        LogSoftmaxOf63(logits);

        BitAssert.Equal(scores.Span[..37], row, "softmax");
        BitAssert.Equal(padded.Span[..63], logits, "log-softmax");
    }

    private static void CompareAttention<TKernels>(bool isCausal)
        where TKernels : struct, IModelKernels
    {
        float[] all = new Samples(5).Normal(Rows * 3 * Width), y = new float[Rows * Width];
        float[] Part(int part) => [.. all.Chunk(3 * Width).SelectMany(row => row.AsSpan(part * Width, Width).ToArray())];
        using GuardedBuffer input = Buffer(all), keys = new GuardedBuffer(32 * Width), values = new GuardedBuffer(32 * Width);
        using GuardedBuffer scratch = new(Model.AttentionScratch), output = new(Rows * Width);
        TKernels.AppendKeysAndValues(input.Pointer, Rows, 0, keys.Pointer, values.Pointer);
        TKernels.SelfAttention(input.Pointer, Rows, keys.Pointer, values.Pointer, isCausal ? 1 : Rows, isCausal ? 1 : 0, null, 0, scratch.Pointer, output.Pointer);
        if (isCausal)
        {
            Attend3Of16Causal(Part(0), Part(1), Part(2), y);
        }
        else
        {
            Attend3Of16(Part(0), Part(1), Part(2), y);
        }

        BitAssert.Equal(output.Span, y, isCausal ? "causal attention" : "attention");
    }

    private static void CompareEmbedding<TKernels>()
        where TKernels : struct, IModelKernels
    {
        float[] table = new Samples(6).Normal(20 * Width), position = new Samples(7).Normal(Width), y = new float[Width];
        using GuardedBuffer panels = Panels.Pack(table, 20, Width), row = Buffer(position), output = new GuardedBuffer(Width);
        for (int token = 0; token < 20; token++)
        {
            TKernels.Embed(token, panels.Pointer, row.Pointer, output.Pointer);
            Embed48PlusPositions([token], table, position, y);
            BitAssert.Equal(output.Span, y, $"the embedding of token {token}");
        }
    }

    private static GuardedBuffer Buffer(float[] values)
    {
        var buffer = new GuardedBuffer(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }
}
