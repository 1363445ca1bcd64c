using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Recipes;

/// <summary>
/// A model as lists of operations with named weights. Everything that walks over a model walks over this: what plans kernels, reads checkpoints, packs weights,
/// drafts, or runs layers.
/// </summary>
internal sealed class ModelRecipe
{
    private readonly List<WeightSlot> _slots = [];
    private readonly List<ModelTensor> _tensors = [];
    private readonly List<LinearShape> _shapes = [];
    private readonly List<WeightSlot> _convolutions = [];

    private ModelRecipe(ModelSettings settings)
    {
        Settings = settings;
        Layout = new ModelLayout(settings);
        bool hasPositionBias = settings.PositionalEncoding == PositionalEncoding.Relative;
        bool isRotary = settings.PositionalEncoding == PositionalEncoding.Rotary;
        Encoder = new StackRecipe(
            Stack.Encoder,
            settings.EncoderLayers,
            [
                new Sublayer("self_attention", new AttentionOperation(isCross: false, isCausal: false, hasPositionBias, isRotary)),
                new Sublayer("feed_forward", new FeedForwardOperation(settings.GatedFeedForward, settings.Activation)),
            ]);
        Decoder = new StackRecipe(
            Stack.Decoder,
            settings.DecoderLayers,
            [
                new Sublayer("self_attention", new AttentionOperation(isCross: false, isCausal: true, hasPositionBias, isRotary)),
                new Sublayer("cross_attention", new AttentionOperation(isCross: true, isCausal: false, hasPositionBias: false, isRotary: false)),
                new Sublayer("feed_forward", new FeedForwardOperation(settings.DecoderGatedFeedForward, settings.DecoderActivation)),
            ]);
        AddTables();
        AddLayers(Encoder);
        AddLayers(Decoder);
    }

    /// <summary>The settings that it follows from.</summary>
    public ModelSettings Settings { get; }

    /// <summary>The strides of buffers.</summary>
    public ModelLayout Layout { get; }

    /// <summary>What reads the source.</summary>
    public StackRecipe Encoder { get; }

    /// <summary>What writes the target.</summary>
    public StackRecipe Decoder { get; }

    /// <summary>Every piece of packed weights, in the order in which they lie in memory and in packed files.</summary>
    public IReadOnlyList<WeightSlot> Slots => _slots;

    /// <summary>The slot of the output projection.</summary>
    public WeightSlot OutputSlot { get; private set; } = null!;

    /// <summary>The weights of the convolutions that make rows of a source that is audio, in order; nothing where it is tokens.</summary>
    public IReadOnlyList<WeightSlot> Convolutions => _convolutions;

    /// <summary>The norm over all rows that a convolution writes; <see langword="null"/> where there is none.</summary>
    public WeightSlot? GroupNormOf(WeightSlot convolution) =>
        _slots.Find(slot => slot.Role == WeightRole.GroupNorm && slot.Convolution == convolution.Convolution);

    /// <summary>Every tensor, in the order in which checkpoints are read.</summary>
    public IReadOnlyList<ModelTensor> Tensors => _tensors;

    /// <summary>The shapes of its linear layers, each once: there is a kernel for each.</summary>
    public IReadOnlyList<LinearShape> Shapes => _shapes;

    /// <summary>The recipe of a model.</summary>
    public static ModelRecipe Of(ModelSettings settings) => new(settings);

