using KernelGen.Execution;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A tensor of weights, row by row.</summary>
internal sealed record WeightTensor(string Name, int[] Shape, float[] Values);

/// <summary>
/// Random weights under the names of <c>torch.nn.Transformer</c>, such that generated tokens are not all the same: what a sublayer adds is small enough
/// for the residual stream to remember token and position, and the last norm turns the signs of its channels at random, so that a token is not drawn
/// to itself by the output projection, which is the embedding. The end token's embedding is zero: its logit is zero, too, which is never the highest of
/// so many random ones, so that every sentence has the same length.
/// </summary>
internal sealed class RandomWeights
{
    /// <summary>The standard deviation of a scaled embedding.</summary>
    private const double EmbeddingGain = 2;

    /// <summary>The standard deviation of what the last linear layer of a sublayer makes of inputs with standard deviation 1; of other layers it is 1.</summary>
    private const double SublayerGain = 0.5;

    private readonly List<WeightTensor> _tensors = [];
    private readonly int _seed;

    public RandomWeights(RandomCase random)
    {
        _seed = random.Seed;
        ModelDescription model = random.Model.Description;
        int width = model.ModelDimension;
        Add("target_embedding.weight", [model.TargetVocabularySize, width], 0, EmbeddingGain * Math.Sqrt(3.0 / width));
        this["target_embedding.weight"].Values.AsSpan(model.EndToken * width, width).Clear();
        for (int i = 0; i < model.EncoderLayers; i++)
        {
            string layer = $"encoder.layers.{i}.";
            AddAttention(layer + "self_attn.", width);
            AddFeedForward(layer, width, model.FeedForwardDimension);
            AddNorm(layer + "norm1", width);
            AddNorm(layer + "norm2", width);
        }

        for (int i = 0; i < model.DecoderLayers; i++)
        {
            string layer = $"decoder.layers.{i}.";
            AddAttention(layer + "self_attn.", width);
            AddAttention(layer + "multihead_attn.", width);
            AddFeedForward(layer, width, model.FeedForwardDimension);
            AddNorm(layer + "norm1", width);
            AddNorm(layer + "norm2", width);
            AddNorm(layer + "norm3", width, isLast: i == model.DecoderLayers - 1);
        }
    }

    public IReadOnlyList<WeightTensor> Tensors => _tensors;

    public WeightTensor this[string name] => _tensors.Find(tensor => tensor.Name == name)
        ?? throw new InvalidDataException($"The ONNX graphs need a tensor '{name}', which the model does not have.");

    private void AddAttention(string attention, int width)
    {
        AddLinear(attention + "in_proj_weight", attention + "in_proj_bias", 3 * width, width);
        AddLinear(attention + "out_proj.weight", attention + "out_proj.bias", width, width, SublayerGain);
    }

    private void AddFeedForward(string layer, int width, int hidden)
    {
        AddLinear(layer + "linear1.weight", layer + "linear1.bias", hidden, width);
        AddLinear(layer + "linear2.weight", layer + "linear2.bias", width, hidden, SublayerGain);
    }

    private void AddNorm(string norm, int width, bool isLast = false)
    {
        Add(norm + ".weight", [width], isLast ? 0 : 1, isLast ? Math.Sqrt(3) : 0.1);
        Add(norm + ".bias", [width], 0, 0.1);
    }

    private void AddLinear(string weight, string bias, int outputs, int inputs, double gain = 1)
    {
        Add(weight, [outputs, inputs], 0, gain * Math.Sqrt(3.0 / inputs));
        Add(bias, [outputs], 0, 0.1);
    }

    /// <summary>Adds a tensor whose values are uniform within a bound around a mean.</summary>
    private void Add(string name, int[] shape, double mean, double bound)
    {
        var random = new Random((_seed * 1000) + _tensors.Count);
        float[] values = new float[shape.Aggregate(1, static (product, size) => product * size)];
        float lowest = (float)(mean - bound);
        float range = (float)(2 * bound);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = lowest + (range * random.NextSingle());
        }

        _tensors.Add(new WeightTensor(name, shape, values));
    }
}
