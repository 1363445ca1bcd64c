using System.Runtime.CompilerServices;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Telemetry;

namespace KernelGen;

/// <summary>An encoder-decoder Transformer, ready to run. Declared with <see cref="EncoderDecoderModelAttribute"/>.</summary>
/// <remarks>
/// Thread-safe: any number of calls may run at once; they share the weights. Results have the same bits on every instruction set, whether
/// tokens are generated one by one or scored together, and whatever sources are generated for together.
/// <para>
/// Every call that works takes a <see cref="CancellationToken"/> and looks at it before each linear layer, six times in a decoder layer: a call ends within
/// a part of the time of one token, or, while it encodes a long source, of one encoder layer. It then throws <see cref="OperationCanceledException"/>; the
/// model and other calls go on as if it had never been.
/// </para>
/// <para>
/// Calls compute on the thread that makes them, and there is no asynchronous form of those that have one result, because it would only move the work to
/// another thread: where the caller's must stay free, <c>await Task.Run(() => model.Generate(source, options, token))</c> says so. What streams is
/// asynchronous, for there the caller has something to do meanwhile: <see cref="StreamAsync(ReadOnlyMemory{int}, GenerationOptions?, CancellationToken)"/> and
/// <see cref="GenerateAsync"/>.
/// </para>
/// </remarks>
public abstract class EncoderDecoder : TransformerModel
{
    /// <summary>Called by the generated class.</summary>
    /// <param name="engine">Runs the model.</param>
    protected EncoderDecoder(Engine engine)
        : base(engine)
    {
    }

    /// <summary>The longest source, in tokens.</summary>
    public int MaxSourceLength => Model.MaxSourceLength;

    /// <summary>The number of source tokens; token ids are below it.</summary>
    public int SourceVocabularySize => Model.SourceVocabularySize;

    /// <summary>
    /// Generates a target for a source: by greedy search, in which each token is the most probable one after those before it, by beam search where
    /// <see cref="GenerationOptions.BeamSize"/> asks for it, or by drawing tokens where <see cref="GenerationOptions.Sampling"/> does.
    /// </summary>
    /// <param name="source">The source tokens, as the model was trained: with the end token, where it saw one.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The generated target, or the best ones.</returns>
    /// <exception cref="ArgumentException">The source is empty, is longer than declared, or holds a token out of range; or an option is.</exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    [OverloadResolutionPriority(1)] // An empty collection expression is an empty source, as one of integers is a source.
    public GenerationResult Generate(ReadOnlySpan<int> source, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        SearchSettings settings = SearchSettings.Of(options, Model);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        return BatchSearch.Run(Engine, lease.Workspace, source, settings);
    }