    /// <summary>What stands before and after the layers: embeddings, the output projection, positions.</summary>
    private void AddTables()
    {
        Dimension width = Dimension.Model(Settings);
        if (Settings.IsSpeech)
        {
            AddConvolutions(FrontEnd.Of(Settings).Convolutions);
        }
        else
        {
            Add(WeightRole.Embedding, Stack.Encoder, Settings.ModelDimension, Settings.SourceVocabularySize, [Table(TensorRole.Embedding, Stack.Encoder, Dimension.SourceVocabulary(Settings))]);
        }

        Add(WeightRole.Embedding, Stack.Decoder, Settings.ModelDimension, Settings.TargetVocabularySize, [Table(TensorRole.Embedding, Stack.Decoder, Dimension.TargetVocabulary(Settings))]);

        ModelTensor weight = Table(TensorRole.Output, Stack.Decoder, Dimension.TargetVocabulary(Settings));
        ModelTensor? bias = Settings.OutputBias ? Tensor(TensorRole.OutputBias, Stack.Decoder, Dimension.One, Dimension.TargetVocabulary(Settings)) : null;
        Add(
            WeightRole.Output,
            Stack.Decoder,
            Settings.ModelDimension,
            Settings.TargetVocabularySize,
            bias is null ? [weight] : [weight, bias],
            shape: new LinearShape(Settings.ModelDimension, Layout.ModelStride, Settings.TargetVocabularySize, Layout.LogitsStride, LinearEffect.None, HasLargeInputs: false));
        OutputSlot = _slots[_slots.Count - 1];

        if (Settings.PositionalEncoding == PositionalEncoding.Learned)
        {
            Dimension Positions(int longest, string property) => new(longest + Settings.PositionOffset, "positions", property);
            Add(WeightRole.Positions, Stack.Encoder, Layout.ModelStride, Settings.MaxSourceLength, [Table(TensorRole.Positions, Stack.Encoder, Positions(Settings.MaxSourceLength, nameof(Settings.MaxSourceLength)))]);
            Add(WeightRole.Positions, Stack.Decoder, Layout.ModelStride, Settings.MaxTargetLength, [Table(TensorRole.Positions, Stack.Decoder, Positions(Settings.MaxTargetLength, nameof(Settings.MaxTargetLength)))]);
        }
        else if (Settings.PositionalEncoding == PositionalEncoding.Relative)
        {
            AddPositionBias(Stack.Encoder, (2 * Settings.MaxSourceLength) - 1);
            AddPositionBias(Stack.Decoder, Settings.MaxTargetLength);
        }
        else if (Settings.PositionalEncoding == PositionalEncoding.Rotary)
        {
            // Both stacks read the same rows.
            Add(WeightRole.Rotations, Stack.Encoder, 2 * Layout.RotationWidth, Math.Max(Settings.MaxSourceLength, Settings.MaxTargetLength), []);
        }
        else if (Settings.PositionalEncoding != PositionalEncoding.None)
        {
            // And these.
            Add(WeightRole.Positions, Stack.Encoder, Layout.ModelStride, Math.Max(Settings.MaxSourceLength, Settings.MaxTargetLength), []);
        }

        if (Settings.EmbeddingNorm)
        {
            AddNorm(WeightRole.EmbeddingNorm, TensorRole.EmbeddingNorm, Stack.Encoder);
            AddNorm(WeightRole.EmbeddingNorm, TensorRole.EmbeddingNorm, Stack.Decoder);
        }

        ModelTensor Table(TensorRole role, Stack stack, Dimension rows) => Tensor(role, stack, rows, width);
    }

    /// <summary>Convolutions, each of which reads what the one before it writes, and the norms behind them.</summary>
    private void AddConvolutions(IReadOnlyList<Convolution> convolutions)
    {
        for (int i = 0; i < convolutions.Count; i++)
        {
            Convolution convolution = convolutions[i];
            ModelTensor tensor = Tensor(
                convolution.Role, Stack.Encoder, convolution.Outputs, convolution.Channels, convolution.HasBias ? convolution.Outputs.Size : 0, taps: convolution.Taps);
            var shape = new LinearShape(
                convolution.Inputs,
                convolution.Step * convolution.RowStride,
                (int)convolution.Outputs.Size,
                i + 1 < convolutions.Count ? convolutions[i + 1].RowStride : Layout.ModelStride,
                convolution.Function is null ? LinearEffect.None : LinearEffect.Activation,
                HasLargeInputs: false)
            {
                Function = convolution.Function,
            };
            Add(WeightRole.Convolution, Stack.Encoder, shape.Inputs, shape.Outputs, [tensor], shape: shape, convolution: convolution);
            _convolutions.Add(_slots[_slots.Count - 1]);
            if (convolution.GroupNormEpsilon is not null)
            {
                ModelTensor norm = Tensor(TensorRole.GroupNorm, Stack.Encoder, Dimension.One, convolution.Outputs, convolution.Outputs.Size);
                Add(WeightRole.GroupNorm, Stack.Encoder, shape.Outputs, outputs: 2, [norm], convolution: convolution);
            }
        }
    }

