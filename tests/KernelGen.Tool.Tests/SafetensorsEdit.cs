using System.Text;
using System.Text.Json.Nodes;

namespace KernelGen.Tool.Tests;

/// <summary>Writes safetensors files that differ in little from others.</summary>
internal static class SafetensorsEdit
{
    private const int PrefixLength = 8;

    /// <summary>A copy of a file with a further float32 tensor, of zeros.</summary>
    /// <returns>The path of the copy.</returns>
    public static string AddTensor(string file, string copy, string name, int[] shape, (string Old, string New)? renamed = null)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int headerLength = (int)BitConverter.ToInt64(bytes);
        JsonObject header = JsonNode.Parse(bytes.AsSpan(PrefixLength, headerLength))!.AsObject();
        if (renamed is (string old, string changed))
        {
            JsonNode tensor = header[old]!.DeepClone();
            header.Remove(old);
            header[changed] = tensor;
        }

        ReadOnlySpan<byte> data = bytes.AsSpan(PrefixLength + headerLength);
        int length = shape.Aggregate(sizeof(float), static (product, size) => product * size);
        header[name] = new JsonObject
        {
            ["dtype"] = "F32",
            ["shape"] = new JsonArray([.. shape.Select(static size => JsonValue.Create(size))]),
            ["data_offsets"] = new JsonArray(data.Length, data.Length + length),
        };
        byte[] written = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(copy, [.. BitConverter.GetBytes((long)written.Length), .. written, .. data, .. new byte[length]]);
        return copy;
    }
}
