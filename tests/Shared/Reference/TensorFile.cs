using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace KernelGen.Tests.Reference;

/// <summary>
/// Reads and writes safetensors: eight bytes that give the length of a JSON header, the header, the data. It trusts its files; the runtime's own
/// reader, which does not, is not used here, so that it is no part of the oracle.
/// </summary>
internal static class TensorFile
{
    public static Dictionary<string, Tensor> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var tensors = new Dictionary<string, Tensor>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                continue;
            }

            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt32())];
            int begin = entry.Value.GetProperty("data_offsets")[0].GetInt32();
            int end = entry.Value.GetProperty("data_offsets")[1].GetInt32();
            ReadOnlySpan<byte> data = file.AsSpan(8 + headerLength)[begin..end];
            string type = entry.Value.GetProperty("dtype").GetString()!;
            float[] values = type switch
            {
                "F32" => MemoryMarshal.Cast<byte, float>(data).ToArray(),
                "I32" => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(data).ToArray(), static number => (float)number),
                "F16" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(data).ToArray(), static half => (float)half),
                _ => throw new NotSupportedException($"{path}: '{entry.Name}' is of type {type}."),
            };
            tensors.Add(entry.Name, new Tensor(shape, values));
        }

        return tensors;
    }

    public static MemoryStream Write(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var header = new StringBuilder("{");
        long offset = 0;
        foreach ((string name, Tensor tensor) in tensors)
        {
            long end = offset + (sizeof(float) * tensor.Values.LongLength);
            header.Append(header.Length == 1 ? "" : ",")
                .Append($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        header.Append('}').Append(' ', (8 - (header.Length % 8)) % 8);
        var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(header.ToString()));
        foreach (Tensor tensor in tensors.Values)
        {
            stream.Write(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }

        stream.Position = 0;
        return stream;
    }
}
