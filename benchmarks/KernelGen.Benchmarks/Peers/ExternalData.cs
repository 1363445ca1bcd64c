using System.Globalization;
using System.Runtime.InteropServices;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// Writes <c>weights.bin</c>, the external data of a pair of ONNX graphs, as their <c>external_data.tsv</c> lays it out: name, type, shape, offset and
/// length of each tensor.
/// </summary>
internal static class ExternalData
{
    private const string Quantized = "_q";
    private const string Scale = "_scale";

    /// <summary>The rows of the position table in the graphs.</summary>
    private const int Positions = 512;

    /// <summary>Writes the weights of a model.</summary>
    /// <param name="layout">The file <c>external_data.tsv</c>.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidDataException">A tensor is unknown or has another size.</exception>
    public static void Write(string layout, string path, RandomWeights weights, ModelDescription model)
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
                quantized = (original, Quantize(original, type, shape, weights, model));
                bytes = type == "int8" ? Bytes<sbyte>(quantized.Values!.Transposed()) : quantized.Values!.Unsigned();
            }
            else if (name.EndsWith(Scale, StringComparison.Ordinal) && name[..^Scale.Length] == quantized.Name)
            {
                bytes = Bytes<float>(quantized.Values!.Scales);
            }
            else
            {
                bytes = Bytes(Find(name, weights, model));
            }

            if (bytes.Length != long.Parse(fields[4], CultureInfo.InvariantCulture))
            {
                throw new InvalidDataException($"Tensor '{name}' of {layout} has {fields[4]} bytes; the model has {bytes.Length}.");
            }

            file.Position = long.Parse(fields[3], CultureInfo.InvariantCulture);
            file.Write(bytes);
        }
    }

    private static Int8Weights Quantize(string name, string type, int[] shape, RandomWeights weights, ModelDescription model) => (type, shape) switch
    {
        ("int8", [int inputs, _]) => new Int8Weights(Find(name, weights, model), inputs, inputs),
        ("uint8", [_, int blocks, int block]) => new Int8Weights(Find(name, weights, model), blocks * block, block),
        _ => throw new InvalidDataException($"Tensor '{name}' is quantised as {type} with {shape.Length} dimensions; expected int8 with 2 or uint8 with 3."),
    };

    /// <summary>The weights under the name that the graphs use, linear layers as <c>[outputs, inputs]</c>.</summary>
    private static ReadOnlySpan<float> Find(string name, RandomWeights weights, ModelDescription model) => name switch
    {
        "pos_encoding" => PositionTable(model.ModelDimension),
        "shared.weight" or "shared_proj.weight" => weights["target_embedding.weight"].Values,
        _ when name.Contains(".in_proj.", StringComparison.Ordinal) => weights[name.Replace(".in_proj.", ".in_proj_", StringComparison.Ordinal)].Values,
        _ when name.Contains(".q_proj.", StringComparison.Ordinal) => Part(name, ".q_proj.", 0, weights),
        _ when name.Contains(".k_proj.", StringComparison.Ordinal) => Part(name, ".k_proj.", 1, weights),
        _ when name.Contains(".v_proj.", StringComparison.Ordinal) => Part(name, ".v_proj.", 2, weights),
        _ => weights[name].Values,
    };

    /// <summary>Query, key or value: a third of the rows of the projection that computes all three.</summary>
    private static ReadOnlySpan<float> Part(string name, string projection, int part, RandomWeights weights)
    {
        float[] whole = weights[name.Replace(projection, ".in_proj_", StringComparison.Ordinal)].Values;
        int length = whole.Length / 3;
        return whole.AsSpan(part * length, length);
    }

    /// <summary>Sines in even columns, cosines in odd ones, of <c>position / 10000^(2i / width)</c>.</summary>
    private static float[] PositionTable(int width)
    {
        float[] table = new float[Positions * width];
        for (int position = 0; position < Positions; position++)
        {
            for (int column = 0; column < width; column += 2)
            {
                (double sine, double cosine) = Math.SinCos(position / Math.Pow(10000, (double)column / width));
                table[(position * width) + column] = (float)sine;
                table[(position * width) + column + 1] = (float)cosine;
            }
        }

        return table;
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
