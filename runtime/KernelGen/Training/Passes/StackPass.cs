using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>The layers of encoder or decoder, forwards and backwards: it walks over the recipe, and back.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class StackPass<TKernels>
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Places of dropout in a sublayer: what it adds, and what is within it.</summary>
    private const int PlacesOfSublayer = 2;

    private readonly ModelDescription _model;
    private readonly StackRecipe _recipe;
    private readonly PackedStack _weights;
    private readonly PackedStack _gradients;
    private readonly SublayerSlots[] _slots;
    private readonly PassTools<TKernels> _tools;
    private readonly FrontEndPass<TKernels>? _frontEnd;
    private readonly bool _isPreNorm;
    private readonly int _stride;
    private readonly int _firstPlace;

    /// <summary>The layers of a stack.</summary>
    /// <param name="parameters">Weights and gradients.</param>
    /// <param name="stack">Which stack.</param>
    /// <param name="tools">What computes operations.</param>
    /// <param name="frontEnd">What makes the rows that the first layer reads; <see langword="null"/> where they are embeddings of tokens.</param>
    public StackPass(TrainingParameters parameters, Stack stack, PassTools<TKernels> tools, FrontEndPass<TKernels>? frontEnd = null)
    {
        _frontEnd = frontEnd;
        _model = parameters.Description;
        _weights = stack == Stack.Encoder ? parameters.Weights.Encoder : parameters.Weights.Decoder;
        _gradients = stack == Stack.Encoder ? parameters.Gradients.Encoder : parameters.Gradients.Decoder;
        _recipe = _weights.Recipe;
        _slots = SublayerSlots.Of(parameters.Recipe, _recipe);
        _tools = tools;
        _isPreNorm = _model.NormPlacement == NormPlacement.Pre;
        _stride = _model.ModelStride;

        // The decoder's places come after the encoder's: the embeddings of each, and then its sublayers.
        StackRecipe encoder = parameters.Recipe.Encoder;
        _firstPlace = stack == Stack.Encoder ? 0 : 1 + (encoder.Layers * encoder.Layer.Length * PlacesOfSublayer);
        Activations = new StackActivations(_model, _recipe, _slots);
    }

    /// <summary>What the forward pass leaves behind.</summary>
    public StackActivations Activations { get; }

    /// <summary>Computes what comes out of the stack.</summary>
    /// <param name="call">The rows.</param>
    public void Forward(in StackPassCall call)
    {
        Embed(in call);
        int rows = call.Sequences.Total;
        for (int i = 0; i < _slots.Length; i++)
        {
            ref SublayerActivations sublayer = ref Activations[i];
            float* input = SublayerInput(i, rows);
            switch (OperationOf(i))
            {
                case AttentionOperation attention:
                    Attend(i, input, attention, in call);
                    break;

                case FeedForwardOperation:
                    _tools.FeedForward.Forward(
                        in _slots[i], input, rows, Site(i, 1, call.Dropout.Activation, in call), sublayer.Projected, _tools.Wide, _tools.Result);
                    break;

                default:
                    throw new InvalidOperationException($"Nothing trains {OperationOf(i)}.");
            }

            float* next = Activations.InputOf(i + 1);
            float* sum = _isPreNorm ? next : sublayer.Sum;
            _tools.Rows.AddDropped(sublayer.Input, _tools.Result, sum, rows, _stride, Site(i, 0, call.Dropout.Hidden, in call));
            if (!_isPreNorm)
            {
                _tools.Norm.Forward(sum, rows, NormOf(_weights, i), next);
            }
        }

        if (_weights.FinalNorm != null)
        {
            _tools.Norm.Forward(Activations.Last, rows, _weights.FinalNorm, Activations.Output);
        }
    }

    /// <summary>Computes the gradients of all weights of the stack.</summary>
    /// <param name="call">The rows.</param>
    /// <param name="gradient">The gradient of what came out; the memory is used on.</param>
    public void Backward(in StackPassCall call, float* gradient)
    {
        int rows = call.Sequences.Total;
        float* spare = _tools.Spare;
        if (_weights.FinalNorm != null)
        {
            NormBackward(Activations.Last, rows, _weights.FinalNorm, ref gradient, ref spare, _gradients.FinalNorm, in call);
        }

        for (int i = _slots.Length - 1; i >= 0; i--)
        {
            ref SublayerActivations sublayer = ref Activations[i];
            if (!_isPreNorm)
            {
                NormBackward(sublayer.Sum, rows, NormOf(_weights, i), ref gradient, ref spare, NormOf(_gradients, i), in call);
            }

            DropoutSite site = Site(i, 0, call.Dropout.Hidden, in call);
            float* added = site.Probability > 0 ? _tools.Added : gradient;
            _tools.Rows.Drop(gradient, added, rows, _stride, site);
            float* input = SublayerInput(i, rows);
            switch (OperationOf(i))
            {
                case AttentionOperation attention:
                    AttendBackward(i, input, attention, added, in call);
                    break;

                case FeedForwardOperation:
                    _tools.FeedForward.Backward(
                        in _slots[i], input, rows, Site(i, 1, call.Dropout.Activation, in call), sublayer.Projected, added, _tools.Wide, call.Accumulates, _tools.Result);
                    break;

                default:
                    throw new InvalidOperationException($"Nothing trains {OperationOf(i)}.");
            }

            float* inner = _tools.Result;
            if (_isPreNorm)
            {
                float* normGradient = spare;
                _tools.Norm.Backward(sublayer.Input, rows, NormOf(_weights, i), inner, normGradient, _tools.Statistics, call.Accumulates, NormOf(_gradients, i));
                inner = normGradient;
            }

            _tools.Rows.Add(gradient, inner, gradient, rows, _stride);
        }

        // The sites of embeddings, and their norm.
        _tools.Rows.Drop(gradient, gradient, rows, _stride, EmbeddingSite(in call));
        if (_weights.EmbeddingNorm != null)
        {
            NormBackward(Activations.Embedded, rows, _weights.EmbeddingNorm, ref gradient, ref spare, _gradients.EmbeddingNorm, in call);
        }

        if (_frontEnd is not null)
        {
            _frontEnd.Backward(gradient, call.Accumulates);
            return;
        }

        _tools.Embedding.Backward(call.Tokens, call.Sequences, _gradients, _model.PositionalEncoding == PositionalEncoding.Learned, gradient);
    }

    private void Embed(in StackPassCall call)
    {
        int rows = call.Sequences.Total;
        float* first = Activations.InputOf(0);
        if (_frontEnd is not null)
        {
            _frontEnd.Forward(Activations.Embedded);
        }
        else
        {
            _tools.Embedding.Forward(call.Tokens, call.Sequences, _weights, Activations.Embedded);
        }

        if (_weights.EmbeddingNorm != null)
        {
            _tools.Norm.Forward(Activations.Embedded, rows, _weights.EmbeddingNorm, first);
        }

        _tools.Rows.Drop(first, first, rows, _stride, EmbeddingSite(in call));
    }

    private void NormBackward(float* input, int rows, float* norm, ref float* gradient, ref float* spare, float* normGradient, in StackPassCall call)
    {
        _tools.Norm.Backward(input, rows, norm, gradient, spare, _tools.Statistics, call.Accumulates, normGradient);
        float* read = gradient;
        gradient = spare;
        spare = read;
    }

    /// <summary>What a sublayer's operation reads.</summary>
    private float* SublayerInput(int number, int rows)
    {
        float* input = Activations[number].Input;
        if (!_isPreNorm)
        {
            return input;
        }

        _tools.Norm.Forward(input, rows, NormOf(_weights, number), _tools.Normalized);
        return _tools.Normalized;
    }

    private void Attend(int number, float* input, AttentionOperation attention, in StackPassCall call)
    {
        ref SublayerActivations sublayer = ref Activations[number];
        ref readonly SublayerSlots slots = ref _slots[number];
        int rows = call.Sequences.Total;
        _tools.Linear.Forward(slots.Input, input, rows, sublayer.Projected);
        if (attention.IsCross)
        {
            _tools.Linear.Forward(slots.KeysAndValues, call.Memory, call.Sources.Total, sublayer.KeysAndValues);
        }

        AttentionCall attend = CallOf(number, attention, in call);
        _tools.Attention.Forward(in attend);
        _tools.Linear.Forward(slots.Result, sublayer.Context, rows, _tools.Result);
    }

    private void AttendBackward(int number, float* input, AttentionOperation attention, float* outputGradient, in StackPassCall call)
    {
        ref SublayerActivations sublayer = ref Activations[number];
        ref readonly SublayerSlots slots = ref _slots[number];
        int rows = call.Sequences.Total;
        _tools.Linear.WeightGradient(slots.Result, sublayer.Context, outputGradient, rows, call.Accumulates);
        _tools.Linear.InputGradient(slots.Result, outputGradient, rows, _tools.Context);

        AttentionCall attend = CallOf(number, attention, in call);
        attend.ContextGradient = _tools.Context;
        attend.Gradients = RowsOf(slots, _tools.Wide, _tools.KeysAndValues);
        _tools.Attention.Backward(in attend);

        _tools.Linear.WeightGradient(slots.Input, input, _tools.Wide, rows, call.Accumulates);
        _tools.Linear.InputGradient(slots.Input, _tools.Wide, rows, _tools.Result);
        if (attention.IsCross)
        {
            int sourceRows = call.Sources.Total;
            _tools.Linear.WeightGradient(slots.KeysAndValues, call.Memory, _tools.KeysAndValues, sourceRows, call.Accumulates);
            _tools.Linear.InputGradient(slots.KeysAndValues, _tools.KeysAndValues, sourceRows, _tools.Source);
            _tools.Rows.Add(call.MemoryGradient, _tools.Source, call.MemoryGradient, sourceRows, _stride);
        }
    }

    private AttentionCall CallOf(int number, AttentionOperation attention, in StackPassCall call)
    {
        ref SublayerActivations sublayer = ref Activations[number];
        int center = (attention.IsCausal ? _model.MaxTargetLength : _model.MaxSourceLength) - 1;
        return new AttentionCall
        {
            Rows = RowsOf(in _slots[number], sublayer.Projected, sublayer.KeysAndValues),
            Queries = call.Sequences,
            Positions = attention.IsCross ? call.Sources : call.Sequences,
            IsCausal = attention.IsCausal,
            PositionBias = attention.HasPositionBias ? _weights.PositionBias + center : null,
            PositionBiasGradient = attention.HasPositionBias ? _gradients.PositionBias + center : null,
            PositionBiasStride = _weights.PositionBiasStride,
            Dropout = call.Dropout.Attention,
            DropoutKey = call.Dropout.Key,
            Place = Place(number, 1),
            Context = sublayer.Context,
        };
    }

    /// <summary>Where queries, keys and values stand: side by side in one projection, or those of cross-attention in two.</summary>
    private AttentionRows RowsOf(in SublayerSlots slots, float* projected, float* keysAndValues)
    {
        int width = _model.AttentionWidth;
        int stride = ModelLayout.RowStride(slots.Input.Outputs);
        return slots.KeysAndValues is { } pair
            ? new AttentionRows
            {
                Query = projected,
                QueryStride = stride,
                Key = keysAndValues,
                Value = keysAndValues + width,
                KeyStride = ModelLayout.RowStride(pair.Outputs),
            }
            : new AttentionRows
            {
                Query = projected,
                QueryStride = stride,
                Key = projected + width,
                Value = projected + (2 * width),
                KeyStride = stride,
            };
    }

    /// <summary>What a sublayer computes, by its number in the stack.</summary>
    private Operation OperationOf(int number) => _recipe.Layer[number % _recipe.Layer.Length].Operation;

    private float* NormOf(PackedStack stack, int number) => stack[number / _recipe.Layer.Length, number % _recipe.Layer.Length].Norm;

    private DropoutSite EmbeddingSite(in StackPassCall call) => new(call.Dropout.Hidden, call.Dropout.Key, _firstPlace);

    private DropoutSite Site(int number, int place, float probability, in StackPassCall call) => new(probability, call.Dropout.Key, Place(number, place));

    private int Place(int number, int place) => _firstPlace + 1 + (number * PlacesOfSublayer) + place;
}

/// <summary>What a stack computes on.</summary>
internal unsafe ref struct StackPassCall
{
    /// <summary>The tokens of all sequences, at least as many as there are rows; anything where a front end makes the rows.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>Where each sequence begins.</summary>
    public required SequenceRows Sequences { get; init; }

    /// <summary>Where each source begins.</summary>
    public required SequenceRows Sources { get; init; }

    /// <summary>Of the decoder, what came out of the encoder.</summary>
    public float* Memory { get; init; }

    /// <summary>Of the decoder, the gradient of that, to which layers add.</summary>
    public float* MemoryGradient { get; init; }

    /// <summary>Which elements drop out.</summary>
    public required Dropout Dropout { get; init; }

    /// <summary>Whether gradients of weights are added to what is there.</summary>
    public bool Accumulates { get; init; }
}
