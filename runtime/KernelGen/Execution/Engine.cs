using System.ComponentModel;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Runs a packed model. What a model's calls need, independent of the instruction set.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class Engine : IDisposable
{
    private readonly IdleWorkspaces _workspaces = new();
    private readonly PackedModel _model;
    private IDisposable? _companion;
    private volatile bool _isDisposed;

    private protected Engine(PackedModel model)
    {
        _model = model;
    }

    /// <summary>The instruction set that the kernels are written for.</summary>
    internal abstract InstructionSet InstructionSet { get; }

    internal ModelDescription Description => _model.Description;

    /// <summary>What is worth knowing of the weights.</summary>
    internal IReadOnlyList<string> Notices => ModelNotices.Of(_model.Description, _model.Facts.SharesOutput);

    private protected PackedModel Model => _model;

    /// <summary>What a search keeps with the model, for all calls, until the model is disposed; made when it is first asked for.</summary>
    /// <typeparam name="TCompanion">Its type, of which there is one.</typeparam>
    /// <param name="create">Makes it; of two threads that do, one's is kept.</param>
    internal TCompanion Companion<TCompanion>(Func<Engine, TCompanion> create)
        where TCompanion : class, IDisposable
    {
        if (_companion is null)
        {
            Interlocked.CompareExchange(ref _companion, create(this), null);
        }

        return (TCompanion)_companion;
    }

    /// <summary>How the weights of linear layers are stored.</summary>
    internal WeightPrecision Precision => _model.Facts.Precision;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _companion?.Dispose();
        _model.Memory.Dispose();
        DisposeWorkspaces();
        GC.SuppressFinalize(this);
    }

    /// <summary>The bytes that the weights take.</summary>
    internal long WeightBytes => _model.ByteLength;

    /// <summary>The number of learned weights.</summary>
    internal long Parameters => _model.Facts.CountParameters(_model.Recipe);

    /// <summary>The bytes of native memory that earlier calls have left for later ones.</summary>
    internal long IdleBytes => _workspaces.Bytes;

    /// <summary>Uses the weights while they are held.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void WithWeights(Action<PackedModel> use)
    {
        using WorkspaceLease lease = Lease();
        use(_model);
    }

    /// <summary>Rents the memory for one call until the lease is disposed, and keeps the weights alive meanwhile.</summary>
    /// <inheritdoc cref="Rent"/>
    internal WorkspaceLease Lease(CancellationToken cancellation = default) => new(this, Rent(cancellation));

    /// <summary>Puts a packed model and its kernels together.</summary>
    /// <typeparam name="TKernels">The generated kernels.</typeparam>
    /// <param name="model">The packed weights.</param>
    /// <returns>The engine, compiled for the precision of the weights.</returns>
    public static Engine Create<TKernels>(PackedModel model)
        where TKernels : struct, IModelKernels => Create<TKernels, Int8Weights>(model, TKernels.InstructionSet);

    /// <summary>The same with <see cref="InstructionSet.AvxVnni"/>, which has the kernels of AVX2, and instructions of its own in those for 8-bit weights.</summary>
    /// <inheritdoc cref="Create{TKernels}"/>
    public static Engine CreateWithAvxVnni<TKernels>(PackedModel model)
        where TKernels : struct, IModelKernels => Create<TKernels, AvxVnniWeights>(model, InstructionSet.AvxVnni);

    /// <summary>Puts a packed model and its kernels together.</summary>
    /// <typeparam name="TKernels">The generated kernels.</typeparam>
    /// <typeparam name="TInt8">How 8-bit weights are multiplied.</typeparam>
    /// <param name="model">The packed weights.</param>
    /// <param name="instructionSet">What the engine is said to run with.</param>
    internal static Engine Create<TKernels, TInt8>(PackedModel model, InstructionSet instructionSet)
        where TKernels : struct, IModelKernels
        where TInt8 : struct, IWeightPrecision
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Facts.Precision switch
        {
            WeightPrecision.Float32 => new KernelEngine<TKernels, Float32Weights>(model, instructionSet, CreateInt8<TKernels, TInt8>),
            WeightPrecision.BFloat16 => new KernelEngine<TKernels, BFloat16Weights>(model, instructionSet, CreateInt8<TKernels, TInt8>),
            WeightPrecision.Int8 or WeightPrecision.Int4 => CreateInt8<TKernels, TInt8>(model, instructionSet),
            _ => throw new ArgumentException($"The weights have the precision {model.Facts.Precision}, for which there are no kernels.", nameof(model)),
        };
    }

    private static KernelEngine<TKernels, TInt8> CreateInt8<TKernels, TInt8>(PackedModel model, InstructionSet instructionSet)
        where TKernels : struct, IModelKernels
        where TInt8 : struct, IWeightPrecision => new(model, instructionSet, CreateInt8<TKernels, TInt8>);

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
        long begun = workspace.Measurement.BeginEncoding();
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

        workspace.Measurement.EndEncoding(begun);
    }

    /// <summary>
    /// Runs the encoder over the one source of a workspace, which is audio, and fills its cross-attention cache. The encoder output is in <see cref="Workspace.Hidden"/>.
    /// </summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="frames"><c>[frames, channels]</c>.</param>
    internal abstract void EncodeFrames(Workspace workspace, ReadOnlySpan<float> frames);

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

    /// <summary>
    /// Decodes one token of each of the live hypotheses of sources, one source behind the other, whose self-attention caches are shared (<see cref="Workspace.ShareTargets"/>).
    /// The decoder output is in <see cref="Workspace.Hidden"/>.
    /// </summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="counts">How many hypotheses of each.</param>
    /// <param name="places">Where the tokens of the hypotheses stand, these included.</param>
    internal abstract void DecodeHypotheses(Workspace workspace, ReadOnlySpan<int> tokens, ReadOnlySpan<int> sources, ReadOnlySpan<int> counts, TokenPlaces places);

    /// <summary>What the encoder reads of a source, in its parts; in a workspace with room for as many rows.</summary>
    internal abstract Embedding EmbedSource(Workspace workspace, ReadOnlySpan<int> source);

    /// <summary>What the decoder reads of a target, in its parts; in a workspace with room for as many rows.</summary>
    internal abstract Embedding EmbedTarget(Workspace workspace, ReadOnlySpan<int> target);

    /// <summary>Computes one sequence's attention in one layer.</summary>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="task">What to compute.</param>
    /// <param name="part">Which of the parts of shared work this is.</param>
    internal abstract void Attend(Workspace workspace, in AttentionTask task, int part);

    /// <summary>Appends the keys and values of a task whose rows are then shared out.</summary>
    internal abstract void AppendKeysAndValues(Workspace workspace, in AttentionTask task);

    /// <summary>Computes some rows of a task whose keys and values are appended: from one, which is a multiple of <see cref="AttentionTask.BlockRows"/>, to before another.</summary>
    internal abstract void AttendRows(Workspace workspace, in AttentionTask task, int firstRow, int endRow, int part);

    /// <summary>Computes some heads of a task of cross-attention: from one to before another.</summary>
    internal abstract void AttendHeads(Workspace workspace, in AttentionTask task, int firstHead, int endHead, int part);

    /// <summary>Projects rows of <see cref="Workspace.Hidden"/> to <see cref="Workspace.Logits"/>.</summary>
    internal abstract void Project(Workspace workspace, int firstRow, int rows);

    /// <summary>Copies the columns of a source's candidates out of the output projection.</summary>
    internal abstract void GatherCandidates(OutputCandidates candidates, int source);

    /// <summary>
    /// Projects rows of <see cref="Workspace.Hidden"/> to the logits of a source's candidates, which have the bits of <see cref="Project"/>; those of all other tokens are minus infinity.
    /// </summary>
    internal abstract void ProjectCandidates(Workspace workspace, OutputCandidates candidates, int source, int firstRow, int rows);

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
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="tokens">Receives the tokens.</param>
    /// <param name="forbidden">What else may not come, or <see langword="null"/>. It may be asked twice for a row.</param>
    internal abstract void BestTokens(Workspace workspace, int rows, Span<int> tokens, IForbiddenTokens? forbidden = null);

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

    /// <summary>The best tokens of a row of logits, as <see cref="Execution.TopK.Find"/> finds them.</summary>
    internal int TopK(Workspace workspace, int row, Span<int> tokens) =>
        Execution.TopK.Find(PaddedLogits(workspace, row), tokens);

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
