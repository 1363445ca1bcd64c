using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// Random weights as ONNX graphs want them: under their names, linear layers as <c>[outputs, inputs]</c>, query, key and value projections one behind the
/// other, with factors that the graphs leave to their weights, and positions as tables.
/// </summary>
/// <param name="weights">The weights.</param>
/// <param name="model">Their model.</param>
internal sealed class GraphWeights(RandomWeights weights, ModelDescription model)
{
    /// <summary>The positions that the graphs' tables have room for.</summary>
    private const int Positions = 512;

    private const string Prefix = "model.";

    /// <summary>What stands in the place of query, key and value where a graph has them in one.</summary>
    private static readonly string[] Joined = [".in_proj.", ".qkv."];

    /// <summary>The numbers of a tensor.</summary>
    /// <param name="name">What the graphs call it.</param>
    /// <exception cref="InvalidDataException">The model has no such tensor.</exception>
    public float[] this[string name] => name switch
    {
        "pos_encoding" => PositionTable(),
        "encoder.position_bias" => PositionBias(Stack.Encoder),
        "decoder.position_bias" => PositionBias(Stack.Decoder),
        "shared.weight" or "shared_proj.weight" or "embed_tokens_proj.weight" => weights.Embedding.Values,
        "decoder.final_layer_norm.weight" when model.ScaleOutput => Divided(weights[name].Values, model.ModelDimension),
        _ when name.StartsWith(Prefix, StringComparison.Ordinal) => this[name[Prefix.Length..]],
        _ when model.Architecture == Architecture.Whisper && name.EndsWith(".k_proj.bias", StringComparison.Ordinal) => new float[model.ModelDimension],
        _ when Array.Find(Joined, name.Contains) is { } joined => [.. Part(name, joined, "q"), .. Part(name, joined, "k"), .. Part(name, joined, "v")],
        _ when IsScaledQuery(name) => Divided(weights[name].Values, model.HeadDimension),
        _ => weights[name].Values,
    };

    /// <summary>The query, key or value projection of a tensor that has all of them.</summary>
    private float[] Part(string name, string joined, string part) =>
        this[name.Replace(joined, model.Architecture == Architecture.T5 ? $".{part}." : $".{part}_proj.", StringComparison.Ordinal)];

    /// <summary>Whether scores are scaled by the query projection: only the graphs of <c>torch.nn.Transformer</c> do it themselves.</summary>
    private bool IsScaledQuery(string name) => model.ScaleScores && model.Architecture != Architecture.Vanilla && name.Contains(".q_proj.", StringComparison.Ordinal);

    /// <summary>The numbers, each divided by the square root of a dimension.</summary>
    private static float[] Divided(float[] values, int dimension) => Array.ConvertAll(values, value => (float)(value / Math.Sqrt(dimension)));

    /// <summary>
    /// Sines and cosines of <c>position / 10000^(2i / width)</c>, in turns; or, as fairseq has them, first all sines and then all cosines, of exponents up to 1.
    /// </summary>
    private float[] PositionTable()
    {
        int width = model.ModelDimension, half = width / 2;
        bool isSplit = model.PositionalEncoding == PositionalEncoding.SinusoidalFairseq;
        float[] table = new float[Positions * width];
        for (int row = 0; row < Positions; row++)
        {
            for (int i = 0; i < half; i++)
            {
                double exponent = isSplit ? i / (half - 1.0) : 2.0 * i / width;
                (double sine, double cosine) = Math.SinCos((row + model.PositionOffset) / Math.Pow(10000, exponent));
                (int first, int second) = isSplit ? (i, half + i) : (2 * i, (2 * i) + 1);
                table[(row * width) + first] = (float)sine;
                table[(row * width) + second] = (float)cosine;
            }
        }

        return table;
    }

    /// <summary>For each head, what is added to the score of each key: for all queries of the encoder; for the last one of the decoder, which is the last column.</summary>
    private float[] PositionBias(Stack stack)
    {
        bool isEncoder = stack == Stack.Encoder;
        float[] buckets = weights[Family.Of(model.Architecture).PositionBias(stack, "")].Values;
        var table = new List<float>();
        for (int head = 0; head < model.Heads; head++)
        {
            for (int query = isEncoder ? 0 : Positions - 1; query < Positions; query++)
            {
                for (int key = 0; key < Positions; key++)
                {
                    int bucket = RelativePositions.Bucket(key - query, isEncoder, model.RelativePositionBuckets, model.RelativePositionDistance);
                    table.Add(buckets[(bucket * model.Heads) + head]);
                }
            }
        }

        return [.. table];
    }
}
