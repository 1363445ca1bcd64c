using System.Runtime.Intrinsics;
using KernelGen.Layout;

namespace KernelGen.Packing;

/// <summary>
/// Quantises weights to 8-bit integers, one scale for each output column: <c>w ≈ scale · q</c>, <c>scale = max |w| / largest q</c>, rounded to the nearest,
/// ties to even. A column that holds a weight which is infinite or not a number has a scale that is not a number, and so has everything computed with it.
/// </summary>
/// <remarks>
/// With inputs of 8 bits, q has 7 bits and is stored without sign, 64 more than it is, because sums of products must fit in 16 bits. With inputs of
/// 12 bits it has 8.
/// </remarks>
internal readonly unsafe struct Int8Quantization
{
    private readonly Int8Layout _layout;

    /// <param name="inputBits">Bits of a quantised input: 8 or 12.</param>
    public Int8Quantization(int inputBits) => _layout = Int8Layout.OfInputBits(inputBits);

    /// <summary>The number of bytes that a packed matrix takes.</summary>
    public long Length(int outputs, int inputs) => (long)PanelLayout.RoundUp(outputs) * _layout.PaddedInputs(inputs);

    /// <summary>Quantises whole panels.</summary>
    /// <param name="source">Panels of floats, <c>[panel, input, 16]</c>.</param>
    /// <param name="panels">The number of panels.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="scales">Receives a scale for each column.</param>
    /// <param name="destination">Receives the panels of bytes, <c>[panel, input / group, 16, group]</c>; inputs past the last are zero weights.</param>
    public void Quantize(float* source, int panels, int inputs, float* scales, byte* destination)
    {
        float* inverse = stackalloc float[PanelLayout.Width];
        for (int panel = 0; panel < panels; panel++)
        {
            Scales(source, inputs, scales, inverse);
            for (int input = 0; input < _layout.PaddedInputs(inputs); input += _layout.Group)
            {
                for (int column = 0; column < PanelLayout.Width; column += Vector128<float>.Count)
                {
                    // Little-endian: the first input's weight is the lowest byte.
                    Vector128<uint> bytes = Vector128<uint>.Zero;
                    for (int i = 0; i < _layout.Group; i++)
                    {
                        Vector128<float> multiple = input + i < inputs
                            ? Vector128.Load(source + ((nint)(input + i) * PanelLayout.Width) + column) * Vector128.Load(inverse + column)
                            : Vector128<float>.Zero;

                        // What is not a number counts as zero: the scale tells of it, and the bytes are the same on every CPU.
                        Vector128<int> weight = Round(multiple & Vector128.Equals(multiple, multiple));
                        bytes |= ((weight + Vector128.Create(_layout.WeightOffset)).AsUInt32() & Vector128.Create(0xFFu)) << (8 * i);
                    }

                    byte* place = destination + ((nint)input * PanelLayout.Width) + (column * _layout.Group);
                    if (_layout.Group == 4)
                    {
                        bytes.Store((uint*)place);
                    }
                    else
                    {
                        Vector128.Narrow(bytes, bytes).GetLower().Store((ushort*)place);
                    }
                }
            }

            source += (nint)inputs * PanelLayout.Width;
            scales += PanelLayout.Width;
            destination += (nint)_layout.PaddedInputs(inputs) * PanelLayout.Width;
        }
    }

    /// <summary>The quantised weights of four columns.</summary>
    /// <param name="panel">A panel of bytes.</param>
    /// <param name="column">The first of the columns in the panel, a multiple of 4.</param>
    /// <param name="input">The input.</param>
    public Vector128<float> Weights(byte* panel, int column, int input)
    {
        byte* place = panel + ((nint)(input / _layout.Group) * _layout.Group * PanelLayout.Width) + (column * _layout.Group);
        Vector128<uint> groups = _layout.Group == 4 ? Vector128.Load((uint*)place) : Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)place).AsUInt16());

        // To the top and down again, with the sign where there is one.
        Vector128<uint> top = groups << (24 - (8 * (input % _layout.Group)));
        return Vector128.ConvertToSingle(_layout.WeightOffset == 0 ? top.AsInt32() >> 24 : (top >> 24).AsInt32() - Vector128.Create(_layout.WeightOffset));
    }

    /// <summary>The nearest whole numbers, ties to even: adding 1.5 · 2^23 leaves them in the low bits.</summary>
    private static Vector128<int> Round(Vector128<float> values) =>
        (values + Vector128.Create(12582912f)).AsInt32() - Vector128.Create(12582912f).AsInt32();

    /// <summary>The scales of 16 columns, and what to multiply their weights with; zero for a column of zeros.</summary>
    private void Scales(float* panel, int inputs, float* scales, float* inverse)
    {
        new Span<float>(scales, PanelLayout.Width).Clear();
        for (int input = 0; input < inputs; input++)
        {
            for (int column = 0; column < PanelLayout.Width; column += Vector128<float>.Count)
            {
                Vector128<float> magnitude = Vector128.Abs(Vector128.Load(panel + ((nint)input * PanelLayout.Width) + column));
                Vector128.Max(magnitude, Vector128.Load(scales + column)).Store(scales + column);
            }
        }

        for (int column = 0; column < PanelLayout.Width; column++)
        {
            // Where the inverse would not be finite the weights count as zero: they are next to nothing.
            float highest = scales[column] > 1e-34f ? scales[column] : 0f;
            scales[column] = float.IsFinite(scales[column]) ? highest / _layout.LargestWeight : float.NaN;
            inverse[column] = float.IsFinite(scales[column]) && highest != 0f ? _layout.LargestWeight / highest : 0f;
        }
    }
}
