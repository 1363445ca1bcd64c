using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// Random weights under the names of a model's family, such that generated tokens are not all the same: what a sublayer adds is small enough for the
/// residual stream to remember token and position, and the last norm turns the signs of its channels at random, so that a token is not drawn to itself by
/// an output projection that is the embedding. The end token's row of the output projection is zero: its logit is zero, too, which is never the highest of
/// so many random ones, so that every sentence has the same length. Both sides have one embedding.
/// </summary>
internal sealed class RandomWeights
{
    /// <summary>The standard deviation of a scaled embedding, and of logits.</summary>
    private const double EmbeddingGain = 2;

    /// <summary>The standard deviation of what the last linear layer of a sublayer makes of inputs with standard deviation 1; of other layers it is 1.</summary>
    private const double SublayerGain = 0.5;

    /// <summary>How far biases are from 0 at most, and weights of norms from 1.</summary>
    private const double SmallBound = 0.1;

    /// <summary>How far learned positions are from 0, compared with embeddings: less, so that they do not draw every target the same way.</summary>
    private const double PositionGain = 0.5;

    private readonly List<WeightTensor> _tensors = [];
    private readonly ModelDescription _model;
    private readonly int _seed;

    public RandomWeights(RandomCase random)
        : this(random.Model.Description, random.Seed)
    {
    }

    /// <param name="model">The model.</param>
    /// <param name="seed">Of the numbers.</param>
    public RandomWeights(ModelDescription model, int seed)
    {
        (_model, _seed) = (model, seed);
        foreach (ModelTensor tensor in ModelRecipe.Of(_model).Tensors)
        {
            TensorName name = WeightNames.Of(tensor, _model);
            if (tensor is { Role: TensorRole.Embedding, Stack: Stack.Decoder } && !_model.IsSpeech)
            {
                if (name.Weight != Embedding.Name)
                {
                    _tensors.Add(Embedding with { Name = name.Weight, StoredIn = name.Weight });
                }
            }
            else if (tensor.Role != TensorRole.Output || !_model.TieEmbeddings)
            {
                Add(tensor, name);
            }
        }
    }

    /// <summary>The embedding of both sides; of a model of speech, whose source has none, that of the target.</summary>
    public WeightTensor Embedding { get; private set; } = null!;

    /// <summary>The tensors of a checkpoint.</summary>
    public IEnumerable<WeightTensor> Checkpoint => _tensors.GroupBy(static tensor => tensor.StoredIn, static (name, parts) => parts.Aggregate((first, second) =>
        new WeightTensor(name, [first.Shape[0] + second.Shape[0], .. first.Shape[1..]], [.. first.Values, .. second.Values])));

    public WeightTensor this[string name] => _tensors.Find(tensor => tensor.Name == name)
        ?? throw new InvalidDataException($"The ONNX graphs need a tensor '{name}', which the model does not have.");

    private void Add(ModelTensor tensor, TensorName name)
    {
        (int rows, int columns) = ((int)tensor.Rows.Size, (int)tensor.Columns.Size);
        (double mean, double bound) = MeanAndBound(tensor);
        Add(name.Weight, name.Part, tensor.IsNorm ? [columns] : tensor.Taps > 1 ? [rows, columns, tensor.Taps] : [rows, columns], mean, bound);
        if (tensor.Role == TensorRole.Embedding)
        {
            Embedding = _tensors[^1];
        }

        if (tensor.Role == (_model.TieEmbeddings ? TensorRole.Embedding : TensorRole.Output))
        {
            _tensors[^1].Values.AsSpan(_model.EndToken * columns, columns).Clear();
        }

        if (tensor.BiasLength > 0)
        {
            Add(name.Bias!, name.Part, [(int)tensor.BiasLength], 0, SmallBound * ResidualScale(tensor));
        }
    }

    /// <summary>Adds a tensor whose values are uniform within a bound around a mean.</summary>
    private void Add(string name, int part, int[] shape, double mean, double bound)
    {
        var random = new Random((_seed * 1000) + _tensors.Count);
        float[] values = new float[shape.Aggregate(1, static (product, size) => product * size)];
        float lowest = (float)(mean - bound);
        float range = (float)(2 * bound);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = lowest + (range * random.NextSingle());
        }

        _tensors.Add(new WeightTensor(WeightNames.OfPart(name, part), shape, values) { StoredIn = name });
    }

    private (double Mean, double Bound) MeanAndBound(ModelTensor tensor)
    {
        double perInput = 1 / Math.Sqrt(tensor.Columns.Size * tensor.Taps);
        return tensor.Role switch
        {
            TensorRole.Embedding => (0, BoundOf(_model.ScaleEmbedding || _model.IsSpeech ? EmbeddingGain * perInput : EmbeddingGain)),
            TensorRole.Output => (0, BoundOf(EmbeddingGain * perInput)),
            TensorRole.PositionBias => (0, BoundOf(1)),
            TensorRole.Positions => (0, BoundOf(PositionGain * (tensor.Stack == Stack.Decoder ? EmbeddingGain * perInput : 1))),
            TensorRole.GroupNorm => (1, SmallBound),
            TensorRole.Norm or TensorRole.FinalNorm => IsLastNorm(tensor) ? (0, BoundOf(1)) : (1, SmallBound),
            TensorRole.AttentionOutput or TensorRole.Contract => (0, BoundOf(SublayerGain * perInput * ResidualScale(tensor))),

            // Where scores are not scaled, queries are small by themselves.
            TensorRole.Query when !_model.ScaleScores => (0, BoundOf(perInput / Math.Sqrt(_model.HeadDimension))),
            _ => (0, BoundOf(perInput)),
        };
    }

    /// <summary>
    /// How small the residual stream is, to which a tensor adds. Models of speech do not scale their embeddings, which are the output projection, too: the decoder's stream is as
    /// small as they are.
    /// </summary>
    private double ResidualScale(ModelTensor tensor) =>
        _model.IsSpeech && tensor is { Stack: Stack.Decoder, Role: TensorRole.AttentionOutput or TensorRole.Contract } ? 1 / Math.Sqrt(_model.ModelDimension) : 1;

    private bool IsLastNorm(ModelTensor norm) => norm.Stack == Stack.Decoder && (_model.FinalNorm
        ? norm.Role == TensorRole.FinalNorm
        : norm.Layer == _model.DecoderLayers - 1 && norm.Sublayer!.Operation is FeedForwardOperation);

    /// <summary>The bound of uniform numbers around 0 that have a standard deviation.</summary>
    private static double BoundOf(double deviation) => Math.Sqrt(3) * deviation;
}