    private void AddPositionBias(Stack stack, int distances)
    {
        var buckets = new Dimension(Settings.RelativePositionBuckets, "buckets", nameof(Settings.RelativePositionBuckets));
        var heads = new Dimension(Settings.Heads, "heads", nameof(Settings.Heads));
        Add(WeightRole.PositionBias, stack, RelativePositions.RowLength(distances), Settings.Heads, [Tensor(TensorRole.PositionBias, stack, buckets, heads)]);
    }

    private void AddLayers(StackRecipe stack)
    {
        for (int layer = 0; layer < stack.Layers; layer++)
        {
            for (int i = 0; i < stack.Layer.Length; i++)
            {
                var place = new SublayerPlace(this, stack, layer, i);
                switch (stack.Layer[i].Operation)
                {
                    case AttentionOperation attention:
                        AddAttention(place, attention);
                        break;

                    case FeedForwardOperation feedForward:
                        AddFeedForward(place, feedForward);
                        break;

                    default:
                        throw new InvalidOperationException($"There are no weights for {stack.Layer[i].Operation}.");
                }

                AddNorm(WeightRole.Norm, TensorRole.Norm, stack.Stack, layer, i);
            }
        }

        if (Settings.FinalNorm)
        {
            AddNorm(WeightRole.FinalNorm, TensorRole.FinalNorm, stack.Stack);
        }
    }

    private void AddAttention(SublayerPlace place, AttentionOperation attention)
    {
        Dimension width = Dimension.Model(Settings);
        Dimension heads = Dimension.Attention(Settings);
        bool hasBias = Settings.AttentionBias;
        ModelTensor query = place.Linear(TensorRole.Query, heads, width, hasBias);
        ModelTensor key = place.Linear(TensorRole.Key, heads, width, hasBias && Settings.KeyBias);
        ModelTensor value = place.Linear(TensorRole.Value, heads, width, hasBias);
        ModelTensor output = place.Linear(TensorRole.AttentionOutput, width, heads, hasBias);
        if (attention.IsCross)
        {
            place.Add(WeightRole.Input, FromModel(Layout.AttentionWidth), [query], hasHeadsAsOutputs: true);
            place.Add(WeightRole.KeysAndValues, FromModel(2 * Layout.AttentionWidth), [key, value], hasHeadsAsOutputs: true);
        }
        else
        {
            place.Add(WeightRole.Input, FromModel(3 * Layout.AttentionWidth), [query, key, value], hasHeadsAsOutputs: true);
        }

        place.Add(WeightRole.Result, ToModel(Layout.AttentionWidth, Layout.AttentionStride), [output], hasHeadsAsInputs: true);
    }

    private void AddFeedForward(SublayerPlace place, FeedForwardOperation feedForward)
    {
        Dimension width = Dimension.Model(Settings);
        Dimension wide = Dimension.FeedForward(Settings);
        if (feedForward.IsGated)
        {
            // Side by side, each with the room of whole panels.
            place.Add(WeightRole.Input, FromModel(2 * Layout.GateWidth), [place.Linear(TensorRole.Gate, wide, width), place.Linear(TensorRole.Expand, wide, width)]);
        }
        else
        {
            LinearShape expand = FromModel(Settings.FeedForwardDimension) with { OutputStride = Layout.FeedForwardStride, Effect = LinearEffect.Activation, Function = feedForward.Function };
            place.Add(WeightRole.Input, expand, [place.Linear(TensorRole.Expand, wide, width)]);
        }

        LinearShape contract = ToModel(Settings.FeedForwardDimension, Layout.FeedForwardStride) with { HasLargeInputs = Settings.LargeActivations };
        place.Add(WeightRole.Result, contract, [place.Linear(TensorRole.Contract, width, wide)]);
    }

