using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>
/// Counts a model's arithmetic and its bytes of weights from its dimensions: matrix products, in linear layers and in attention. What goes with a row
/// alone (norms, softmax, activations, biases) is not counted: the limit is that of the products.
/// </summary>
internal sealed class ModelCosts
{
    private readonly ModelDescription _model;
    private readonly WeightPrecision _precision;

    /// <param name="model">The model.</param>
    /// <param name="precision">What its linear layers compute in; attention is always in float32.</param>
    public ModelCosts(ModelDescription model, WeightPrecision precision) => (_model, _precision) = (model, precision);

    /// <summary>The bytes of weights that one decoding step reads.</summary>
    public double DecodingBytes => DecodingStep(1, 1, 1).Sum(static work => work.WeightBytes);

    private int Width => _model.ModelDimension;

    private int HeadsWidth => _model.Heads * _model.HeadDimension;

    /// <summary>Where some layers have 4-bit weights, these count as if all had them but for the output projection and what reads sounds; each 32 share a scale of two bytes.</summary>
    private double BytesPerWeight(bool mayHaveFourBits) => _precision switch
    {
        WeightPrecision.Int4 when mayHaveFourBits && Int8Layout.For(Width, hasLargeInputs: false) == Int8Layout.Bytes => ((Int4Layout.Group / 2.0) + Int4Layout.ScaleBytes) / Int4Layout.Group,
        WeightPrecision.Int8 or WeightPrecision.Int4 => sizeof(sbyte),
        WeightPrecision.BFloat16 => sizeof(ushort),
        _ => sizeof(float),
    };

    /// <summary>A linear layer over rows.</summary>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="mayHaveFourBits">Whether it is a layer of a sublayer.</param>
    public Work Linear(int inputs, int outputs, int rows, bool mayHaveFourBits = true)
    {
        double weights = (double)inputs * outputs;
        return new Work(2 * rows * weights, BytesPerWeight(mayHaveFourBits) * weights, _precision == WeightPrecision.Int4 ? WeightPrecision.Int8 : _precision);
    }

    /// <summary>Attention of rows that see so many positions each: scores and weighted sum. Keys and values are no weights.</summary>
    public Work Attention(int rows, int visible) => new(4.0 * rows * visible * HeadsWidth, 0, WeightPrecision.Float32);

    /// <summary>One encoder layer over sources of one length: queries, keys and values, attention and its output projection, the feed-forward block.</summary>
    public IEnumerable<Work> EncoderLayer(int sources, int length) =>
    [
        Linear(Width, 3 * HeadsWidth, sources * length),
        Attention(sources * length, length),
        Linear(HeadsWidth, Width, sources * length),
        .. FeedForward(sources * length),
    ];

    /// <summary>The bytes of keys and values of one source that one decoding step attends to, which are always float32.</summary>
    public double SourceCacheBytes(int length) => (double)_model.DecoderLayers * 2 * length * HeadsWidth * sizeof(float);

    /// <summary>The convolutions of a source that is audio, the encoder, and the keys and values that it leaves for each decoder layer.</summary>
    public IEnumerable<Work> Encoding(int sources, int length) =>
    [
        .. Convolutions(sources, length),
        .. Enumerable.Repeat(EncoderLayer(sources, length), _model.EncoderLayers).SelectMany(static layer => layer),
        .. Enumerable.Repeat(Linear(Width, 2 * HeadsWidth, sources * length), _model.DecoderLayers),
    ];

    /// <summary>The next token of each of some sequences: a layer attends to itself, then with a query projection to the source; last comes the output projection.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="sourceLength">The tokens of each source.</param>
    /// <param name="visible">The target tokens that are visible, the last one included.</param>
    public IEnumerable<Work> DecodingStep(int sequences, int sourceLength, int visible)
    {
        IEnumerable<Work> layer =
        [
            Linear(Width, 3 * HeadsWidth, sequences),
            Attention(sequences, visible),
            Linear(HeadsWidth, Width, sequences),
            Linear(Width, HeadsWidth, sequences),
            Attention(sequences, sourceLength),
            Linear(HeadsWidth, Width, sequences),
            .. FeedForward(sequences),
        ];
        return [.. Enumerable.Repeat(layer, _model.DecoderLayers).SelectMany(static work => work), Linear(Width, _model.TargetVocabularySize, sequences, mayHaveFourBits: false)];
    }

    /// <summary>Greedy generation.</summary>
    /// <param name="batch">The sources.</param>
    /// <param name="sourceLength">The tokens of each.</param>
    /// <param name="targetLength">The tokens that are decoded from each.</param>
    public IEnumerable<Work> Generation(int batch, int sourceLength, int targetLength) =>
    [
        .. Encoding(batch, sourceLength),
        .. Enumerable.Range(1, targetLength).SelectMany(visible => DecodingStep(batch, sourceLength, visible)),
    ];

    /// <summary>One step of training: what a forward pass multiplies, and twice as much on the way back, where each product has two gradients.</summary>
    /// <param name="pairs">The pairs of a batch.</param>
    /// <param name="sourceLength">The tokens of each source.</param>
    /// <param name="targetLength">The tokens of each target; a token sees half of them.</param>
    public IEnumerable<Work> TrainingStep(int pairs, int sourceLength, int targetLength) =>
        Enumerable.Repeat(Encoding(pairs, sourceLength).Concat(DecodingStep(pairs * targetLength, sourceLength, (targetLength + 1) / 2)), 3).SelectMany(static pass => pass);

    private IEnumerable<Work> Convolutions(int sources, int length)
    {
        var frontEnd = FrontEnd.Of(_model);
        for (int i = 0; i < frontEnd.Convolutions.Count; i++)
        {
            Convolution convolution = frontEnd.Convolutions[i];
            yield return Linear(convolution.Inputs, (int)convolution.Outputs.Size, sources * frontEnd.MostRows(length, i + 1), mayHaveFourBits: false);
        }
    }

    private IEnumerable<Work> FeedForward(int rows) => [Linear(Width, (_model.GatedFeedForward ? 2 : 1) * _model.FeedForwardDimension, rows), Linear(_model.FeedForwardDimension, Width, rows)];
}
