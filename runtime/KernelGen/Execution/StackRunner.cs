using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Execution;

/// <summary>Runs the layers of encoder and decoder: it walks over a recipe and calls the kernel of each operation.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal sealed unsafe class StackRunner<TKernels, TPrecision>
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    private readonly Engine _engine;
    private readonly PackedModel _weights;
    private readonly ModelDescription _model;
    private readonly AttentionRunner<TKernels> _attention;
    private readonly SublayerKernels[] _encoderKernels;
    private readonly SublayerKernels[] _decoderKernels;
    private readonly SpeechFrontEnd<TKernels, TPrecision>? _frontEnd;
    private readonly bool _isPreNorm;

    /// <summary>Runs the stacks of a model.</summary>
    /// <param name="engine">The engine, which shared work is handed to.</param>
    /// <param name="weights">The packed weights.</param>
    /// <param name="attention">What computes attention.</param>
    public StackRunner(Engine engine, PackedModel weights, AttentionRunner<TKernels> attention)
    {
        _engine = engine;
        _weights = weights;
        _model = weights.Description;
        _attention = attention;
        _frontEnd = _model.IsSpeech ? new SpeechFrontEnd<TKernels, TPrecision>(weights) : null;
        _isPreNorm = _model.NormPlacement == NormPlacement.Pre;
        _encoderKernels = new SublayerKernels[weights.Recipe.Encoder.Layer.Length];
        _decoderKernels = new SublayerKernels[weights.Recipe.Decoder.Layer.Length];
        foreach (WeightSlot slot in weights.Recipe.Slots)
        {
            if (slot.IsLinear && slot.Layer >= 0)
            {
                KernelsOf(slot.Stack)[slot.Sublayer].Take(slot, weights.Facts.Precision);
            }
        }
    }

    /// <summary>Runs the encoder over the sources of some sequences together.</summary>
    public void Encode(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sequences, Span<float> selfAttention)
    {
        Span<int> counts = workspace.Counts(sequences.Length);
        int rows = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = workspace.Sequences[sequences[i]].SourceLength;
            Embed(workspace, rows, tokens.Slice(rows, counts[i]), _weights.Encoder, firstPosition: 0);
            rows += counts[i];
        }

        RunLayers(workspace, _weights.Encoder, new StackCall { Sequences = sequences, Counts = counts, Rows = rows, SelfAttention = selfAttention });
        StoreCrossKeysAndValues(workspace, rows, sequences);
    }

    /// <summary>Runs the encoder over the frames of the only sequence.</summary>
    public void EncodeFrames(Workspace workspace, ReadOnlySpan<float> frames)
    {
        int rows = _frontEnd!.Run(workspace, frames);
        RunLayers(workspace, _weights.Encoder, new StackCall { Sequences = [0], Counts = [rows], Rows = rows });
        StoreCrossKeysAndValues(workspace, rows, [0]);
    }

    /// <summary>Runs the decoder over the next tokens of sequences.</summary>
    public void Decode(
        Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> live, ReadOnlySpan<int> counts, Span<float> selfAttention, Span<float> crossAttention)
    {
        int rows = 0;
        for (int i = 0; i < live.Length; i++)
        {
            Embed(workspace, rows, tokens.Slice(rows, counts[i]), _weights.Decoder, workspace.Sequences[live[i]].TargetLength);
            rows += counts[i];
        }

        RunLayers(
            workspace, _weights.Decoder, new StackCall { Sequences = live, Counts = counts, Rows = rows, SelfAttention = selfAttention, CrossAttention = crossAttention });
        for (int i = 0; i < live.Length; i++)
        {
            workspace.Sequences[live[i]].TargetLength += counts[i];
        }
    }

    /// <summary>Runs the decoder over the next tokens of hypotheses, which share the caches of their sources.</summary>
    public void DecodeHypotheses(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sources, ReadOnlySpan<int> counts, TokenPlaces places)
    {
        int rows = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            for (int end = rows + counts[i]; rows < end; rows++)
            {
                Embed(workspace, rows, tokens.Slice(rows, 1), _weights.Decoder, workspace.Sequences[sources[i]].TargetLength);
            }
        }

        RunLayers(workspace, _weights.Decoder, new StackCall { Sequences = sources, Counts = counts, Rows = rows, Places = places });
        foreach (int source in sources)
        {
            workspace.Sequences[source].TargetLength++;
        }
    }

    /// <summary>Embeds the tokens of consecutive positions into <see cref="Workspace.Hidden"/>, from a row on.</summary>
    public void Embed(Workspace workspace, int firstRow, ReadOnlySpan<int> tokens, PackedStack stack, int firstPosition)
    {
        float* output = workspace.Hidden + ((long)firstRow * _model.ModelStride);
        for (int i = 0; i < tokens.Length; i++)
        {
            TKernels.Embed(tokens[i], stack.Embedding, Position(stack, firstPosition + i), output);
            output += _model.ModelStride;
        }
    }

    /// <summary>The row of a position; <see langword="null"/> where positions are not encoded.</summary>
    public float* Position(PackedStack stack, int position) => stack.Positions == null ? null : stack.Positions + ((long)position * _model.ModelStride);

    /// <summary>A norm that stands alone: of embeddings, or at the end of a stack; nothing where the model has none.</summary>
    public static void NormInPlace(Workspace workspace, int rows, float* norm)
    {
        if (norm != null)
        {
            TKernels.Norm(workspace.Hidden, rows, norm, workspace.Hidden);
        }
    }

    private void RunLayers(Workspace workspace, PackedStack stack, in StackCall call)
    {
        NormInPlace(workspace, call.Rows, stack.EmbeddingNorm);
        Sublayer[] sublayers = stack.Recipe.Layer;
        SublayerKernels[] kernels = KernelsOf(stack.Recipe.Stack);
        for (int layer = 0; layer < stack.Recipe.Layers; layer++)
        {
            for (int i = 0; i < sublayers.Length; i++)
            {
                ref readonly PackedSublayer weights = ref stack[layer, i];
                float* input = SublayerInput(workspace, call.Rows, weights.Norm);
                switch (sublayers[i].Operation)
                {
                    case AttentionOperation { IsCross: false } attention:
                        SelfAttention(workspace, stack, layer, input, in weights, in kernels[i], attention, in call);
                        break;

                    case AttentionOperation:
                        CrossAttention(workspace, stack, layer, input, in weights, in kernels[i], in call);
                        break;

                    case FeedForwardOperation feedForward:
                        FeedForward(workspace, input, in weights, in kernels[i], feedForward, call.Rows);
                        break;

                    default:
                        throw new InvalidOperationException($"Nothing runs {sublayers[i].Operation}.");
                }

                EndSublayer(workspace, call.Rows, weights.Norm);
            }
        }

        NormInPlace(workspace, call.Rows, stack.FinalNorm);
    }

    private void SelfAttention(
        Workspace workspace, PackedStack stack, int layer, float* input, in PackedSublayer weights, in SublayerKernels kernels, AttentionOperation attention, in StackCall call)
    {
        int width = 3 * _model.AttentionWidth;
        InputLayer(workspace, input, call.Rows, in weights, in kernels, width);
        Span<AttentionTask> tasks = workspace.Sharing.Tasks(call.Sequences.Length);
        long first = 0;
        for (int i = 0; i < tasks.Length; i++)
        {
            ref AttentionTask task = ref tasks[i];
            task = new AttentionTask
            {
                Kind = attention.IsCausal ? AttentionKind.Decoder : AttentionKind.Encoder,
                Input = workspace.Wide + (first * width),
                Rows = call.Counts[i],
                Output = workspace.Context + (first * _model.AttentionStride),
            };
            if (attention.IsCausal)
            {
                ref readonly Sequence sequence = ref workspace.Sequences[call.Sequences[i]];
                task.Keys = sequence.SelfKeys + (layer * sequence.SelfLayerStride);
                task.Values = task.Keys + sequence.SelfValues;
                task.Cached = sequence.TargetLength;
            }

            if (attention.IsCausal && call.Places is { } places)
            {
                int source = call.Sequences[i];
                task.Kind = AttentionKind.Hypotheses;
                task.Places = places.Of(source);
                task.PlacesStride = places.Stride;
                task.EndPlace = places.End(source);
            }

            if (attention.IsRotary)
            {
                // Consecutive tokens, or the last ones of hypotheses, which have one position.
                int together = task.Kind == AttentionKind.Hypotheses ? 1 : task.Rows;
                for (int row = 0; row < task.Rows; row += together)
                {
                    TKernels.Rotate(task.Input + ((long)row * width), together, stack.Rotations + ((long)task.Cached * 2 * _weights.Recipe.Layout.RotationWidth));
                }
            }

            if (attention.HasPositionBias)
            {
                task.PositionBias = stack.PositionBias + (attention.IsCausal ? _model.MaxTargetLength : _model.MaxSourceLength) - 1 - task.Cached;
                task.PositionBiasStride = stack.PositionBiasStride;
            }

            first += call.Counts[i];
        }

        Attend(workspace, tasks, OfLayer(call.SelfAttention, layer, stack), in weights, in kernels, call.Rows);
    }

    private void CrossAttention(Workspace workspace, PackedStack stack, int layer, float* input, in PackedSublayer weights, in SublayerKernels kernels, in StackCall call)
    {
        int width = _model.AttentionWidth;
        InputLayer(workspace, input, call.Rows, in weights, in kernels, width);
        Span<AttentionTask> tasks = workspace.Sharing.Tasks(call.Sequences.Length);
        long first = 0;
        int taskCount = 0;
        for (int i = 0; i < call.Sequences.Length;)
        {
            // Neighbours that are hypotheses of one source attend to one cache: together, so that it is read once.
            ref readonly Sequence sequence = ref workspace.Sequences[call.Sequences[i]];
            int count = 0;
            do
            {
                count += call.Counts[i++];
            }
            while (i < call.Sequences.Length && workspace.Sequences[call.Sequences[i]].CrossKeys == sequence.CrossKeys);

            float* keys = sequence.CrossKeys + (layer * sequence.CrossLayerStride);
            tasks[taskCount++] = new AttentionTask
            {
                Kind = AttentionKind.Cross,
                Input = workspace.Wide + (first * width),
                Rows = count,
                Keys = keys,
                Values = keys + sequence.CrossValues,
                Cached = sequence.SourceLength,
                Output = workspace.Context + (first * _model.AttentionStride),
            };
            first += count;
        }

        Attend(workspace, tasks[..taskCount], OfLayer(call.CrossAttention, layer, stack), in weights, in kernels, call.Rows);
    }

    /// <summary>Computes the tasks of a layer, before that the probabilities of the first where they are wanted, and projects the heads back.</summary>
    private void Attend(Workspace workspace, Span<AttentionTask> tasks, Span<float> probabilities, in PackedSublayer weights, in SublayerKernels kernels, int rows)
    {
        if (!probabilities.IsEmpty)
        {
            _attention.Probabilities(workspace, in tasks[0], probabilities);
        }

        workspace.Sharing.Attention(_engine, tasks.Length);
        ResultLayer(workspace, workspace.Context, _model.AttentionStride, _model.AttentionWidth, rows, in weights, in kernels);
    }

    private void FeedForward(
        Workspace workspace, float* input, in PackedSublayer weights, in SublayerKernels kernels, FeedForwardOperation feedForward, int rows)
    {
        int wide = _model.FeedForwardDimension;
        int outputs = feedForward.IsGated ? 2 * _weights.Recipe.Layout.GateWidth : wide;
        InputLayer(workspace, input, rows, in weights, in kernels, outputs);
        float* activated = workspace.Wide;
        if (feedForward.IsGated)
        {
            activated = workspace.Gated;
            TKernels.Gate(workspace.Wide, rows, activated);
        }

        ResultLayer(workspace, activated, _model.FeedForwardStride, wide, rows, in weights, in kernels);
    }

    /// <summary>The keys and values of cross-attention, once per source and layer.</summary>
    private void StoreCrossKeysAndValues(Workspace workspace, int rows, ReadOnlySpan<int> sequences)
    {
        int width = 2 * _model.AttentionWidth;
        PackedStack decoder = _weights.Decoder;
        byte* input = null;
        for (int layer = 0; layer < decoder.Recipe.Layers; layer++)
        {
            for (int i = 0; i < decoder.Recipe.Layer.Length; i++)
            {
                if (decoder.Recipe.Layer[i].Operation is not AttentionOperation { IsCross: true })
                {
                    continue;
                }

                // Every layer reads the same rows, which are quantised once.
                if (input == null)
                {
                    input = ModelInput(workspace, _decoderKernels[i].KeysAndValuesQuantizer, workspace.Hidden, rows, _decoderKernels[i].SumsGroupsOfKeysAndValues);
                }

                LinearLayers<TPrecision>.Run(
                    workspace, _decoderKernels[i].KeysAndValues, input, rows, _model.ModelDimension, in decoder[layer, i].KeysAndValues, workspace.Wide, width);
                long first = 0;
                foreach (int place in sequences)
                {
                    ref readonly Sequence sequence = ref workspace.Sequences[place];
                    float* keys = sequence.CrossKeys + (layer * sequence.CrossLayerStride);
                    TKernels.StoreCrossKeysAndValues(workspace.Wide + (first * width), sequence.SourceLength, keys, keys + sequence.CrossValues);
                    first += sequence.SourceLength;
                }
            }
        }
    }

    private SublayerKernels[] KernelsOf(Stack stack) => stack == Stack.Encoder ? _encoderKernels : _decoderKernels;

    /// <summary>A layer's part of the probabilities of a stack.</summary>
    private static Span<float> OfLayer(Span<float> probabilities, int layer, PackedStack stack)
    {
        int size = probabilities.Length / stack.Recipe.Layers;
        return probabilities.Slice(layer * size, size);
    }

    private byte* ModelInput(Workspace workspace, delegate*<float*, int, int, int, byte*, void> quantizer, float* rows, int count, bool sumsGroups) =>
        LinearLayers<TPrecision>.Input(workspace, quantizer, rows, count, _model.ModelStride, _model.ModelDimension, sumsGroups);

    /// <summary>The linear layer that begins a sublayer, into <see cref="Workspace.Wide"/>.</summary>
    private void InputLayer(Workspace workspace, float* input, int rows, in PackedSublayer weights, in SublayerKernels kernels, int outputs) =>
        LinearLayers<TPrecision>.Run(
            workspace,
            kernels.Input,
            ModelInput(workspace, kernels.InputQuantizer, input, rows, kernels.SumsGroupsOfInput),
            rows,
            _model.ModelDimension,
            in weights.Input,
            workspace.Wide,
            outputs);

    /// <summary>The linear layer that ends a sublayer: it adds the residual stream, into <see cref="Workspace.Alternate"/>.</summary>
    private void ResultLayer(Workspace workspace, float* input, int stride, int inputs, int rows, in PackedSublayer weights, in SublayerKernels kernels)
    {
        byte* read = LinearLayers<TPrecision>.Input(workspace, kernels.ResultQuantizer, input, rows, stride, inputs, kernels.SumsGroupsOfResult);
        workspace.Sharing.Linear(
            kernels.Result, read, rows, inputs, in weights.Result, workspace.Hidden, workspace.Alternate, PanelLayout.Panels(_model.ModelDimension));
    }

    /// <summary>What a sublayer reads: the residual stream, normalised first in a pre-norm model.</summary>
    private float* SublayerInput(Workspace workspace, int rows, float* norm)
    {
        if (!_isPreNorm)
        {
            return workspace.Hidden;
        }

        TKernels.Norm(workspace.Hidden, rows, norm, workspace.Alternate);
        return workspace.Alternate;
    }

    /// <summary>Makes a sublayer's result, which stands in <see cref="Workspace.Alternate"/>, the residual stream; normalised in a post-norm model.</summary>
    private void EndSublayer(Workspace workspace, int rows, float* norm)
    {
        if (!_isPreNorm)
        {
            TKernels.Norm(workspace.Alternate, rows, norm, workspace.Alternate);
        }

        workspace.SwapHidden();
    }

    /// <summary>The linear kernels of one sublayer, the same in every layer.</summary>
    private struct SublayerKernels
    {
        public delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Input;
        public delegate*<float*, int, int, int, byte*, void> InputQuantizer;
        public delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> KeysAndValues;
        public delegate*<float*, int, int, int, byte*, void> KeysAndValuesQuantizer;
        public delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Result;
        public delegate*<float*, int, int, int, byte*, void> ResultQuantizer;
        public bool SumsGroupsOfInput;
        public bool SumsGroupsOfKeysAndValues;
        public bool SumsGroupsOfResult;

        /// <summary>Takes the kernel of a slot.</summary>
        public void Take(WeightSlot slot, WeightPrecision precision)
        {
            // In some of the layers weights may have 4 bits.
            bool sumsGroups = slot.MayHaveFourBits && precision == WeightPrecision.Int4;
            switch (slot.Role)
            {
                case WeightRole.Input:
                    Input = TKernels.Linear<TPrecision>(slot.Shape);
                    InputQuantizer = TKernels.QuantizerOf(slot.Shape);
                    SumsGroupsOfInput = sumsGroups;
                    break;

                case WeightRole.KeysAndValues:
                    KeysAndValues = TKernels.Linear<TPrecision>(slot.Shape);
                    KeysAndValuesQuantizer = TKernels.QuantizerOf(slot.Shape);
                    SumsGroupsOfKeysAndValues = sumsGroups;
                    break;

                case WeightRole.Result:
                    Result = TKernels.Linear<TPrecision>(slot.Shape);
                    ResultQuantizer = TKernels.QuantizerOf(slot.Shape);
                    SumsGroupsOfResult = sumsGroups;
                    break;

                default:
                    throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "A sublayer has no such linear layer.");
            }
        }
    }
}
