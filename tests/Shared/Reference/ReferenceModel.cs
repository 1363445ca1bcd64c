using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>
/// A whole encoder-decoder forward pass in double precision, from the tensors as they stand in the checkpoint: an oracle that shares no code with
/// the runtime, for models of any weights.
/// </summary>
internal sealed class ReferenceModel
{
    private readonly ModelDescription _model;
    private readonly TensorNames _names;
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;
    private readonly Dictionary<string, double[]> _wide = [];

    public ReferenceModel(ModelDescription model, IReadOnlyDictionary<string, Tensor> tensors)
    {
        _model = model;
        _names = new TensorNames(model, separateTables: !tensors.ContainsKey(new TensorNames(model).SourceEmbedding), hasHead: tensors.ContainsKey("lm_head.weight"));
        _tensors = tensors;
    }

    /// <summary>Changes one number of a tensor, by less than single precision may show.</summary>
    public void Change(string tensor, int element, double by) => Values(tensor)[element] += by;

    /// <summary>The encoder output, a row for each source token.</summary>
    public double[][] Encode(ReadOnlySpan<int> source) => Encode(source, visitSelfAttention: null);

    private double[][] Encode(ReadOnlySpan<int> source, Action<double[]>? visitSelfAttention) => Encode(Embed(source, Stack.Encoder), visitSelfAttention);

    private double[][] Encode(double[][] hidden, Action<double[]>? visitSelfAttention)
    {
        for (int layer = 0; layer < _model.EncoderLayers; layer++)
        {
            string attention = _names.SelfAttention(Stack.Encoder, layer);
            hidden = Sublayer(hidden, _names.SelfAttentionNorm(Stack.Encoder, layer), x => Attention(attention, x, x, isCausal: false, Stack.Encoder, visitSelfAttention));
            hidden = FeedForward(hidden, Stack.Encoder, layer);
        }

        return _model.FinalNorm ? Norm(hidden, _names.FinalNorm(Stack.Encoder)) : hidden;
    }

    /// <summary>The logits of every position of a target, which begins with the start token.</summary>
    public double[][] Logits(ReadOnlySpan<int> source, ReadOnlySpan<int> target) => Project(Decode(Encode(source), target));

    /// <summary>The same of a source that is audio, <c>[frames, channels]</c>, row by row.</summary>
    public double[][] Logits(ReadOnlySpan<float> frames, ReadOnlySpan<int> target)
    {
        double[][] rows = [.. frames.ToArray().Chunk(_model.SourceChannels).Select(static frame => Array.ConvertAll(frame, static value => (double)value))];
        rows = Convolve(Convolve(rows, _names.Convolution(1), step: 1), _names.Convolution(2), step: 2);
        return Project(Decode(Encode([.. rows.Select((row, i) => row.Zip(Position(i, Stack.Encoder), static (x, y) => x + y).ToArray())], visitSelfAttention: null), target));
    }

    private double[][] Project(double[][] hidden)
    {
        double[] bias = _model.OutputBias ? Values(_names.OutputBias) : new double[_model.TargetVocabularySize];
        double scale = _model.ScaleOutput ? 1 / Math.Sqrt(_model.ModelDimension) : 1;
        return [.. hidden.Select(row => DoubleKernels.Linear([.. row.Select(x => x * scale)], Values(_names.OutputWeight), bias))];
    }

    /// <summary>The probabilities of cross-attention over the source, one row behind the other: layer by layer, head by head, position by position of a target that begins with the start token.</summary>
    public double[][] CrossAttention(ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        List<double[]> rows = [];
        Decode(Encode(source), target, visitCrossAttention: rows.Add);
        return [.. rows];
    }

    /// <summary>The probabilities of the encoder's self-attention, one row behind the other, as those of <see cref="CrossAttention"/>.</summary>
    public double[][] EncoderSelfAttention(ReadOnlySpan<int> source)
    {
        List<double[]> rows = [];
        Encode(source, rows.Add);
        return [.. rows];
    }

    /// <summary>The probabilities of the decoder's self-attention, as those of <see cref="CrossAttention"/>; each row ends with the last position that it sees.</summary>
    public double[][] DecoderSelfAttention(ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        List<double[]> rows = [];
        Decode(Encode(source), target, visitSelfAttention: rows.Add);
        return [.. rows];
    }

    private double[][] Decode(
        double[][] memory, ReadOnlySpan<int> target, Action<double[]>? visitSelfAttention = null, Action<double[]>? visitCrossAttention = null)
    {
        double[][] hidden = Embed(target, Stack.Decoder);
        for (int layer = 0; layer < _model.DecoderLayers; layer++)
        {
            string self = _names.SelfAttention(Stack.Decoder, layer);
            string cross = _names.CrossAttention(layer);
            hidden = Sublayer(hidden, _names.SelfAttentionNorm(Stack.Decoder, layer), x => Attention(self, x, x, isCausal: true, Stack.Decoder, visitSelfAttention));
            hidden = Sublayer(hidden, _names.CrossAttentionNorm(layer), x => Attention(cross, x, memory, isCausal: false, relativeIn: null, visitCrossAttention));
            hidden = FeedForward(hidden, Stack.Decoder, layer);
        }

        return _model.FinalNorm ? Norm(hidden, _names.FinalNorm(Stack.Decoder)) : hidden;
    }

