using System.ComponentModel;
using System.Runtime.InteropServices;
using KernelGen.Decoding;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Runs a packed model. What a model's calls need, independent of the instruction set.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class Engine : IDisposable
{
    private readonly IdleWorkspaces _workspaces = new();
    private readonly PackedModel _model;
    private volatile bool _isDisposed;

    private protected Engine(PackedModel model)
    {
        _model = model;
        Drafting = new Drafting(this);
    }

    /// <summary>The instruction set that the kernels are written for.</summary>
    internal abstract InstructionSet InstructionSet { get; }

    internal ModelDescription Description => _model.Description;

    /// <summary>What is worth knowing of the weights.</summary>
    internal IReadOnlyList<string> Notices => ModelNotices.Of(_model.Description, _model.Facts.SharesOutput);

    private protected PackedModel Model => _model;

    /// <summary>What guesses tokens for parallel greedy search.</summary>
    internal Drafting Drafting { get; }

    /// <summary>How the weights of linear layers are stored.</summary>
    internal WeightPrecision Precision => _model.Facts.Precision;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Drafting.Dispose();
        _model.Memory.Dispose();
        DisposeWorkspaces();
        GC.SuppressFinalize(this);
    }

    /// <summary>The bytes that the weights take.</summary>
    internal long WeightBytes => _model.ByteLength;

    /// <summary>The number of learned weights.</summary>
    internal long Parameters => _model.Facts.CountParameters(Description);

    /// <summary>The bytes of native memory that earlier calls have left for later ones.</summary>
    internal long IdleBytes => _workspaces.Bytes;

    /// <summary>Uses the weights while they are held.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void WithWeights(Action<PackedModel> use)
    {
        Workspace workspace = Rent();
        try
        {
            use(_model);
        }
        finally
        {
            Return(workspace);
        }
    }

    /// <summary>Puts a packed model and its kernels together.</summary>
    /// <typeparam name="TKernels">The generated kernels.</typeparam>
    /// <param name="model">The packed weights.</param>
    /// <returns>The engine, compiled for the precision of the weights.</returns>
    public static Engine Create<TKernels>(PackedModel model)
        where TKernels : struct, IModelKernels
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Facts.Precision switch
        {
            WeightPrecision.Float32 => new Engine<TKernels, Float32Weights>(model),
            WeightPrecision.BFloat16 => new Engine<TKernels, BFloat16Weights>(model),
            WeightPrecision.Int8 => new Engine<TKernels, Int8Weights>(model),
            _ => throw new ArgumentException($"The weights have the precision {model.Facts.Precision}, for which there are no kernels.", nameof(model)),
        };
    }

    /// <summary>
    /// An engine with an 8-bit copy of the decoder. It decodes in the workspaces of this one, whose caches it shares: what it caches for a position is
    /// approximate, until this engine decodes that position.
    /// </summary>
    internal abstract Engine CreateDraft();

    /// <summary>Keeps the weights alive until <see cref="ReleaseWeights"/>.</summary>
    /// <returns><see langword="false"/> where they are gone.</returns>
    internal bool TryHoldWeights()
    {
        bool held = false;
        try
        {
            _model.Memory.DangerousAddRef(ref held);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Lets go of the weights.</summary>
    internal void ReleaseWeights() => _model.Memory.DangerousRelease();

    /// <summary>Rents the memory for one call and keeps the weights alive meanwhile.</summary>
    /// <param name="cancellation">Cancels the call: whatever works with the memory then throws before the next linear layer.</param>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <exception cref="OperationCanceledException">The call is cancelled already.</exception>
    internal Workspace Rent(CancellationToken cancellation = default)
    {
        // Calls that run hold the weights, so the handle alone would let new ones in after disposal.
        if (_isDisposed)
        {
            throw Disposed();
        }

        cancellation.ThrowIfCancellationRequested();
        Workspace workspace = _workspaces.Take() ?? new Workspace(Description);

        try
        {
            workspace.HoldWeights(_model.Memory);
            workspace.Cancellation = cancellation;
            return workspace;
        }
        catch (ObjectDisposedException)
        {
            workspace.Dispose();
            throw Disposed();
        }
    }

    /// <summary>Gives the memory back.</summary>
    internal void Return(Workspace workspace)
    {
        workspace.ReleaseWeights();
        workspace.Cancellation = default;
        _workspaces.Add(workspace);
        if (_isDisposed)
        {
            DisposeWorkspaces();
        }
    }

    /// <summary>Frees the memory that earlier calls have left for later ones.</summary>
    internal void DisposeWorkspaces()
    {
        while (_workspaces.Take() is { } workspace)
        {
            workspace.Dispose();
        }
    }

    /// <summary>
    /// Runs the encoder over the sources, which stand one behind the other without padding, and fills each sequence's cross-attention cache.
    /// The encoder output is in <see cref="Workspace.Hidden"/> where it is of one source, or of no more than <see cref="Workspace.SourceRows"/> tokens.
    /// </summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="tokens">The tokens of the sources.</param>
    /// <param name="sequences">The sequence of each source.</param>
    /// <param name="selfAttention">
    /// Receives the probabilities of self-attention, <c>[encoder layers, heads, source length, source length]</c>, where there is one source; empty where
    /// they are not wanted.
    /// </param>
    internal void Encode(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sequences, Span<float> selfAttention = default)
    {
        while (!sequences.IsEmpty)
        {
            int rows = 0;
            int count = 0;
            do
            {
                rows += workspace.Sequences[sequences[count++]].SourceLength;
            }
            while (count < sequences.Length && rows + workspace.Sequences[sequences[count]].SourceLength <= Workspace.SourceRows);

            EncodeBlock(workspace, tokens[..rows], sequences[..count], selfAttention);
            tokens = tokens[rows..];
            sequences = sequences[count..];
        }
    }

    /// <summary>Runs the encoder over the sources of some sequences together.</summary>
    private protected abstract void EncodeBlock(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sequences, Span<float> selfAttention);

    /// <summary>
    /// Runs the decoder over the next tokens of sequences: <paramref name="counts"/>[i] tokens of the sequence <paramref name="live"/>[i], one
    /// sequence behind the other. The decoder output is in <see cref="Workspace.Hidden"/>.
    /// </summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="live">The sequences.</param>
    /// <param name="counts">How many tokens of each.</param>
    /// <param name="selfAttention">
    /// Receives the probabilities of self-attention, <c>[decoder layers, heads, tokens, tokens]</c>, where there is one sequence, with nothing in its cache
    /// yet; empty where they are not wanted.
    /// </param>
    /// <param name="crossAttention">
    /// Receives the probabilities of cross-attention, <c>[decoder layers, heads, tokens, source length]</c>, where there is one sequence; empty where they
    /// are not wanted.
    /// </param>
    internal abstract void Decode(
        Workspace workspace,
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> live,
        ReadOnlySpan<int> counts,
        Span<float> selfAttention = default,
        Span<float> crossAttention = default);

    /// <summary>Decodes one token of each of the sequences <paramref name="live"/>.</summary>
    internal void DecodeStep(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> live) =>
        Decode(workspace, tokens, live, workspace.Ones(live.Length));

    /// <summary>What the encoder reads of a source, in its parts; in a workspace with room for as many rows.</summary>
    internal abstract Embedding EmbedSource(Workspace workspace, ReadOnlySpan<int> source);

    /// <summary>What the decoder reads of a target, in its parts; in a workspace with room for as many rows.</summary>
    internal abstract Embedding EmbedTarget(Workspace workspace, ReadOnlySpan<int> target);

    /// <summary>Computes one sequence's attention in one layer.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="task">What to compute.</param>
    /// <param name="part">Which of the parts of shared work this is.</param>
    internal abstract void Attend(Workspace workspace, in AttentionTask task, int part);

    /// <summary>Projects rows of <see cref="Workspace.Hidden"/> to <see cref="Workspace.Logits"/>.</summary>
    internal abstract void Project(Workspace workspace, int firstRow, int rows);

    /// <summary>Projects the first rows of <see cref="Workspace.Hidden"/> to <see cref="Workspace.Logits"/>, those of suppressed tokens being minus infinity.</summary>
    internal void ProjectAllowed(Workspace workspace, int rows)
    {
        Project(workspace, 0, rows);
        for (int row = 0; row < rows; row++)
        {
            Suppress(workspace, row);
        }
    }

    /// <summary>
    /// The best token that is not suppressed for each of the first rows of <see cref="Workspace.Hidden"/>; of equal ones the lowest;
    /// <see cref="NonFiniteLogits.NoToken"/> where there is none.
    /// </summary>
    internal abstract void BestTokens(Workspace workspace, int rows, Span<int> tokens);

    /// <summary>The same where the first rows were drafted by <see cref="DraftTokens"/>: their drafts' 8-bit logits save a part of the work.</summary>
    internal abstract void BestTokens(Workspace workspace, int rows, int drafted, Span<int> tokens);

    /// <summary>
    /// Guesses the best token for each of the first rows of <see cref="Workspace.Hidden"/> by 8-bit logits, which stay where
    /// <see cref="BestTokens(Workspace, int, int, Span{int})"/> finds them as those of the rows from <paramref name="firstRow"/> on. For engines that
    /// <see cref="CreateDraft"/> made.
    /// </summary>
    internal abstract void DraftTokens(Workspace workspace, int rows, int firstRow, Span<int> tokens);

    /// <summary>
    /// The best token of a row of logits, whose logit may be minus infinity; <see cref="NonFiniteLogits.NoToken"/> where a logit is plus infinity or
    /// not a number.
    /// </summary>
    internal abstract int ArgMax(Workspace workspace, int row);

    /// <summary>The same, and no token where its logit is minus infinity: no rule has forbidden tokens.</summary>
    internal int BestOfAll(Workspace workspace, int row)
    {
        int token = ArgMax(workspace, row);
        return token != NonFiniteLogits.NoToken && float.IsNegativeInfinity(Logits(workspace, row)[token]) ? NonFiniteLogits.NoToken : token;
    }

    /// <summary>The best tokens of a row of logits, as <see cref="Decoding.TopK.Find"/> finds them.</summary>
    internal int TopK(Workspace workspace, int row, Span<int> tokens) =>
        Decoding.TopK.Find(PaddedLogits(workspace, row), tokens);

    /// <summary>The highest logit of a row and the sum of exponentials over it.</summary>
    internal abstract (float Maximum, float Sum) SumOfExponentials(Workspace workspace, int row);

    /// <summary>Makes a row of as many scores as logits have room for probabilities: <c>softmax(scale · scores)</c>.</summary>
    internal abstract void Softmax(float* scores, float scale);

    /// <summary>A row of <see cref="Workspace.Logits"/> with what is behind the vocabulary: minus infinity, up to a multiple of 16.</summary>
    internal Span<float> PaddedLogits(Workspace workspace, int row) =>
        new(workspace.Logits + ((long)row * Description.LogitsStride), Description.LogitsStride);

    /// <summary>A row of <see cref="Workspace.Logits"/>.</summary>
    internal Span<float> Logits(Workspace workspace, int row) =>
        new(workspace.Logits + ((long)row * Description.LogitsStride), Description.TargetVocabularySize);

    /// <summary>A row of <see cref="Workspace.Hidden"/>.</summary>
    internal ReadOnlySpan<float> Hidden(Workspace workspace, int row) =>
        new(workspace.Hidden + ((long)row * Description.ModelStride), Description.ModelDimension);

    /// <summary>Makes the logits of a row's suppressed tokens minus infinity.</summary>
    internal void Suppress(Workspace workspace, int row)
    {
        Span<float> logits = Logits(workspace, row);
        foreach (int suppressed in Description.SuppressedTokens)
        {
            logits[suppressed] = float.NegativeInfinity;
        }
    }

    /// <summary>The same for a row whose token is given or forced. Where that is a suppressed one, it is scored over the whole vocabulary.</summary>
    internal void SuppressUnless(Workspace workspace, int row, int token)
    {
        if (!Description.SuppressedTokens.Contains(token))
        {
            Suppress(workspace, row);
        }
    }

    private ObjectDisposedException Disposed() => new(Description.Name, $"The model '{Description.Name}' has been disposed; load it again to use it.");
}

/// <summary>Composes a model's kernels to its encoder and decoder.</summary>
/// <typeparam name="TKernels">The generated kernels; being a struct, each gets code of its own, in which every call is direct.</typeparam>
/// <typeparam name="TPrecision">How the weights are stored.</typeparam>
internal sealed unsafe class Engine<TKernels, TPrecision> : Engine
    where TKernels : struct, IModelKernels
    where TPrecision : struct, IWeightPrecision
{
    /// <summary>Runs a model with these kernels.</summary>
    /// <param name="model">The packed weights.</param>
    public Engine(PackedModel model)
        : base(model)
    {
    }

    internal override InstructionSet InstructionSet => TKernels.InstructionSet;

    internal override Engine CreateDraft() => new Engine<TKernels, Int8Weights>(DraftPacking.Pack(Model));

    private bool IsPreNorm => Description.NormPlacement == NormPlacement.Pre;

    private protected override void EncodeBlock(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sequences, Span<float> selfAttention)
    {
        ModelDescription model = Description;
        int rows = 0;
        foreach (int sequence in sequences)
        {
            int length = workspace.Sequences[sequence].SourceLength;
            Embed(workspace, rows, tokens.Slice(rows, length), Model.SourceEmbedding, Model.SourcePositions, firstPosition: 0);
            rows += length;
        }

        NormInPlace(workspace, rows, Model.SourceEmbeddingNorm);
        for (int layerIndex = 0; layerIndex < Model.EncoderLayers.Length; layerIndex++)
        {
            ref readonly EncoderLayerWeights layer = ref Model.EncoderLayers[layerIndex];
            float* input = SublayerInput(workspace, rows, layer.AttentionNorm);
            QueryKeyValue(workspace, input, rows, layer.QueryKeyValue);
            Span<AttentionTask> tasks = workspace.Sharing.Tasks(sequences.Length);
            long first = 0;
            for (int i = 0; i < sequences.Length; i++)
            {
                int length = workspace.Sequences[sequences[i]].SourceLength;
                tasks[i] = new AttentionTask
                {
                    Kind = AttentionKind.Encoder,
                    Input = workspace.Wide + (first * 3 * model.AttentionWidth),
                    Rows = length,
                    Output = workspace.Context + (first * model.AttentionStride),
                };
                first += length;
            }

            if (!selfAttention.IsEmpty)
            {
                Probabilities(workspace, in tasks[0], OfLayer(selfAttention, layerIndex, Model.EncoderLayers.Length));
            }

            workspace.Sharing.Attention(this, sequences.Length);
            AttentionOutput(workspace, rows, layer.AttentionOutput);
            EndSublayer(workspace, rows, layer.AttentionNorm);
            FeedForward(workspace, rows, layer);
        }

        NormInPlace(workspace, rows, Model.EncoderFinalNorm);
        StoreCrossKeysAndValues(workspace, rows, sequences);
    }

    internal override void Decode(
        Workspace workspace,
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> live,
        ReadOnlySpan<int> counts,
        Span<float> selfAttention = default,
        Span<float> crossAttention = default)
    {
        ModelDescription model = Description;
        int rows = 0;
        for (int i = 0; i < live.Length; i++)
        {
            int firstPosition = workspace.Sequences[live[i]].TargetLength;
            Embed(workspace, rows, tokens.Slice(rows, counts[i]), Model.TargetEmbedding, Model.TargetPositions, firstPosition);
            rows += counts[i];
        }

        NormInPlace(workspace, rows, Model.TargetEmbeddingNorm);
        for (int layerIndex = 0; layerIndex < Model.DecoderLayers.Length; layerIndex++)
        {
            ref readonly DecoderLayerWeights layer = ref Model.DecoderLayers[layerIndex];
            float* input = SublayerInput(workspace, rows, layer.Self.AttentionNorm);
            QueryKeyValue(workspace, input, rows, layer.Self.QueryKeyValue);
            Span<AttentionTask> tasks = workspace.Sharing.Tasks(live.Length);
            long first = 0;
            for (int i = 0; i < live.Length; i++)
            {
                ref readonly Sequence sequence = ref workspace.Sequences[live[i]];
                float* keys = sequence.SelfKeys + (layerIndex * sequence.SelfLayerStride);
                tasks[i] = new AttentionTask
                {
                    Kind = AttentionKind.Decoder,
                    Input = workspace.Wide + (first * 3 * model.AttentionWidth),
                    Rows = counts[i],
                    Keys = keys,
                    Values = keys + sequence.SelfValues,
                    Cached = sequence.TargetLength,
                    Output = workspace.Context + (first * model.AttentionStride),
                };
                first += counts[i];
            }

            if (!selfAttention.IsEmpty)
            {
                Probabilities(workspace, in tasks[0], OfLayer(selfAttention, layerIndex, Model.DecoderLayers.Length));
            }

            workspace.Sharing.Attention(this, live.Length);
            AttentionOutput(workspace, rows, layer.Self.AttentionOutput);
            EndSublayer(workspace, rows, layer.Self.AttentionNorm);

            input = SublayerInput(workspace, rows, layer.CrossNorm);
            Linear(workspace, &TKernels.CrossQuery<TPrecision>, ModelInput(workspace, input, rows), rows, model.ModelDimension, in layer.CrossQuery, workspace.Wide, model.AttentionWidth);
            first = 0;
            int taskCount = 0;
            for (int i = 0; i < live.Length;)
            {
                // Neighbours that are hypotheses of one source attend to one cache: together, so that it is read once.
                ref readonly Sequence sequence = ref workspace.Sequences[live[i]];
                int count = 0;
                do
                {
                    count += counts[i++];
                }
                while (i < live.Length && workspace.Sequences[live[i]].CrossKeys == sequence.CrossKeys);

                float* keys = sequence.CrossKeys + (layerIndex * sequence.CrossLayerStride);
                tasks[taskCount++] = new AttentionTask
                {
                    Kind = AttentionKind.Cross,
                    Input = workspace.Wide + (first * model.AttentionWidth),
                    Rows = count,
                    Keys = keys,
                    Values = keys + sequence.CrossValues,
                    Cached = sequence.SourceLength,
                    Output = workspace.Context + (first * model.AttentionStride),
                };
                first += count;
            }

            if (!crossAttention.IsEmpty)
            {
                Probabilities(workspace, in tasks[0], OfLayer(crossAttention, layerIndex, Model.DecoderLayers.Length));
            }

            workspace.Sharing.Attention(this, taskCount);
            AttentionOutput(workspace, rows, layer.CrossOutput);
            EndSublayer(workspace, rows, layer.CrossNorm);
            FeedForward(workspace, rows, layer.Self);
        }

        NormInPlace(workspace, rows, Model.DecoderFinalNorm);
        for (int i = 0; i < live.Length; i++)
        {
            workspace.Sequences[live[i]].TargetLength += counts[i];
        }
    }

    internal override Embedding EmbedSource(Workspace workspace, ReadOnlySpan<int> source) =>
        Embed(workspace, source, Model.SourceEmbedding, Model.SourcePositions, Model.SourceEmbeddingNorm);

    internal override Embedding EmbedTarget(Workspace workspace, ReadOnlySpan<int> target) =>
        Embed(workspace, target, Model.TargetEmbedding, Model.TargetPositions, Model.TargetEmbeddingNorm);

    private Embedding Embed(Workspace workspace, ReadOnlySpan<int> tokens, float* table, float* positions, float* norm)
    {
        var result = new Embedding(tokens.Length, Description.ModelDimension);

        // Tokens alone are at a position of zeros.
        float* nowhere = workspace.Alternate;
        new Span<float>(nowhere, Description.ModelStride).Clear();
        for (int i = 0; i < tokens.Length; i++)
        {
            TKernels.Embed(tokens[i], table, nowhere, workspace.Hidden);
            Hidden(workspace, row: 0).CopyTo(result.TokenRow(i));
            float* position = Position(positions, i);
            if (position != null)
            {
                new ReadOnlySpan<float>(position, Description.ModelDimension).CopyTo(result.PositionRow(i));
            }
        }

        Embed(workspace, 0, tokens, table, positions, firstPosition: 0);
        NormInPlace(workspace, tokens.Length, norm);
        for (int i = 0; i < tokens.Length; i++)
        {
            Hidden(workspace, i).CopyTo(result.InputRow(i));
        }

        return result;
    }

    /// <summary>Embeds the tokens of consecutive positions into <see cref="Workspace.Hidden"/>, from a row on.</summary>
    private void Embed(Workspace workspace, int firstRow, ReadOnlySpan<int> tokens, float* table, float* positions, int firstPosition)
    {
        float* output = workspace.Hidden + ((long)firstRow * Description.ModelStride);
        for (int i = 0; i < tokens.Length; i++)
        {
            TKernels.Embed(tokens[i], table, Position(positions, firstPosition + i), output);
            output += Description.ModelStride;
        }
    }

    /// <summary>A layer's part of the probabilities of a stack.</summary>
    private static Span<float> OfLayer(Span<float> probabilities, int layer, int layers)
    {
        int size = probabilities.Length / layers;
        return probabilities.Slice(layer * size, size);
    }

    /// <summary>
    /// With which probabilities the rows of a task attend, <c>[heads, rows, positions]</c>, before the task itself is done. Attention to values that are 1 in a
    /// column of their own and 0 elsewhere is the probabilities themselves, bit for bit; so many positions at a time as a head has columns.
    /// </summary>
    private void Probabilities(Workspace workspace, in AttentionTask task, Span<float> probabilities)
    {
        int width = Description.AttentionWidth;
        int columns = Description.HeadWidth;
        int length = task.Kind == AttentionKind.Cross ? task.Cached : task.Cached + task.Rows;

        // These values have the room of values that the task, or an encoder layer, writes anew; the output has that of the task's.
        float* keys = Keys(workspace, in task, part: 0);
        float* values = task.Kind == AttentionKind.Decoder ? task.Values : workspace.EncoderValues(0);
        Append(in task, keys, values);
        for (int first = 0; first < length; first += columns)
        {
            // Of a long source all of them together take many times as long as the layer.
            workspace.Cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(columns, length - first);
            NativeMemory.Clear(values, (nuint)length * (nuint)width * sizeof(float));
            for (int i = 0; i < count; i++)
            {
                float* value = values + ((long)(first + i) * width) + i;
                for (int head = 0; head < width; head += columns)
                {
                    value[head] = 1;
                }
            }

            Attend(workspace, in task, keys, values, workspace.AttentionScratch(0));
            for (int head = 0; head < Description.Heads; head++)
            {
                for (int row = 0; row < task.Rows; row++)
                {
                    new ReadOnlySpan<float>(task.Output + ((long)row * Description.AttentionStride) + (head * columns), count)
                        .CopyTo(probabilities.Slice((((head * task.Rows) + row) * length) + first, count));
                }
            }
        }
    }

    internal override void Attend(Workspace workspace, in AttentionTask task, int part)
    {
        float* keys = Keys(workspace, in task, part);
        float* values = task.Kind == AttentionKind.Encoder ? workspace.EncoderValues(part) : task.Values;
        Append(in task, keys, values);
        Attend(workspace, in task, keys, values, workspace.AttentionScratch(part));
    }

    private static float* Keys(Workspace workspace, in AttentionTask task, int part) =>
        task.Kind == AttentionKind.Encoder ? workspace.EncoderKeys(part) : task.Keys;

    /// <summary>Appends the keys and values of a task's rows; those of the source, to which target tokens attend, are there.</summary>
    private static void Append(in AttentionTask task, float* keys, float* values)
    {
        if (task.Kind != AttentionKind.Cross)
        {
            TKernels.AppendKeysAndValues(task.Input, task.Rows, task.Cached, keys, values);
        }
    }

    /// <summary>
    /// Attends block by block, each of which takes a millisecond or so: of a long source all rows together take minutes. A cancelled call leaves the rest as it
    /// is, and throws in <see cref="WorkSharing.Attention"/>.
    /// </summary>
    private void Attend(Workspace workspace, in AttentionTask task, float* keys, float* values, float* scratch)
    {
        int visible = task.Kind switch
        {
            AttentionKind.Encoder => task.Rows,
            AttentionKind.Decoder => task.Cached + 1,
            AttentionKind.Cross => task.Cached,
            _ => throw new ArgumentException($"There is no attention of the kind {task.Kind}.", nameof(task)),
        };
        int visibleStep = task.Kind == AttentionKind.Decoder ? 1 : 0;
        int inputStride = (task.Kind == AttentionKind.Cross ? 1 : 3) * Description.AttentionWidth;
        int block = AttentionTask.RowsAtOnce(visible + (visibleStep * task.Rows), Description.AttentionWidth);
        for (int first = 0; first < task.Rows && !workspace.Cancellation.IsCancellationRequested; first += block)
        {
            int rows = Math.Min(block, task.Rows - first);
            float* input = task.Input + ((long)first * inputStride);
            float* output = task.Output + ((long)first * Description.AttentionStride);
            if (task.Kind == AttentionKind.Cross)
            {
                TKernels.CrossAttention(input, rows, keys, values, visible, scratch, output);
            }
            else
            {
                TKernels.SelfAttention(input, rows, keys, values, visible + (visibleStep * first), visibleStep, scratch, output);
            }
        }
    }

    internal override void Project(Workspace workspace, int firstRow, int rows) =>
        Linear(
            workspace,
            &TKernels.Logits<TPrecision>,
            ModelInput(workspace, workspace.Hidden + ((long)firstRow * Description.ModelStride), rows),
            rows,
            Description.ModelDimension,
            Model.Output,
            workspace.Logits,
            Description.TargetVocabularySize);

    internal override void BestTokens(Workspace workspace, int rows, Span<int> tokens)
    {
        ModelDescription model = Description;
        bool isInt8 = TPrecision.Value == WeightPrecision.Int8;
        if (Model.Screen is not { } screen || (isInt8 && rows > OutputScreening.MaxInt8Rows))
        {
            ProjectAllowed(workspace, rows);
            for (int row = 0; row < rows; row++)
            {
                tokens[row] = BestOfAll(workspace, row);
            }

            return;
        }

        ScreenLogits(
            workspace, isInt8 ? &TKernels.LogitsOfUpperBits : &TKernels.Logits<Int8Weights>, 0, rows, screen.Weights, workspace.Quantized, workspace.Logits);
        for (int row = 0; row < rows; row++)
        {
            tokens[row] = BestOfScreened(workspace, row, workspace.Quantized + ((long)row * model.QuantizedStride), screen);
        }
    }

    internal override void BestTokens(Workspace workspace, int rows, int drafted, Span<int> tokens)
    {
        if (drafted == 0 || TPrecision.Value == WeightPrecision.Int8 || Model.Screen is not { } screen)
        {
            BestTokens(workspace, rows, tokens);
            return;
        }

        if (drafted < rows)
        {
            ScreenLogits(
                workspace,
                &TKernels.Logits<Int8Weights>,
                drafted,
                rows - drafted,
                screen.Weights,
                workspace.DraftInputs(drafted),
                workspace.Logits + ((long)drafted * Description.LogitsStride));
        }

        for (int row = 0; row < rows; row++)
        {
            tokens[row] = BestOfScreened(workspace, row, workspace.DraftInputs(row), screen);
        }
    }

    internal override void DraftTokens(Workspace workspace, int rows, int firstRow, Span<int> tokens)
    {
        ScreenLogits(
            workspace,
            &TKernels.Logits<Int8Weights>,
            0,
            rows,
            Model.Output,
            workspace.DraftInputs(firstRow),
            workspace.Logits + ((long)firstRow * Description.LogitsStride));
        for (int row = 0; row < rows; row++)
        {
            // Whatever the copy makes of numbers that are not finite is only a guess.
            Suppress(workspace, firstRow + row);
            tokens[row] = Math.Max(ArgMax(workspace, firstRow + row), 0);
        }
    }

    /// <summary>Logits of rows of <see cref="Workspace.Hidden"/> by weights of 8 bits or fewer.</summary>
    private void ScreenLogits(
        Workspace workspace,
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        int hiddenRow,
        int rows,
        in LinearWeights weights,
        byte* quantized,
        float* logits)
    {
        ModelDescription model = Description;
        TKernels.Quantize(workspace.Hidden + ((long)hiddenRow * model.ModelStride), rows, model.ModelStride, model.ModelDimension, quantized);
        Linear(workspace, kernel, quantized, rows, model.ModelDimension, in weights, logits, model.TargetVocabularySize);
    }

    /// <summary>
    /// The best token of a row whose screened logits are there: of this row, or of a draft of it, which is only farther away (<see cref="OutputScreening"/>).
    /// </summary>
    private int BestOfScreened(Workspace workspace, int row, byte* quantized, in OutputScreen screen)
    {
        ModelDescription model = Description;
        bool isInt8 = TPrecision.Value == WeightPrecision.Int8;
        Suppress(workspace, row);
        float* input = workspace.Hidden + ((long)row * model.ModelStride);
        float* logits = workspace.Logits + ((long)row * model.LogitsStride);
        bool isBounded = isInt8
            ? OutputScreening.TryBoundUpperBits(quantized, model, *screen.Limits, out OutputScreening.ErrorBound bound)
            : OutputScreening.TryBound(input, quantized, model, *screen.Limits, out bound);
        byte* exactInput = isInt8 ? quantized : (byte*)input;
        if (isBounded && BestOfAll(workspace, row) is >= 0 and var best)
        {
            return OutputScreening.Best<TPrecision>(exactInput, logits, best, bound, screen, Model.Output, model);
        }

        Linear(workspace, &TKernels.Logits<TPrecision>, exactInput, 1, model.ModelDimension, Model.Output, logits, model.TargetVocabularySize);
        Suppress(workspace, row);
        return BestOfAll(workspace, row);
    }

    internal override int ArgMax(Workspace workspace, int row)
    {
        float* logits = workspace.Logits + ((long)row * Description.LogitsStride);
        int token = TKernels.ArgMax(logits);
        return token >= 0 && !float.IsPositiveInfinity(logits[token]) ? token : NonFiniteLogits.NoToken;
    }

    internal override (float Maximum, float Sum) SumOfExponentials(Workspace workspace, int row)
    {
        float maximum;
        float sum = TKernels.SumOfExponentials(workspace.Logits + ((long)row * Description.LogitsStride), &maximum);
        return (maximum, sum);
    }

    internal override void Softmax(float* scores, float scale) => TKernels.Softmax(scores, 1, Description.LogitsStride, Description.LogitsStride, scale);

    private static void Linear(
        Workspace workspace,
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        byte* input,
        int rows,
        int inputs,
        in LinearWeights weights,
        float* output,
        int outputs) => workspace.Sharing.Linear(kernel, input, rows, inputs, in weights, null, output, PanelPacking.Panels(outputs));

    /// <summary>A linear layer that ends a sublayer: it adds the residual stream, into <see cref="Workspace.Alternate"/>.</summary>
    private void LinearWithResidual(
        Workspace workspace, delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel, byte* input, int rows, int inputs, in LinearWeights weights) =>
        workspace.Sharing.Linear(
            kernel, input, rows, inputs, in weights, workspace.Hidden, workspace.Alternate, PanelPacking.Panels(Description.ModelDimension));

    /// <summary>Rows as a linear kernel reads them: as they are, or quantised when weights are 8-bit integers.</summary>
    private static byte* Input(Workspace workspace, float* rows, int count, int stride, int width)
    {
        if (TPrecision.Value != WeightPrecision.Int8)
        {
            return (byte*)rows;
        }

        TKernels.Quantize(rows, count, stride, width, workspace.Quantized);
        return workspace.Quantized;
    }

    private byte* ModelInput(Workspace workspace, float* rows, int count) => Input(workspace, rows, count, Description.ModelStride, Description.ModelDimension);

    private void QueryKeyValue(Workspace workspace, float* input, int rows, in LinearWeights weights) =>
        Linear(
            workspace, &TKernels.QueryKeyValue<TPrecision>, ModelInput(workspace, input, rows), rows, Description.ModelDimension, in weights, workspace.Wide, 3 * Description.AttentionWidth);

    private void AttentionOutput(Workspace workspace, int rows, in LinearWeights weights)
    {
        byte* input = Input(workspace, workspace.Context, rows, Description.AttentionStride, Description.AttentionWidth);
        LinearWithResidual(workspace, &TKernels.AttentionOutput<TPrecision>, input, rows, Description.AttentionWidth, in weights);
    }

    private float* Position(float* table, int position) => table == null ? null : table + ((long)position * Description.ModelStride);

    /// <summary>A norm that stands alone: of embeddings, or at the end of a stack; nothing where the model has none.</summary>
    private static void NormInPlace(Workspace workspace, int rows, float* norm)
    {
        if (norm != null)
        {
            TKernels.LayerNorm(workspace.Hidden, rows, norm, workspace.Hidden);
        }
    }

    /// <summary>What a sublayer reads: the residual stream, normalised first in a pre-norm model.</summary>
    private float* SublayerInput(Workspace workspace, int rows, float* norm)
    {
        if (!IsPreNorm)
        {
            return workspace.Hidden;
        }

        TKernels.LayerNorm(workspace.Hidden, rows, norm, workspace.Alternate);
        return workspace.Alternate;
    }

    /// <summary>Makes a sublayer's result, which stands in <see cref="Workspace.Alternate"/>, the residual stream; normalised in a post-norm model.</summary>
    private void EndSublayer(Workspace workspace, int rows, float* norm)
    {
        if (!IsPreNorm)
        {
            TKernels.LayerNorm(workspace.Alternate, rows, norm, workspace.Alternate);
        }

        workspace.SwapHidden();
    }

    private void FeedForward(Workspace workspace, int rows, in EncoderLayerWeights layer)
    {
        float* input = SublayerInput(workspace, rows, layer.FeedForwardNorm);
        ModelDescription model = Description;
        Linear(
            workspace,
            &TKernels.FeedForwardExpand<TPrecision>,
            ModelInput(workspace, input, rows),
            rows,
            model.ModelDimension,
            in layer.FeedForwardExpand,
            workspace.Wide,
            model.FeedForwardDimension);
        byte* wide = Input(workspace, workspace.Wide, rows, model.FeedForwardStride, model.FeedForwardDimension);
        LinearWithResidual(workspace, &TKernels.FeedForwardContract<TPrecision>, wide, rows, model.FeedForwardDimension, in layer.FeedForwardContract);
        EndSublayer(workspace, rows, layer.FeedForwardNorm);
    }

    /// <summary>The keys and values of cross-attention, once per source and layer.</summary>
    private void StoreCrossKeysAndValues(Workspace workspace, int rows, ReadOnlySpan<int> sequences)
    {
        byte* input = ModelInput(workspace, workspace.Hidden, rows);
        for (int layerIndex = 0; layerIndex < Model.DecoderLayers.Length; layerIndex++)
        {
            Linear(
                workspace,
                &TKernels.CrossKeyValue<TPrecision>,
                input,
                rows,
                Description.ModelDimension,
                in Model.DecoderLayers[layerIndex].CrossKeyValue,
                workspace.Wide,
                2 * Description.AttentionWidth);
            long first = 0;
            foreach (int place in sequences)
            {
                ref readonly Sequence sequence = ref workspace.Sequences[place];
                float* keys = sequence.CrossKeys + (layerIndex * sequence.CrossLayerStride);
                TKernels.StoreCrossKeysAndValues(
                    workspace.Wide + (first * 2 * Description.AttentionWidth),
                    sequence.SourceLength,
                    keys,
                    keys + sequence.CrossValues);
                first += sequence.SourceLength;
            }
        }
    }
}
