using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Writes float32 tensors as a safetensors file: the length of the header, the header as JSON, the values.</summary>
internal static class SafetensorsWriter
{
    public static void Write(string path, IEnumerable<WeightTensor> tensors)
    {
        WeightTensor[] all = [.. tensors];
        var header = new JsonObject();
        long offset = 0;
        foreach (WeightTensor tensor in all)
        {
            long end = offset + (sizeof(float) * (long)tensor.Values.Length);
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(static size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        byte[] json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using FileStream file = File.Create(path);
        file.Write(length);
        file.Write(json);
        foreach (WeightTensor tensor in all)
        {
            file.Write(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }
    }
}