    /// <summary>What the first layer reads, a row for each token.</summary>
    public double[][] Embed(ReadOnlySpan<int> tokens, Stack stack)
    {
        double[][] hidden = new double[tokens.Length][];
        for (int position = 0; position < hidden.Length; position++)
        {
            double[] encoding = Position(position, stack);
            hidden[position] = [.. Token(tokens[position], stack).Select((x, i) => x + encoding[i])];
        }

        return _model.EmbeddingNorm ? Norm(hidden, _names.EmbeddingNorm(stack)) : hidden;
    }

    /// <summary>A convolution over three rows, with a row of zeros on either side, and the function behind it.</summary>
    private double[][] Convolve(double[][] rows, string name, int step)
    {
        double[] weight = Values($"{name}.weight");
        double[] bias = Values($"{name}.bias");
        int channels = rows[0].Length;
        var result = new List<double[]>();
        for (int row = 0; row < rows.Length; row += step)
        {
            double[] sums = [.. bias];
            for (int tap = 0; tap < 3; tap++)
            {
                int from = row + tap - 1;
                for (int i = 0; from >= 0 && from < rows.Length && i < channels * sums.Length; i++)
                {
                    sums[i / channels] += weight[(i * 3) + tap] * rows[from][i % channels];
                }
            }

            result.Add(Array.ConvertAll(sums, value => ReferenceMath.Activate(_model.Activation, value)));
        }

        return [.. result];
    }

    /// <summary>The embedding of a token, scaled.</summary>
    public double[] Token(int token, Stack stack)
    {
        double scale = _model.ScaleEmbedding ? Math.Sqrt(_model.ModelDimension) : 1;
        string table = stack == Stack.Encoder ? _names.SourceEmbedding : _names.TargetEmbedding;
        return [.. Row(table, token).Select(x => x * scale)];
    }

    /// <summary>The encoding of a position.</summary>
    public double[] Position(int position, Stack stack)
    {
        int dimension = _model.ModelDimension;
        double Angle(int pair) => position / Math.Pow(10000, 2.0 * pair / dimension);
        double FairseqAngle(int pair) => (position + _model.PositionOffset) / Math.Pow(10000, pair / Math.Max((dimension / 2) - 1.0, 1.0));
        int sines = (dimension + 1) / 2;
        int half = dimension / 2;
        return _model.PositionalEncoding switch
        {
            PositionalEncoding.Learned => Row(_names.Positions(stack), position + _model.PositionOffset),
            PositionalEncoding.Sinusoidal =>
                [.. Enumerable.Range(0, dimension).Select(i => i % 2 == 0 ? Math.Sin(Angle(i / 2)) : Math.Cos(Angle(i / 2)))],
            PositionalEncoding.SinusoidalSplit =>
                [.. Enumerable.Range(0, dimension).Select(i => i < sines ? Math.Sin(Angle(i)) : Math.Cos(Angle(i - sines)))],
            PositionalEncoding.SinusoidalFairseq =>
                [.. Enumerable.Range(0, dimension).Select(i => i < half ? Math.Sin(FairseqAngle(i)) : i < 2 * half ? Math.Cos(FairseqAngle(i - half)) : 0)],
            PositionalEncoding.None or PositionalEncoding.Relative or PositionalEncoding.Rotary => new double[dimension],
            _ => throw new InvalidOperationException($"No reference for {_model.PositionalEncoding}."),
        };
    }

    private double[][] FeedForward(double[][] hidden, Stack stack, int layer) => Sublayer(
        hidden,
        _names.FeedForwardNorm(stack, layer),
        x =>
        {
            double[][] activated = Linear(x, _model.GatedFeedForward ? _names.FeedForwardGate(stack, layer) : _names.FeedForwardExpand(stack, layer));
            activated = [.. activated.Select(row => Array.ConvertAll(row, value => ReferenceMath.Activate(_model.Activation, value)))];
            if (_model.GatedFeedForward)
            {
                double[][] values = Linear(x, _names.FeedForwardExpand(stack, layer));
                activated = [.. activated.Zip(values, static (gates, row) => gates.Zip(row, static (gate, value) => gate * value).ToArray())];
            }

            return Linear(activated, _names.FeedForwardContract(stack, layer));
        });

    private double[][] Sublayer(double[][] hidden, string norm, Func<double[][], double[][]> sublayer)
    {
        bool isPreNorm = _model.NormPlacement == NormPlacement.Pre;
        double[][] result = sublayer(isPreNorm ? Norm(hidden, norm) : hidden);
        double[][] sum = [.. hidden.Zip(result, static (x, y) => x.Zip(y, static (a, b) => a + b).ToArray())];
        return isPreNorm ? sum : Norm(sum, norm);
    }

