using System.Diagnostics.CodeAnalysis;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Numerics;
using KernelGen.Packing;

namespace KernelGen;

/// <summary>
/// The weights of a linear layer in the order in which a <see cref="LinearKernelAttribute"/> kernel reads them. Packed once, outside the garbage-collected heap, and read by any number of
/// calls at a time; dispose it to free the memory, which calls that run keep until they end.
/// </summary>
public sealed unsafe class PackedLinear : IDisposable
{
    private readonly NativeBlock _block;

    private PackedLinear(int inputs, int outputs, WeightPrecision precision, Int8Layout int8)
    {
        (Inputs, Outputs, Precision, InputBits) = (inputs, outputs, precision, int8.InputBits);
        long columns = PanelLayout.RoundUp(outputs);
        bool hasFourBits = precision == WeightPrecision.Int4;
        long bytes = precision switch
        {
            WeightPrecision.Float32 => PanelLayout.Length(outputs, inputs) * sizeof(float),
            WeightPrecision.BFloat16 => PanelLayout.Length(outputs, inputs) * sizeof(ushort),
            WeightPrecision.Int8 => new Int8Quantization(InputBits).Length(outputs, inputs),
            WeightPrecision.Int4 => Int4Layout.Length(outputs, inputs),
            _ => throw new ArgumentOutOfRangeException(
                nameof(precision), precision, $"{precision} is no precision of weights; it is one of {string.Join(", ", Enum.GetNames<WeightPrecision>())}."),
        };

        // A bias for each column; scales, of each column or of each of its groups; then the panels. All are whole cache lines.
        long scales = hasFourBits ? PanelLayout.RoundUp((int)(Int4Layout.Scales(outputs, inputs) * Int4Layout.ScaleBytes / sizeof(float))) : columns;
        _block = new NativeBlock(columns + scales + ((bytes + sizeof(float) - 1) / sizeof(float)));
        float* bias = _block.Pointer;
        byte* panels = (byte*)(bias + columns + scales);
        Weights = hasFourBits ? LinearWeights.OfFourBits(bias, (ushort*)(bias + columns), panels)
            : new LinearWeights(bias, precision == WeightPrecision.Int8 ? bias + columns : null, panels);
    }

    /// <summary>The input width.</summary>
    public int Inputs { get; }

    /// <summary>The output width.</summary>
    public int Outputs { get; }

    /// <summary>How the weights are stored.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>With 8-bit weights, the bits of an input that they are multiplied with: 8 or 12; with 4-bit weights 8.</summary>
    public int InputBits { get; }

    /// <summary>Where the weights are; only while a <see cref="Use"/> lasts.</summary>
    internal LinearWeights Weights { get; }

    /// <summary>Packs the weights of a linear layer <c>y = x · Wᵀ + b</c>.</summary>
    /// <param name="weight">W, <c>[outputs, inputs]</c>, as PyTorch and Hugging Face store it. Not needed afterwards.</param>
    /// <param name="bias">b, <c>[outputs]</c>; empty where the layer has none.</param>
    /// <param name="inputs">The input width.</param>
    /// <param name="outputs">The output width.</param>
    /// <param name="precision">How weights are stored; by default as they are. With weights of 8 or 4 bits inputs are quantised, too, row by row.</param>
    /// <param name="inputBits">
    /// With 8-bit weights, the bits of an input: 8 or, at half the speed, 12. By default 12 where the layer is at most 128 wide on one side, else 8, as
    /// <see cref="LinearKernelAttribute.InputBits"/> is. Weights of 4 bits are multiplied with inputs of 8.
    /// </param>
    /// <returns>The packed weights.</returns>
    /// <exception cref="ArgumentException">A length does not fit the widths, or weights of 4 bits are to be multiplied with inputs of 12.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive or too large, or the precision or the bits are none.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "It is what is returned.")]
    public static PackedLinear Pack(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int inputs, int outputs, WeightPrecision precision = WeightPrecision.Float32, int? inputBits = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        if (weight.Length != (long)inputs * outputs)
        {
            throw SpanChecks.OtherLength(weight.Length, (long)inputs * outputs, nameof(weight), $"a weight [{outputs}, {inputs}]");
        }

        if (bias.Length > 0 && bias.Length != outputs)
        {
            throw SpanChecks.OtherLength(bias.Length, outputs, nameof(bias), $"the bias of {outputs} outputs");
        }

        Int8Layout int8 = inputBits switch
        {
            null => Int8Layout.OfLayer(inputs, outputs),
            8 or 12 => Int8Layout.OfInputBits(inputBits.Value),
            _ => throw new ArgumentOutOfRangeException(nameof(inputBits), inputBits, "Inputs have 8 or 12 bits beside 8-bit weights."),
        };
        if (precision == WeightPrecision.Int4 && int8 != Int8Layout.Bytes)
        {
            throw new ArgumentException(
                $"Weights of 4 bits are multiplied with inputs of 8 bits, and those of a layer {inputs} → {outputs} have {int8.InputBits}{(inputBits is null ? " by default, because it is narrow" : "")}; "
                + $"give 8 for '{nameof(inputBits)}' and for the attribute's InputBits, or take {nameof(WeightPrecision.Int8)}.",
                nameof(precision));
        }

        var packed = new PackedLinear(inputs, outputs, precision, int8);
        try
        {
            packed.Fill(weight, bias);
            return packed;
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    /// <summary>Frees the memory, once no call reads it any more. A kernel that is given the weights afterwards throws.</summary>
    public void Dispose() => _block.Dispose();

    /// <summary>Keeps the memory until the end of a call.</summary>
    /// <exception cref="ObjectDisposedException">The weights are disposed.</exception>
    internal Use Begin()
    {
        ObjectDisposedException.ThrowIf(_block.IsClosed, this);
        return new Use(_block);
    }

    private void Fill(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        var padded = new Span<float>(Weights.Bias, PanelLayout.RoundUp(Outputs));
        padded.Clear();
        bias.CopyTo(padded);
        fixed (float* rows = weight)
        {
            if (Precision == WeightPrecision.Float32)
            {
                PanelPacking.Pack(rows, Outputs, Inputs, (float*)Weights.Panels);
                return;
            }

            using var floats = new NativeBlock(PanelLayout.Length(Outputs, Inputs));
            PanelPacking.Pack(rows, Outputs, Inputs, floats.Pointer);
            switch (Precision)
            {
                case WeightPrecision.BFloat16:
                    FloatConversion.ToBFloat16(floats.Pointer, (ushort*)Weights.Panels, floats.Length);
                    break;

                case WeightPrecision.Int8:
                    new Int8Quantization(InputBits).Quantize(floats.Pointer, PanelLayout.Panels(Outputs), Inputs, Weights.Scales, Weights.Panels);
                    break;

                case WeightPrecision.Int4:
                    Int4Quantization.Quantize(floats.Pointer, PanelLayout.Panels(Outputs), Inputs, (ushort*)Weights.Scales, Weights.Panels);
                    break;

                default:
                    throw new InvalidOperationException($"Weights of the precision {Precision} cannot be packed.");
            }
        }
    }

    /// <summary>A call that reads the weights.</summary>
    internal readonly ref struct Use
    {
        private readonly NativeBlock _block;

        public Use(NativeBlock block)
        {
            bool isHeld = false;
            block.DangerousAddRef(ref isHeld);
            _block = block;
        }

        public void Dispose() => _block.DangerousRelease();
    }
}
