using KernelGen.Execution;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>The weights of a linear layer in the layout of a precision, written plainly.</summary>
internal sealed unsafe class PackedLinear : IDisposable
{
    private readonly GuardedBuffer _bias;
    private readonly GuardedBuffer _scales;
    private readonly GuardedBuffer _panels;
    private readonly bool _hasFourBits;

    public PackedLinear(float[] weights, float[] bias, int outputs, int inputs, float padding, WeightPrecision precision, int inputBits)
    {
        int columns = Panels.RoundUp(outputs);
        _bias = new GuardedBuffer(columns);
        _bias.Span.Fill(padding);
        bias.CopyTo(_bias.Span);
        _scales = new GuardedBuffer(columns);
        switch (precision)
        {
            case WeightPrecision.Float32:
                _panels = Panels.Pack(weights, outputs, inputs);
                break;

            case WeightPrecision.BFloat16:
                using (GuardedBuffer floats = Panels.Pack(weights, outputs, inputs))
                {
                    _panels = new GuardedBuffer((floats.Length + 1) / 2);
                    for (int i = 0; i < floats.Length; i++)
                    {
                        ((ushort*)_panels.Pointer)[i] = (ushort)(BitConverter.SingleToUInt32Bits(ReferenceKernels.RoundToBFloat16(floats.Span[i])) >> 16);
                    }
                }

                break;

            case WeightPrecision.Int4:
                int fours = (inputs + 31) / 32;
                _scales.Dispose();
                _scales = new GuardedBuffer(columns * fours / 2);
                _scales.Span.Clear();
                _panels = new GuardedBuffer(columns * fours * 16 / sizeof(float));
                new Span<byte>((byte*)_panels.Pointer, columns * fours * 16).Fill(0x88);
                for (int output = 0; output < outputs; output++)
                {
                    int panel = output / Panels.Width * fours, column = output % Panels.Width;
                    for (int i = 0; i < inputs; i += 32)
                    {
                        int count = Math.Min(32, inputs - i);
                        (int[] quantized, float scale) = ReferenceKernels.QuantizeFourBits(weights.AsSpan((output * inputs) + i, count));
                        ((ushort*)_scales.Pointer)[((panel + (i / 32)) * Panels.Width) + column] = (ushort)(BitConverter.SingleToUInt32Bits(scale) >> 16);
                        for (int j = 0; j < count; j++)
                        {
                            // Of each 8 inputs the first four in lower halves of bytes, the others in upper ones.
                            byte* place = (byte*)_panels.Pointer + ((panel + (i / 32)) * 256) + (j / 8 * 64) + (column * 4) + (j % 4);
                            int shift = j % 8 < 4 ? 0 : 4;
                            *place = (byte)((*place & ~(15 << shift)) | ((quantized[j] + 8) << shift));
                        }
                    }
                }

                _hasFourBits = true;
                break;

            default:
                // Inputs are taken 8 or 2 at a time.
                (int group, int step, int offset) = inputBits == 8 ? (4, 8, 64) : (2, 2, 0);
                int groups = (inputs + step - 1) / step * (step / group);
                _panels = new GuardedBuffer(columns * groups * group / sizeof(float));
                byte* bytes = (byte*)_panels.Pointer;
                new Span<byte>(bytes, columns * groups * group).Fill((byte)offset);
                _scales.Span.Clear();
                for (int output = 0; output < outputs; output++)
                {
                    (int[] quantized, _scales.Span[output]) = ReferenceKernels.QuantizeWeights(weights.AsSpan(output * inputs, inputs), inputBits);
                    for (int input = 0; input < inputs; input++)
                    {
                        int place = (((output / Panels.Width * groups) + (input / group)) * Panels.Width * group) + (output % Panels.Width * group) + (input % group);
                        bytes[place] = (byte)(offset + quantized[input]);
                    }
                }

                break;
        }
    }

    public LinearWeights Weights => _hasFourBits
        ? LinearWeights.OfFourBits(_bias.Pointer, (ushort*)_scales.Pointer, (byte*)_panels.Pointer)
        : new(_bias.Pointer, _scales.Pointer, (byte*)_panels.Pointer);

    public void Dispose()
    {
        _bias.Dispose();
        _scales.Dispose();
        _panels.Dispose();
    }
}