    /// <param name="name">The name of the attention.</param>
    /// <param name="queries">The rows that attend.</param>
    /// <param name="memory">The rows that they attend to.</param>
    /// <param name="isCausal">Whether a row sees no later ones.</param>
    /// <param name="relativeIn">The stack whose table of relative positions counts, where the model has relative positions; none for attention to another stack, whose positions do not turn, either.</param>
    /// <param name="visitWeights">Is given the probabilities of each row in each head.</param>
    private double[][] Attention(string name, double[][] queries, double[][] memory, bool isCausal, Stack? relativeIn, Action<double[]>? visitWeights)
    {
        double scale = _model.ScaleScores ? 1 / Math.Sqrt(_model.HeadDimension) : 1;
        double[][] query = Project(name, 0, queries);
        double[][] key = Project(name, 1, memory);
        double[][] value = Project(name, 2, memory);
        double[][] context = [.. query.Select(static row => new double[row.Length])];
        for (int head = 0; head < _model.Heads; head++)
        {
            int begin = head * _model.HeadDimension;
            int end = begin + _model.HeadDimension;
            double[][] headKeys = [.. key.Select((row, position) => Turned(row[begin..end], position, relativeIn))];
            double[][] headValues = [.. value.Select(row => row[begin..end])];
            for (int row = 0; row < query.Length; row++)
            {
                int visible = isCausal ? row + 1 : memory.Length;
                double[]? bias = relativeIn is { } stack && _model.PositionalEncoding == PositionalEncoding.Relative ? PositionBias(stack, head, row, visible) : null;
                double[] headQuery = Turned(query[row][begin..end], row, relativeIn);
                visitWeights?.Invoke(DoubleKernels.AttentionWeights(headQuery, headKeys[..visible], scale, bias));
                DoubleKernels.Attention(headQuery, headKeys[..visible], headValues[..visible], scale, bias).CopyTo(context[row], begin);
            }
        }

        return Linear(context, _names.AttentionOutput(name));
    }

    /// <summary>A query or key of one head, turned where positions are rotary.</summary>
    private double[] Turned(double[] head, int position, Stack? stack)
    {
        for (int i = 0; stack is not null && i < _model.RotaryDimension; i += 2)
        {
            double angle = position / Math.Pow(_model.RotaryBase, (double)i / _model.RotaryDimension);
            (double first, double second) = (head[i], head[i + 1]);
            head[i] = (first * Math.Cos(angle)) - (second * Math.Sin(angle));
            head[i + 1] = (second * Math.Cos(angle)) + (first * Math.Sin(angle));
        }

        return head;
    }

    /// <summary>What relative positions add to the scores of the first positions for a row of a head.</summary>
    private double[] PositionBias(Stack stack, int head, int row, int visible)
    {
        double[] table = Values(_names.PositionBias(stack));
        return
        [
            .. Enumerable.Range(0, visible).Select(position => table[
                (RelativeBuckets.Of(position - row, stack == Stack.Encoder, _model.RelativePositionBuckets, _model.RelativePositionDistance) * _model.Heads) + head]),
        ];
    }

    /// <summary>The query (0), key (1) or value (2) projection.</summary>
    private double[][] Project(string name, int projection, double[][] rows)
    {
        if (!_names.ProjectionsAreOne)
        {
            return Linear(rows, _names.Projection(name, "qkv"[projection]));
        }

        int dimension = _model.ModelDimension;
        double[] weight = Values($"{name}.in_proj_weight")[(projection * dimension * dimension)..((projection + 1) * dimension * dimension)];
        double[] bias = Values($"{name}.in_proj_bias")[(projection * dimension)..((projection + 1) * dimension)];
        return [.. rows.Select(row => DoubleKernels.Linear(row, weight, bias))];
    }

    private double[][] Linear(double[][] rows, string name)
    {
        double[] weight = Values($"{name}.weight");
        double[] bias = _tensors.ContainsKey($"{name}.bias") ? Values($"{name}.bias") : new double[weight.Length / rows[0].Length];
        return [.. rows.Select(row => DoubleKernels.Linear(row, weight, bias))];
    }

    private double[][] Norm(double[][] rows, string name) => [.. rows.Select(row => _model.Normalization switch
    {
        Normalization.LayerNorm => DoubleKernels.LayerNorm(row, Values($"{name}.weight"), Values($"{name}.bias"), _model.LayerNormEpsilon),
        Normalization.RootMeanSquare => DoubleKernels.RootMeanSquareNorm(row, Values($"{name}.weight"), _model.LayerNormEpsilon),
        _ => throw new InvalidOperationException($"No reference for {_model.Normalization}."),
    })];

    private double[] Row(string name, int row)
    {
        int length = _tensors[name].RowLength;
        return Values(name).AsSpan(row * length, length).ToArray();
    }

    private double[] Values(string name)
    {
        if (!_wide.TryGetValue(name, out double[]? values))
        {
            values = DoubleKernels.Widen(_tensors[name].Values);
            _wide.Add(name, values);
        }

        return values;
    }
}
