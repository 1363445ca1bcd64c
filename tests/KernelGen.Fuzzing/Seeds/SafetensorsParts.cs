using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using KernelGen.Execution;
using KernelGen.Tests.Reference;

namespace KernelGen.Fuzzing.Seeds;

/// <summary>One tensor as a header has it: every part is text, so that every part may lie.</summary>
internal sealed record TensorEntry(string Name, string Type, string[] Shape, byte[] Data)
{
    /// <summary>What the header says of the data instead of where it is; <see langword="null"/> is the truth.</summary>
    public string? Begin { get; init; }

    /// <inheritdoc cref="Begin"/>
    public string? End { get; init; }

    /// <summary>Further members, with a comma before each.</summary>
    public string Extra { get; init; } = "";
}

/// <summary>Puts safetensors files together from their parts.</summary>
internal static class SafetensorsParts
{
    /// <summary>The tensors of random weights for a model.</summary>
    public static List<TensorEntry> Of(ModelDescription model, string type) =>
        [.. RandomCheckpoint.Create(model).Select(tensor => Entry(tensor.Key, type, tensor.Value))];

    /// <summary>A file of the tensors, laid out one behind the other.</summary>
    /// <param name="entries">The tensors.</param>
    /// <param name="metadata">Members before the first tensor, with a comma after each.</param>
    public static byte[] Write(IReadOnlyList<TensorEntry> entries, string metadata = "")
    {
        var header = new StringBuilder("{").Append(metadata);
        long offset = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            TensorEntry entry = entries[i];
            header.Append(i == 0 ? "\"" : ",\"").Append(entry.Name).Append("\":{\"dtype\":\"").Append(entry.Type).Append("\",\"shape\":[").AppendJoin(',', entry.Shape)
                .Append("],\"data_offsets\":[").Append(entry.Begin ?? $"{offset}").Append(',').Append(entry.End ?? $"{offset + entry.Data.Length}").Append(']')
                .Append(entry.Extra).Append('}');
            offset += entry.Data.Length;
        }

        header.Append('}');
        return FromHeader(Encoding.Latin1.GetBytes(header.ToString()), [.. entries.Select(static entry => entry.Data)]);
    }

    /// <summary>A file of any header.</summary>
    public static byte[] FromHeader(ReadOnlySpan<byte> header, params ReadOnlySpan<byte[]> data)
    {
        int dataLength = 0;
        foreach (byte[] part in data)
        {
            dataLength += part.Length;
        }

        byte[] file = new byte[sizeof(long) + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file.AsSpan(sizeof(long)));
        int position = sizeof(long) + header.Length;
        foreach (byte[] part in data)
        {
            part.CopyTo(file, position);
            position += part.Length;
        }

        return file;
    }

    private static TensorEntry Entry(string name, string type, Tensor tensor)
    {
        byte[] data = type switch
        {
            "F32" => MemoryMarshal.AsBytes(tensor.Values.AsSpan()).ToArray(),
            "F16" => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(tensor.Values, static value => (Half)value)).ToArray(),
            _ => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(tensor.Values, static value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))).ToArray(),
        };
        return new TensorEntry(name, type, Array.ConvertAll(tensor.Shape, static size => $"{size}"), data);
    }
}
