using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// Writes <c>weights.bin</c>, the external data of a pair of ONNX graphs, as their <c>external_data.tsv</c> lays it out: name, type, shape, offset and
/// length of each tensor.
/// </summary>
internal static class ExternalData
{
    private const string Quantized = "_q";
    private const string Scale = "_scale";

    /// <summary>Writes the weights of a model.</summary>
    /// <param name="layout">The file <c>external_data.tsv</c>.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights as the graphs want them.</param>
    /// <exception cref="InvalidDataException">A tensor is unknown or has another size.</exception>
    public static void Write(string layout, string path, GraphWeights weights)
    {
        // The values and the scales of a quantised tensor are neighbours.
        (string Name, Int8Weights? Values) quantized = ("", null);
        using FileStream file = File.Create(path);
        foreach (string line in File.ReadLines(layout).Skip(1))
        {
            string[] fields = line.Split('\t');
            (string name, string type) = (fields[0], fields[1]);
            int[] shape = [.. fields[2].Split('x').Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];
            byte[] bytes;
            if (name.EndsWith(Quantized, StringComparison.Ordinal))
            {
                string original = name[..^Quantized.Length];
                quantized = (original, Quantize(original, type, shape, weights));
                bytes = type == "int8" ? Bytes<sbyte>(quantized.Values!.Transposed()) : quantized.Values!.Unsigned();
            }
            else if (name.EndsWith(Scale, StringComparison.Ordinal) && name[..^Scale.Length] == quantized.Name)
            {
                bytes = Bytes<float>(quantized.Values!.Scales);
            }
            else
            {
                bytes = Bytes<float>(weights[name]);
            }

            if (bytes.Length != long.Parse(fields[4], CultureInfo.InvariantCulture))
            {
                throw new InvalidDataException($"Tensor '{name}' of {layout} has {fields[4]} bytes; the model has {bytes.Length}.");
            }

            file.Position = long.Parse(fields[3], CultureInfo.InvariantCulture);
            file.Write(bytes);
        }
    }

    private static Int8Weights Quantize(string name, string type, int[] shape, GraphWeights weights) => (type, shape) switch
    {
        ("int8", [int inputs, _]) => new Int8Weights(weights[name], inputs, inputs),
        ("uint8", [_, int blocks, int block]) => new Int8Weights(weights[name], blocks * block, block),
        _ => throw new InvalidDataException($"Tensor '{name}' is quantised as {type} with {shape.Length} dimensions; expected int8 with 2 or uint8 with 3."),
    };

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
