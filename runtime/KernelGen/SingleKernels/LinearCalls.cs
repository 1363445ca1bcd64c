using System.ComponentModel;
using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Runs single linear kernels: checks the arguments, and gives rows the room that kernels need. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class LinearCalls
{
    /// <summary>Rows that are copied or quantised at a time: whole tiles of every instruction set, and enough for the weights to be read few times.</summary>
    private const int BlockRows = 96;

    /// <summary>A linear layer.</summary>
    /// <typeparam name="TKernels">The kernels of an instruction set.</typeparam>
    /// <param name="layer">Which of them.</param>
    /// <param name="x"><c>[rows, inputs]</c>.</param>
    /// <param name="xName">Its name.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="weightsName">Their name.</param>
    /// <param name="y"><c>[rows, outputs]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <exception cref="ArgumentException">Lengths or weights do not fit the kernel, or what is written overlaps what is read.</exception>
    /// <exception cref="ObjectDisposedException">The weights are disposed.</exception>
    public static void Run<TKernels>(LinearCallShape layer, ReadOnlySpan<float> x, string xName, PackedLinear weights, string weightsName, Span<float> y, string yName)
        where TKernels : struct, ILinearKernels =>
        RunChecked<TKernels>(in layer, x, xName, weights, weightsName, default, y, yName);

    /// <summary>A linear layer whose sums are added to a residual.</summary>
    /// <typeparam name="TKernels">The kernels of an instruction set.</typeparam>
    /// <param name="layer">Which of them.</param>
    /// <param name="x"><c>[rows, inputs]</c>.</param>
    /// <param name="xName">Its name.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="weightsName">Their name.</param>
    /// <param name="residual"><c>[rows, outputs]</c>.</param>
    /// <param name="residualName">Its name.</param>
    /// <param name="y"><c>[rows, outputs]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <exception cref="ArgumentException">Lengths or weights do not fit the kernel, or what is written overlaps what is read.</exception>
    /// <exception cref="ObjectDisposedException">The weights are disposed.</exception>
    public static void Run<TKernels>(
        LinearCallShape layer,
        ReadOnlySpan<float> x,
        string xName,
        PackedLinear weights,
        string weightsName,
        ReadOnlySpan<float> residual,
        string residualName,
        Span<float> y,
        string yName)
        where TKernels : struct, ILinearKernels
    {
        if (residual.Length != y.Length)
        {
            throw SpanChecks.OtherLength(residual.Length, y.Length, residualName, $"what is added to '{yName}'");
        }

        SpanChecks.Apart(residual, residualName, y, yName);
        RunChecked<TKernels>(in layer, x, xName, weights, weightsName, residual, y, yName);
    }

    private static void RunChecked<TKernels>(
        in LinearCallShape layer, ReadOnlySpan<float> x, string xName, PackedLinear weights, string weightsName, ReadOnlySpan<float> residual, Span<float> y, string yName)
        where TKernels : struct, ILinearKernels
    {
        int rows = SpanChecks.Rows(x.Length, layer.Inputs, xName);
        if (y.Length != (long)rows * layer.Outputs)
        {
            throw SpanChecks.OtherLength(y.Length, (long)rows * layer.Outputs, yName, $"the result of {rows} rows");
        }

        SpanChecks.Apart(x, xName, y, yName);
        CheckWeights(in layer, weights, weightsName);
        using PackedLinear.Use use = weights.Begin();
        if (rows == 0)
        {
            return;
        }

        fixed (float* input = x, added = residual, output = y)
        {
            switch (weights.Precision)
            {
                case WeightPrecision.Float32:
                    Run<TKernels, Float32Weights>(in layer, input, rows, weights.Weights, added, output);
                    break;

                case WeightPrecision.BFloat16:
                    Run<TKernels, BFloat16Weights>(in layer, input, rows, weights.Weights, added, output);
                    break;

                case WeightPrecision.Int8 or WeightPrecision.Int4 when TKernels.InstructionSet == InstructionSet.Avx2 && SingleKernels.InstructionSet == InstructionSet.AvxVnni:
                    Run<TKernels, AvxVnniWeights>(in layer, input, rows, weights.Weights, added, output);
                    break;

                case WeightPrecision.Int8 or WeightPrecision.Int4:
                    Run<TKernels, Int8Weights>(in layer, input, rows, weights.Weights, added, output);
                    break;

                default:
                    throw new ArgumentException($"Weights of the precision {weights.Precision} have no kernel.", weightsName);
            }
        }
    }

    private static void CheckWeights(in LinearCallShape layer, PackedLinear weights, string name)
    {
        ArgumentNullException.ThrowIfNull(weights, name);
        if (weights.Inputs != layer.Inputs || weights.Outputs != layer.Outputs)
        {
            throw new ArgumentException(
                $"'{name}' are of a layer {weights.Inputs} → {weights.Outputs}, but the kernel is {layer.Inputs} → {layer.Outputs}.", name);
        }

        if (LayoutFacts.IsQuantizedWith(weights.Precision) && weights.InputBits != layer.InputBits)
        {
            throw new ArgumentException(
                $"'{name}' are packed for inputs of {weights.InputBits} bits, but the kernel's have {layer.InputBits}; give PackedLinear.Pack and the attribute the same InputBits.", name);
        }
    }

    /// <summary>All rows at once where they lie as the kernel reads and writes them; otherwise some at a time, by way of copies.</summary>
    private static void Run<TKernels, TPrecision>(in LinearCallShape layer, float* input, int rows, LinearWeights weights, float* residual, float* output)
        where TKernels : struct, ILinearKernels
        where TPrecision : struct, IWeightPrecision
    {
        bool isQuantized = TPrecision.Value == WeightPrecision.Int8;
        int outputPadding = layer.OutputStride == layer.Outputs ? 0 : layer.OutputStride;

        // What is quantised is read in whole panels, at any distance. Of one row there is no distance.
        bool copiesInput = isQuantized ? layer.Inputs % PanelLayout.Width != 0 : rows > 1 && layer.InputStride != layer.Inputs;
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel = TKernels.Linear<TPrecision>(layer.Shape);
        if (!isQuantized && !copiesInput && outputPadding == 0)
        {
            kernel((byte*)input, rows, in weights, residual, output, 0, PanelLayout.Panels(layer.Outputs));
            return;
        }

        int block = Math.Min(rows, BlockRows);
        long inputRoom = copiesInput ? (long)block * layer.InputStride : 0;
        long outputRoom = (long)block * outputPadding;
        float* paddedInput = KernelMemory.Floats(inputRoom + (2 * outputRoom) + (isQuantized ? (long)block * layer.QuantizedStride / sizeof(float) : 0));
        float* paddedOutput = paddedInput + inputRoom;
        float* paddedResidual = paddedOutput + outputRoom;
        byte* quantized = (byte*)(paddedResidual + outputRoom);
        for (int first = 0; first < rows; first += block)
        {
            int count = Math.Min(block, rows - first);
            float* blockInput = input + ((nint)first * layer.Inputs);
            int stride = layer.Inputs;
            if (copiesInput)
            {
                RowPadding.Copy(blockInput, layer.Inputs, paddedInput, layer.InputStride, count);
                blockInput = paddedInput;
                stride = layer.InputStride;
            }

            if (isQuantized)
            {
                TKernels.QuantizerOf(layer.Shape)(blockInput, count, stride, layer.Inputs, quantized);
                if (weights.HasFourBits)
                {
                    GroupSums.Add(quantized, count, layer.QuantizedStride, layer.Inputs);
                }

                blockInput = (float*)quantized;
            }

            float* blockOutput = output + ((nint)first * layer.Outputs);
            float* blockResidual = residual == null ? null : residual + ((nint)first * layer.Outputs);
            if (outputPadding == 0)
            {
                kernel((byte*)blockInput, count, in weights, blockResidual, blockOutput, 0, PanelLayout.Panels(layer.Outputs));
                continue;
            }

            if (blockResidual != null)
            {
                RowPadding.Copy(blockResidual, layer.Outputs, paddedResidual, outputPadding, count);
            }

            kernel((byte*)blockInput, count, in weights, paddedResidual, paddedOutput, 0, PanelLayout.Panels(layer.Outputs));
            RowPadding.CopyBack(paddedOutput, outputPadding, blockOutput, layer.Outputs, count);
        }
    }
}