    /// <summary>A layer that reads rows of the model dimension.</summary>
    private LinearShape FromModel(int outputs) => new(Settings.ModelDimension, Layout.ModelStride, outputs, outputs, LinearEffect.None, HasLargeInputs: false);

    /// <summary>A layer whose result is added to the residual stream.</summary>
    private LinearShape ToModel(int inputs, int inputStride) => new(inputs, inputStride, Settings.ModelDimension, Layout.ModelStride, LinearEffect.Residual, HasLargeInputs: false);

    private void AddNorm(WeightRole role, TensorRole tensor, Stack stack, int layer = -1, int sublayer = -1)
    {
        Sublayer? within = layer < 0 ? null : (stack == Stack.Encoder ? Encoder : Decoder).Layer[sublayer];
        bool hasBeta = Settings.HasShift;
        ModelTensor norm = Tensor(tensor, stack, Dimension.One, Dimension.Model(Settings), hasBeta ? Settings.ModelDimension : 0, layer, within);
        Add(role, stack, Settings.ModelDimension, hasBeta ? 2 : 1, [norm], layer, sublayer);
    }

    private ModelTensor Tensor(TensorRole role, Stack stack, Dimension rows, Dimension columns, long biasLength = 0, int layer = -1, Sublayer? sublayer = null, int taps = 1)
    {
        var tensor = new ModelTensor
        {
            Index = _tensors.Count,
            Role = role,
            Stack = stack,
            Layer = layer,
            Sublayer = sublayer,
            Rows = rows,
            Columns = columns,
            Taps = taps,
            BiasLength = biasLength,
        };
        _tensors.Add(tensor);
        return tensor;
    }

    private void Add(
        WeightRole role, Stack stack, int inputs, int outputs, ModelTensor[] tensors, int layer = -1, int sublayer = -1, LinearShape? shape = null, bool hasHeadsAsOutputs = false, bool hasHeadsAsInputs = false,
        Convolution? convolution = null) =>
        _slots.Add(new WeightSlot
        {
            Index = _slots.Count,
            Role = role,
            Stack = stack,
            Layer = layer,
            Sublayer = sublayer,
            Tensors = tensors,
            Inputs = inputs,
            Outputs = outputs,
            Shape = shape is null ? -1 : NumberOf(shape),
            Convolution = convolution,
            MayHaveFourBits = role is WeightRole.Input or WeightRole.KeysAndValues or WeightRole.Result
                && Settings.ModelDimension >= Int4Layout.LeastModelDimension
                && Int8Layout.For(Settings.ModelDimension, shape!.HasLargeInputs) == Int8Layout.Bytes,
            HasHeadsAsOutputs = hasHeadsAsOutputs,
            HasHeadsAsInputs = hasHeadsAsInputs,
        });

    private int NumberOf(LinearShape shape)
    {
        int number = _shapes.IndexOf(shape);
        if (number < 0)
        {
            number = _shapes.Count;
            _shapes.Add(shape);
        }

        return number;
    }

    /// <summary>A sublayer of one layer, to which tensors and slots are added.</summary>
    private readonly struct SublayerPlace(ModelRecipe recipe, StackRecipe stack, int layer, int sublayer)
    {
        /// <summary>Adds a linear layer's weight <c>[outputs, inputs]</c> and, where the model has biases and this layer one, its bias.</summary>
        public ModelTensor Linear(TensorRole role, Dimension outputs, Dimension inputs, bool hasBias = true) =>
            recipe.Tensor(role, stack.Stack, outputs, inputs, hasBias && recipe.Settings.LinearBias ? outputs.Size : 0, layer, stack.Layer[sublayer]);

        /// <summary>Adds a slot.</summary>
        public void Add(WeightRole role, LinearShape shape, ModelTensor[] tensors, bool hasHeadsAsOutputs = false, bool hasHeadsAsInputs = false) =>
            recipe.Add(role, stack.Stack, shape.Inputs, shape.Outputs, tensors, layer, sublayer, shape, hasHeadsAsOutputs, hasHeadsAsInputs);
    }
}
