using System.Globalization;
using System.Runtime.InteropServices;
using KernelGen.Checkpoints;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>A tensor of a checkpoint, as its family has it, and where its numbers lie in a block of parameters.</summary>
/// <param name="name">Its name in a checkpoint.</param>
/// <param name="isVector">Whether it has one dimension; otherwise rows and columns.</param>
/// <param name="parts">What lies one behind the other in it, such as queries, keys and values.</param>
/// <param name="taps">Of a convolution, which has three dimensions, the size of the last; 1 elsewhere.</param>
internal sealed unsafe class ParameterTensor(string name, bool isVector, List<TensorPlace> parts, int taps = 1)
{
    /// <summary>Its name in a checkpoint.</summary>
    public string Name => name;

    /// <summary>What lies one behind the other in it.</summary>
    public List<TensorPlace> Parts => parts;

    /// <summary>The number of elements.</summary>
    public long Elements
    {
        get
        {
            long elements = 0;
            foreach (TensorPlace part in parts)
            {
                elements += (long)part.Rows * part.Columns;
            }

            return elements;
        }
    }

    /// <summary>Its dimensions, the slowest first.</summary>
    public long[] Shape => isVector ? [Elements]
        : taps > 1 ? [Elements / parts[0].Columns, parts[0].Columns / taps, taps]
        : [Elements / parts[0].Columns, parts[0].Columns];

    /// <summary>Copies its elements out of a block.</summary>
    public float[] Copy(float* block)
    {
        float[] values = new float[Elements];
        int done = 0;
        foreach (TensorPlace part in parts)
        {
            for (int row = 0; row < part.Rows; row++, done += part.Columns)
            {
                part.CopyRow(block, row, values.AsSpan(done, part.Columns));
            }
        }

        return values;
    }

    /// <summary>Writes its elements out of a block, in the order of a safetensors file, rounded to the nearest number of a type.</summary>
    /// <exception cref="InvalidOperationException">An element is finite, and the type has no finite number near it.</exception>
    public void Write(float* block, Stream stream, TensorDataType type = TensorDataType.Float32)
    {
        ushort[] narrow = type == TensorDataType.Float32 ? [] : new ushort[parts[0].Columns];
        float[] values = new float[parts[0].Columns];
        foreach (TensorPlace part in parts)
        {
            for (int row = 0; row < part.Rows; row++)
            {
                part.CopyRow(block, row, values);
                if (type == TensorDataType.Float32)
                {
                    SafetensorsWriter.WriteNumbers(stream, values);
                    continue;
                }

                Round(values, narrow, type);
                SafetensorsWriter.WriteNumbers(stream, narrow);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> has written into a block.</summary>
    /// <returns>Whether the stream had all of it.</returns>
    public bool TryRead(float* block, Stream stream)
    {
        float[] values = new float[parts[0].Columns];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        foreach (TensorPlace part in parts)
        {
            for (int row = 0; row < part.Rows; row++)
            {
                if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                {
                    return false;
                }

                SafetensorsWriter.ToOrFromLittleEndian(values);
                part.SetRow(block, row, values);
            }
        }

        return true;
    }

    private void Round(float[] values, ushort[] rounded, TensorDataType type)
    {
        fixed (float* from = values)
        fixed (ushort* to = rounded)
        {
            if (type == TensorDataType.BFloat16)
            {
                FloatConversion.ToBFloat16(from, to, values.Length);
            }
            else
            {
                FloatConversion.ToFloat16(from, to, values.Length);
            }

            long finite = FloatConversion.CountFinite((byte*)to, type, values.Length);
            if (finite < values.Length && float.IsFinite(values[finite]))
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"The tensor '{name}' holds {values[finite]}, which is beyond {type}. Save it as {nameof(TensorDataType.Float32)}."));
            }
        }
    }
}