    /// <summary>
    /// Generates targets for a list of sources of any lengths, several at once: faster than one after another, because the weights are read once for all of
    /// them, with the same bits.
    /// </summary>
    /// <param name="sources">The tokens of each source, as <see cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)"/> takes them. Left alone until the call returns.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was generated for each source, in the order of the list; empty for an empty list.</returns>
    /// <remarks>
    /// At most 64 rows (sources times <see cref="GenerationOptions.BeamSize"/>, or times samples) are worked on at once, the longest sources first; where
    /// targets are complete, the next sources take their places. So the memory of a call does not grow with the list, its results apart. Most of it are
    /// caches: for each row <c>2 · decoder layers · model dimension · MaxLength</c> floats, and for each of the longest sources that are worked on at once
    /// the same with its own length.
    /// </remarks>
    /// <exception cref="ArgumentNullException">There is no list.</exception>
    /// <exception cref="ArgumentException">A source is null or empty, is longer than declared, or holds a token out of range; or an option is.</exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public GenerationResult[] Generate(IReadOnlyList<int[]> sources, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        SearchSettings settings = SearchSettings.Of(options, Model);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        return BatchSearch.RunAll(Engine, lease.Workspace, sources, settings);
    }

    /// <summary>
    /// Generates targets for the rows of a rectangular array, the end of each filled up with <see cref="TransformerModel.PadToken"/>. Padding is not computed: results have
    /// the bits, and take the time, of a list of the rows without it.
    /// </summary>
    /// <param name="sources"><c>[sources, columns]</c>: in each row the tokens of a source, then pad tokens. Copied.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was generated for each row, in their order; empty for an array without rows.</returns>
    /// <exception cref="ArgumentNullException">There is no array.</exception>
    /// <exception cref="ArgumentException">
    /// A row holds pad tokens alone, or one before a token; it has more tokens than declared, or one out of range; or an option is.
    /// </exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public GenerationResult[] Generate(int[,] sources, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Generate(sources, PadToken, options, cancellationToken);

    /// <summary>
    /// Generates targets for the rows of a rectangular array, as <see cref="Generate(int[,], GenerationOptions?, CancellationToken)"/> does, with another pad
    /// token than the declared one.
    /// </summary>
    /// <param name="sources"><c>[sources, columns]</c>: in each row the tokens of a source, then pad tokens. Copied.</param>
    /// <param name="padToken">What fills the rows: a token that stands in no source, or a number that is no token, such as -1.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <inheritdoc cref="Generate(int[,], GenerationOptions?, CancellationToken)"/>
    public GenerationResult[] Generate(int[,] sources, int padToken, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return Generate(PaddedRows.Unpad(sources, padToken, nameof(sources)), options, cancellationToken);
    }

    /// <summary>Generates a target for a source by greedy search or sampling, and hands out each token as soon as it is known.</summary>
    /// <param name="source">The source tokens, as the model was trained: with the end token, where it saw one.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// The tokens, without the end token: fewer than the maximum length when the end token came. Each enumeration generates anew; to stop early,
    /// stop enumerating.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The source is empty, is longer than declared, or holds a token out of range; or an option is; or it asks for beam search, whose tokens are known
    /// only at the end, or for several samples, or for cross-attention, which is computed at the end.
    /// </exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when enumeration begins.</exception>
    public IEnumerable<GeneratedToken> Stream(ReadOnlySpan<int> source, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        return Stream(source.ToArray(), SettingsOfStream(options), cancellationToken);
    }

    /// <summary>
    /// Generates a target for a source by greedy search, and hands out each token as soon as it is known, as
    /// <see cref="Stream(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)"/> does, for callers whose thread must stay free: each token is computed on
    /// the thread pool, one when the caller asks for it.
    /// </summary>
    /// <param name="source">The source tokens, as the model was trained: with the end token, where it saw one. They are copied.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellationToken">Cancels the enumeration; so does the token of <c>WithCancellation</c>.</param>
    /// <returns>The tokens, without the end token. Each enumeration generates anew; to stop early, stop enumerating: that gives the call's memory back.</returns>
    /// <exception cref="ArgumentException">
    /// The source is empty, is longer than declared, or holds a token out of range; or an option is; or it asks for what is known only at the end.
    /// Thrown at once, not when enumeration begins.
    /// </exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The enumeration was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when enumeration begins.</exception>
    public IAsyncEnumerable<GeneratedToken> StreamAsync(
        ReadOnlyMemory<int> source, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckSource(source.Span);
        return StreamAsync(source.ToArray(), SettingsOfStream(options), cancellationToken);
    }

    /// <summary>
    /// Generates targets for a stream of sources, for whole files and for feeds that do not end: sources are read ahead and worked on together, and each
    /// result comes in the order of the sources, with the bits that the source alone has.
    /// </summary>
    /// <param name="sources">
    /// The tokens of each source, as <see cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)"/> takes them. Each array is copied when it
    /// is read. <c>ToAsyncEnumerable()</c> makes such a stream of any sequence.
    /// </param>
    /// <param name="options">
    /// How to generate; the same for all. <see cref="GenerationOptions.Threads"/> threads share the sources, or the work of each step where few are ready.
    /// </param>
    /// <param name="streaming">How far to read ahead, and whom to tell of progress.</param>
    /// <param name="cancellationToken">Cancels the enumeration; so does the token of <c>WithCancellation</c>.</param>
    /// <returns>What was generated for each source. Each enumeration reads the sources and generates anew.</returns>
    /// <remarks>
    /// <para>
    /// Reading, computing and what the caller does with results go on at the same time, each at most <see cref="StreamingOptions.Window"/> sources ahead of
    /// the next, so memory does not grow with the stream. What is ready is worked on: nothing waits for a window to fill, so results of a slow source come as
    /// soon as they can, and a source that is faster than the model fills its window by itself. All work is done on the thread pool.
    /// </para>
    /// <para>
    /// Where a source is bad, or the stream throws, the results of all sources before come first, then the exception. When the enumeration ends early, by
    /// cancellation or because the caller stops, the token that the sources were given is cancelled and they are disposed; the end waits for a read that does
    /// not heed the token no longer than a tenth of a second, and such sources are disposed when it returns.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">There is no stream; thrown at once.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of range: thrown at once. A source is null or empty, is longer than declared, or holds a token out of range: thrown in its place; the
    /// message has its number, from 0.
    /// </exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The enumeration was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when sources come.</exception>
    public IAsyncEnumerable<GenerationResult> GenerateAsync(
        IAsyncEnumerable<int[]> sources, GenerationOptions? options = null, StreamingOptions? streaming = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        streaming ??= StreamingOptions.Default;
        if (streaming.Window < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(streaming), streaming.Window, $"{nameof(StreamingOptions.Window)} is {streaming.Window}; at least 1 source has to be read ahead.");
        }

        return SourceStream.RunAsync(Engine, sources, SearchSettings.Of(options, Model), streaming, cancellationToken);
    }

    /// <summary>The logits of every position of a given target (teacher forcing).</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="target">The target tokens, the start token first.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><c>[target length, target vocabulary]</c>, row by row: row i holds the unnormalised log-probabilities of token i + 1.</returns>
    /// <exception cref="ArgumentException">Source or target is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public float[] Logits(ReadOnlySpan<int> source, ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        CheckTarget(target);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Encode(lease.Workspace, source, target.Length);
        return AllLogits(lease.Workspace, target);
    }

    /// <summary>How probable a given target is, token by token.</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="target">The target tokens without the start token; the end token is scored where it is given.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// The log-probability of each token over the tokens that generation may choose: those that the declaration suppresses have no probability, so that a
    /// generated target has here the log-probabilities that generation without rules gave it. A token of the target that is itself suppressed is scored over the
    /// whole vocabulary.
    /// </returns>
    /// <exception cref="ArgumentException">Source or target is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public ScoreResult Score(ReadOnlySpan<int> source, ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        CheckTarget(target);
        float[] logProbabilities = new float[target.Length];
        int[] tokens = target.ToArray();
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Encode(lease.Workspace, source, target.Length);
        Span<int> input = lease.Workspace.Tokens(target.Length);
        input[0] = Model.StartToken;
        target[..^1].CopyTo(input[1..]);
        Engine.Decode(lease.Workspace, input, [0], [target.Length]);
        ForEachLogits(lease.Workspace, target.Length, (row, logitsRow) =>
        {
            Engine.SuppressUnless(lease.Workspace, logitsRow, tokens[row]);
            (float maximum, float sum) = Engine.SumOfExponentials(lease.Workspace, logitsRow);
            logProbabilities[row] = LogSoftmax.Of(Engine.Logits(lease.Workspace, logitsRow)[tokens[row]], maximum, sum);
        });

        return new ScoreResult(logProbabilities);
    }

    /// <summary>Where the decoder looks when it predicts each token of a given target: the alignment of target and source.</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="target">The target tokens without the start token, as <see cref="Score"/> takes them; the end token has a row where it is given.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The probabilities of cross-attention, a row of source positions for each decoder layer, head and target token.</returns>
    /// <exception cref="ArgumentException">Source or target is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public CrossAttention CrossAttention(ReadOnlySpan<int> source, ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        CheckTarget(target);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Encode(lease.Workspace, source, target.Length);
        return AttentionPass.Cross(Engine, lease.Workspace, sequence: 0, Model.StartToken, tokensBefore: 0, target, hasEnded: false);
    }

    /// <summary>Where the tokens of a source look among themselves, and those of a given target among themselves.</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="target">The target tokens without the start token, as <see cref="Score"/> takes them; the end token has a row where it is given.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The probabilities of self-attention for each encoder and decoder layer and head: those with which the kernels weigh values.</returns>
    /// <exception cref="ArgumentException">
    /// Source or target is empty, is longer than declared, or holds a token out of range; or there are more probabilities than an array holds.
    /// </exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public SelfAttention SelfAttention(ReadOnlySpan<int> source, ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        CheckTarget(target);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Reserve(lease.Workspace, source.Length, target.Length);
        return AttentionPass.Self(Engine, lease.Workspace, source, target);
    }

    /// <summary>What the encoder reads of a source: the embeddings of its tokens, their positions, and both together.</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Rows of the model dimension for each token.</returns>
    /// <exception cref="ArgumentException">The source is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public Embedding EmbedSource(ReadOnlySpan<int> source, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Reserve(lease.Workspace, source.Length, targetLength: 1);
        return Engine.EmbedSource(lease.Workspace, source);
    }

    /// <summary>What the decoder reads of a target: the embeddings of its tokens, their positions, and both together.</summary>
    /// <param name="target">The target tokens, the start token first, as <see cref="Logits"/> takes them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Rows of the model dimension for each token.</returns>
    /// <exception cref="ArgumentException">The target is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public Embedding EmbedTarget(ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        CheckTarget(target);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Reserve(lease.Workspace, sourceLength: 1, target.Length);
        return Engine.EmbedTarget(lease.Workspace, target);
    }

    /// <summary>Runs the encoder alone.</summary>
    /// <param name="source">The source tokens.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The encoder output, <c>[source length, model dimension]</c>, row by row.</returns>
    /// <exception cref="ArgumentException">The source is empty, is longer than declared, or holds a token out of range.</exception>
    /// <inheritdoc cref="Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)" path="/exception[contains(@cref, 'Canceled') or contains(@cref, 'Disposed')]"/>
    public float[] Encode(ReadOnlySpan<int> source, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        Encode(lease.Workspace, source, targetLength: 1);
        return AllHidden(lease.Workspace, source.Length);
    }

    /// <summary>
    /// How much native memory a call of <c>Generate</c> or <c>Stream</c> takes at most, besides the weights. The formula: runtime/docs/memory.md in the repository.
    /// </summary>
    /// <param name="sources">The number of sources that are generated for; of a list no more than 64 rows are worked on at once, so its memory stops growing with it.</param>
    /// <param name="sourceLength">The tokens of the longest of them.</param>
    /// <param name="options">How to generate.</param>
    /// <returns>
    /// Bytes: exactly what <c>Generate</c> takes where all sources are so long, more than it takes where some are shorter. <c>Stream</c> and a list of
    /// one source, for which no tokens are guessed, take as much as with a <see cref="GenerationOptions.ParallelGreedy"/> of <see langword="false"/>.
    /// </returns>
    /// <exception cref="ArgumentException">There is no source, it has no token or more than declared; or an option is out of range.</exception>
    public long CallMemory(int sources, int sourceLength, GenerationOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sources, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sourceLength, Model.MaxSourceLength);
        return BatchSearch.MaxBytes(Engine, sources, sourceLength, SearchSettings.Of(options, Model));
    }

    private void CheckSource(ReadOnlySpan<int> source) =>
        InputTokens.Check(source, Model.SourceVocabularySize, Model.MaxSourceLength, nameof(source), nameof(MaxSourceLength));

    private void Encode(Workspace workspace, ReadOnlySpan<int> source, int targetLength)
    {
        Reserve(workspace, source.Length, targetLength);
        Engine.Encode(workspace, source, [0]);
    }

    /// <summary>Makes room for one source and one target that is decoded at once.</summary>
    private static void Reserve(Workspace workspace, int sourceLength, int targetLength)
    {
        workspace.Sharing.Threads = 1;
        workspace.Reserve([sourceLength], targetLength, targetRows: targetLength);
    }

    private SearchSettings SettingsOfStream(GenerationOptions? options)
    {
        SearchSettings settings = SearchSettings.Of(options, Model);
        if (settings.BeamSize > 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                settings.BeamSize,
                $"{nameof(GenerationOptions.BeamSize)} is {settings.BeamSize}; a stream takes 1, because beam search knows no token before the end. Use {nameof(Generate)}.");
        }

        if (settings.HypothesisCount > 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                settings.HypothesisCount,
                $"{nameof(GenerationOptions.HypothesisCount)} is {settings.HypothesisCount}; a stream takes 1, because it is of one target. Use {nameof(Generate)}, or a stream for each seed.");
        }

        if (settings.Options.ReturnCrossAttention)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.ReturnCrossAttention)} is set; a stream hands out tokens alone. Use {nameof(Generate)}, or {nameof(CrossAttention)} once the target is known.",
                nameof(options));
        }

        return settings;
    }

    private IEnumerable<GeneratedToken> Stream(int[] source, SearchSettings settings, CancellationToken cancellationToken)
    {
        using WorkspaceLease lease = Engine.Lease(cancellationToken);
        CallMeasurement measurement = lease.Workspace.Measurement;
        long tokens = 0;
        try
        {
            GreedySearch search = StartStream(lease.Workspace, source, settings);
            for (int index = 0; !search.IsDone; index++)
            {
                StepStream(search, lease.Workspace);
                if (search.Tokens(0).Length > index)
                {
                    var token = new GeneratedToken(index, search.Tokens(0)[index], search.TokenLogProbability(0));
                    tokens++;
                    measurement.Pause();
                    yield return token;
                    measurement.Resume();
                }
            }
        }
        finally
        {
            measurement.Complete(tokens);
        }
    }

    private GreedySearch StartStream(Workspace workspace, int[] source, SearchSettings settings)
    {
        workspace.Measurement.BeginStream(Model.Name);
        try
        {
            BatchSearch.Start(Engine, workspace, source, settings);
            return workspace.State<GreedySearch>();
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    private void StepStream(GreedySearch search, Workspace workspace)
    {
        try
        {
            search.Step(Engine, workspace);
            workspace.Measurement.Stepped();
        }
        catch (Exception exception) when (workspace.Measurement.Fail(exception))
        {
            throw;
        }
    }

    private async IAsyncEnumerable<GeneratedToken> StreamAsync(
        int[] source, SearchSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using IEnumerator<GeneratedToken> tokens = Stream(source, settings, cancellationToken).GetEnumerator();
        while (true)
        {
            // The caller's thread comes here when it asks for a token, and leaves: what follows runs on the thread pool. Nothing is allocated for it.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!tokens.MoveNext())
            {
                yield break;
            }

            yield return tokens.Current;
        }
    }
}
