using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen.Checkpoints;

/// <summary>Writes tensors as a safetensors file: first the header, for which all must be known, then their numbers in the same order.</summary>
internal static class SafetensorsWriter
{
    /// <summary>The data begins at a multiple of so many bytes, as the official library has it.</summary>
    private const int Alignment = 8;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="tensors">The name, of letters, digits, dots and underscores, and the shape of each tensor.</param>
    /// <param name="type">How their numbers are written: single, half or bfloat16 precision.</param>
    public static void WriteHeader(Stream stream, IEnumerable<(string Name, long[] Shape)> tensors, TensorDataType type = TensorDataType.Float32)
    {
        // Hugging Face's libraries ask what wrote a file, and take it as PyTorch's.
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        string typeName = TensorDataTypes.NameOf(type);
        long offset = 0;
        foreach ((string name, long[] shape) in tensors)
        {
            long end = TensorDataTypes.SizeOf(type);
            foreach (long size in shape)
            {
                end *= size;
            }

            end += offset;
            header.Append(CultureInfo.InvariantCulture, $",\"{name}\":{{\"dtype\":\"{typeName}\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        header.Append('}').Append(' ', (Alignment - ((header.Length + 1) % Alignment)) % Alignment);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(header.ToString()));
    }

    /// <summary>Writes numbers of a tensor, those that follow the numbers written before.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="numbers">The numbers. Their bytes are turned round on a big-endian machine.</param>
    public static void WriteNumbers(Stream stream, Span<float> numbers)
    {
        ToOrFromLittleEndian(numbers);
        stream.Write(MemoryMarshal.AsBytes(numbers));
    }

    /// <summary>Writes numbers of 16 bits of a tensor, those that follow the numbers written before.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="numbers">The bits of the numbers. Their bytes are turned round on a big-endian machine.</param>
    public static void WriteNumbers(Stream stream, Span<ushort> numbers)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        }

        stream.Write(MemoryMarshal.AsBytes(numbers));
    }

    /// <summary>Turns the bytes of each number round on a big-endian machine.</summary>
    public static void ToOrFromLittleEndian(Span<float> numbers)
    {
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(numbers);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }
}
