using KernelGen.Execution;
using KernelGen.Tests.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>
/// The linear kernels: bit for bit the scalar chain of fused multiply-adds for any number of rows, hence the same bits for every instruction set, and
/// within the error bound of double precision.
/// </summary>
public sealed unsafe class LinearKernelTests
{
    private const int MaxRows = 40;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    private delegate void Kernel(float* input, int rows, float* bias, float* panels, float* residual, float* output);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Query_key_and_value_projections_are_the_scalar_chain(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.QueryKeyValue),
            kernels,
            new Shape(shape.ModelDimension, shape.ModelStride, 3 * shape.AttentionWidth, 3 * shape.AttentionWidth),
            (input, rows, weights, _, _, output) => kernels.QueryKeyValue(input, rows, weights, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_query_projection_is_the_scalar_chain(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.CrossQuery),
            kernels,
            new Shape(shape.ModelDimension, shape.ModelStride, shape.AttentionWidth, shape.AttentionWidth),
            (input, rows, weights, _, _, output) => kernels.CrossQuery(input, rows, weights, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_key_and_value_projections_are_the_scalar_chain(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.CrossKeyValue),
            kernels,
            new Shape(shape.ModelDimension, shape.ModelStride, 2 * shape.AttentionWidth, 2 * shape.AttentionWidth),
            (input, rows, weights, _, _, output) => kernels.CrossKeyValue(input, rows, weights, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attention_output_is_the_scalar_chain_plus_the_residual(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.AttentionOutput),
            kernels,
            new Shape(shape.AttentionWidth, shape.AttentionStride, shape.ModelDimension, shape.ModelStride) { AddsResidual = true },
            (input, rows, weights, _, residual, output) => kernels.AttentionOutput(input, rows, weights, residual, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Feed_forward_expansion_is_the_activation_of_the_scalar_chain(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.FeedForwardExpand),
            kernels,
            new Shape(shape.ModelDimension, shape.ModelStride, shape.FeedForwardDimension, shape.FeedForwardStride) { Activation = shape.Activation },
            (input, rows, weights, _, _, output) => kernels.FeedForwardExpand(input, rows, weights, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Feed_forward_contraction_is_the_scalar_chain_plus_the_residual(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.FeedForwardContract),
            kernels,
            new Shape(shape.FeedForwardDimension, shape.FeedForwardStride, shape.ModelDimension, shape.ModelStride) { AddsResidual = true },
            (input, rows, weights, _, residual, output) => kernels.FeedForwardContract(input, rows, weights, residual, output));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Output_projection_is_the_scalar_chain_with_minus_infinity_in_the_padding(string model, InstructionSet instructionSet)
    {
        KernelSet kernels = DeclaredModels.Named(model).KernelsFor(instructionSet);
        ModelDescription shape = kernels.Model;
        Check(
            nameof(kernels.Logits),
            kernels,
            new Shape(shape.ModelDimension, shape.ModelStride, shape.TargetVocabularySize, shape.LogitsStride) { Padding = float.NegativeInfinity },
            (input, rows, bias, panels, _, output) => kernels.Logits(input, rows, bias, panels, output));
    }

    private static void Check(string name, KernelSet kernels, Shape shape, Kernel kernel)
    {
        var samples = new Samples(shape.Input + shape.Output);
        float[] weights = samples.Normal(shape.Output * shape.Input, 1f / MathF.Sqrt(shape.Input));
        float[] bias = samples.Normal(shape.Output, 0.5f);
        float[][] inputs = samples.NormalRows(MaxRows, shape.Input);
        float[][] residuals = samples.NormalRows(MaxRows, shape.Output);
        float[][] expected = [.. inputs.Select((input, row) => Expected(input, weights, bias, residuals[row], shape))];
        CheckInDoublePrecision(expected.AsSpan(0, 4), inputs, weights, bias, residuals, shape, $"{kernels}: {name} in scalar steps");

        // As the model packs them: the bias, padded, and then the panels.
        int biasLength = Panels.RoundUp(shape.Output);
        using var packed = new GuardedBuffer(biasLength + (biasLength * shape.Input));
        packed.Span[..biasLength].Fill(shape.Padding);
        bias.CopyTo(packed.Span);
        Panels.Pack(weights, shape.Output, shape.Input, packed.Span[biasLength..]);

        for (int rows = 1; rows <= MaxRows; rows++)
        {
            using GuardedBuffer input = GuardedBuffer.OfRows(inputs.AsSpan(0, rows), shape.InputStride);
            using GuardedBuffer residual = GuardedBuffer.OfRows(residuals.AsSpan(0, rows), shape.OutputStride);
            using var output = new GuardedBuffer(rows * shape.OutputStride);
            kernel(input.Pointer, rows, packed.Pointer, packed.Pointer + biasLength, residual.Pointer, output.Pointer);
            output.AssertRows(expected.AsSpan(0, rows), shape.OutputStride, $"{kernels}: {name} of {rows} rows", shape.Padding);
        }
    }

    private static float[] Expected(float[] input, float[] weights, float[] bias, float[] residual, Shape shape)
    {
        float[] result = ReferenceKernels.Linear(input, weights, bias);
        result = shape.AddsResidual ? ReferenceKernels.AddResidual(residual, result) : result;
        return shape.Activation is { } activation ? ReferenceKernels.Activate(activation, result) : result;
    }

    private static void CheckInDoublePrecision(
        ReadOnlySpan<float[]> results, float[][] inputs, float[] weights, float[] bias, float[][] residuals, Shape shape, string what)
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

    private sealed record Shape(int Input, int InputStride, int Output, int OutputStride)
    {
        public bool AddsResidual { get; init; }

        public Activation? Activation { get; init; }

        /// <summary>The bias of the columns that fill the last panel.</summary>
        public float Padding { get; init; }
    }
}
