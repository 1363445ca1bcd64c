using KernelGen.Checkpoints;

namespace KernelGen.Samples.Nearest;

/// <summary>
/// The encoder of the translator in samples/Translate, put together by hand: a Transformer of three layers, each of self-attention and a feed-forward block with a norm after each, and a norm at the end
/// (Vaswani et al. 2017). Weights are read from the translator's file by their names.
/// </summary>
internal sealed class Encoder : IDisposable
{
    public const int Dimension = 256;
    private const int FeedForward = 512;
    private const int LayerCount = 3;

    private readonly float[] _embedding;
    private readonly float[] _positions = Positions();
    private readonly Layer[] _layers;
    private readonly Norm _finalNorm;

    /// <summary>Reads the weights.</summary>
    /// <param name="file">The translator's checkpoint.</param>
    /// <param name="precision">How to store them.</param>
    public Encoder(Checkpoint file, WeightPrecision precision = WeightPrecision.Float32)
    {
        _embedding = Read(file, "source_embedding.weight", EncoderKernels.Tokens * Dimension);
        _layers = [.. Enumerable.Range(0, LayerCount).Select(layer => new Layer(file, $"transformer.encoder.layers.{layer}.", precision))];
        _finalNorm = new Norm(file, "transformer.encoder.norm");
    }

    /// <summary>A row for each token, <c>[tokens, 256]</c>: what it means where it stands.</summary>
    public float[] Encode(ReadOnlySpan<int> tokens)
    {
        float[] hidden = new float[tokens.Length * Dimension];
        EncoderKernels.Embed(tokens, _embedding, _positions, hidden);
        var buffers = new Buffers(tokens.Length);
        foreach (Layer layer in _layers)
        {
            layer.Run(hidden, buffers);
        }

        EncoderKernels.Normalize(hidden, _finalNorm.Scale, _finalNorm.Shift, hidden);
        return hidden;
    }

    public void Dispose() => Array.ForEach(_layers, static layer => layer.Dispose());

    /// <summary>What a sentence means: the mean of its rows, with the length 1, so that the product of two is the cosine of the angle between them.</summary>
    public float[] Meaning(ReadOnlySpan<int> tokens)
    {
        float[] mean = new float[Dimension];
        foreach (float[] row in Encode(tokens).Chunk(Dimension))
        {
            for (int i = 0; i < Dimension; i++)
            {
                mean[i] += row[i];
            }
        }

        float length = MathF.Sqrt(mean.Sum(static value => value * value));
        return [.. mean.Select(value => value / length)];
    }

    private sealed class Layer(Checkpoint file, string name, WeightPrecision precision) : IDisposable
    {
        private readonly PackedLinear _query = Pack(file, name + "self_attn.in_proj_", part: 0, Dimension, Dimension, precision);
        private readonly PackedLinear _key = Pack(file, name + "self_attn.in_proj_", part: 1, Dimension, Dimension, precision);
        private readonly PackedLinear _value = Pack(file, name + "self_attn.in_proj_", part: 2, Dimension, Dimension, precision);
        private readonly PackedLinear _attended = Pack(file, name + "self_attn.out_proj.", part: 0, Dimension, Dimension, precision);
        private readonly PackedLinear _expand = Pack(file, name + "linear1.", part: 0, Dimension, FeedForward, precision);
        private readonly PackedLinear _contract = Pack(file, name + "linear2.", part: 0, FeedForward, Dimension, precision);
        private readonly Norm _attentionNorm = new(file, name + "norm1");
        private readonly Norm _feedForwardNorm = new(file, name + "norm2");

        public void Run(Span<float> hidden, Buffers buffers)
        {
            EncoderKernels.Project(hidden, _query, buffers.Queries);
            EncoderKernels.Project(hidden, _key, buffers.Keys);
            EncoderKernels.Project(hidden, _value, buffers.Values);
            EncoderKernels.Attend(buffers.Queries, buffers.Keys, buffers.Values, buffers.Attended);
            EncoderKernels.AddProjection(buffers.Attended, _attended, hidden, buffers.Sum);
            EncoderKernels.Normalize(buffers.Sum, _attentionNorm.Scale, _attentionNorm.Shift, hidden);

            EncoderKernels.Expand(hidden, _expand, buffers.Wide);
            EncoderKernels.AddContraction(buffers.Wide, _contract, hidden, buffers.Sum);
            EncoderKernels.Normalize(buffers.Sum, _feedForwardNorm.Scale, _feedForwardNorm.Shift, hidden);
        }

        public void Dispose() => Array.ForEach([_query, _key, _value, _attended, _expand, _contract], static weights => weights.Dispose());
    }

    private sealed class Norm(Checkpoint file, string name)
    {
        public float[] Scale { get; } = Read(file, name + ".weight", Dimension);

        public float[] Shift { get; } = Read(file, name + ".bias", Dimension);
    }

    /// <summary>What the layers write, one after another.</summary>
    private sealed class Buffers(int tokens)
    {
        public float[] Queries { get; } = new float[tokens * Dimension];

        public float[] Keys { get; } = new float[tokens * Dimension];

        public float[] Values { get; } = new float[tokens * Dimension];

        public float[] Attended { get; } = new float[tokens * Dimension];

        public float[] Sum { get; } = new float[tokens * Dimension];

        public float[] Wide { get; } = new float[tokens * FeedForward];
    }

    /// <summary>A linear layer, or one of several whose weights lie in one tensor.</summary>
    private static PackedLinear Pack(Checkpoint file, string name, int part, int inputs, int outputs, WeightPrecision precision)
    {
        float[] weight = Read(file, name + "weight"), bias = Read(file, name + "bias");
        return PackedLinear.Pack(weight.AsSpan(part * inputs * outputs, inputs * outputs), bias.AsSpan(part * outputs, outputs), inputs, outputs, precision);
    }

    private static float[] Read(Checkpoint file, string name, int? length = null)
    {
        TensorInfo tensor = file.Tensors[name];
        long count = 1;
        foreach (long size in tensor.Shape)
        {
            count *= size;
        }

        float[] values = new float[length ?? checked((int)count)];
        tensor.CopyTo(values);
        return values;
    }

    /// <summary>Sines and cosines in turns, of angles that a position more makes larger.</summary>
    private static float[] Positions()
    {
        float[] positions = new float[EncoderKernels.MaxLength * Dimension];
        for (int i = 0; i < positions.Length; i++)
        {
            int column = i % Dimension;
            double angle = i / Dimension / Math.Pow(10000, (column - (column % 2)) / (double)Dimension);
            positions[i] = (float)(column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
        }

        return positions;
    }
}
