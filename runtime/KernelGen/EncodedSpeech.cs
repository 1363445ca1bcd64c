using KernelGen.Decoding;
using KernelGen.Execution;

namespace KernelGen;

/// <summary>
/// Audio that a <see cref="SpeechModel"/> has encoded, for any number of targets: to tell its language, to decode it, to decode it again otherwise, to align what was found. It
/// keeps memory of the model until it is disposed. Calls from several threads wait for each other.
/// </summary>
public sealed class EncodedSpeech : IDisposable
{
    private static long _count;

    private readonly Lock _gate = new();

    /// <summary>Its number among all that were ever made. Who needs several takes them in this order, so that nobody waits for another forever.</summary>
    private readonly long _number = Interlocked.Increment(ref _count);
    private readonly SpeechModel _model;
    private readonly Engine _engine;
    private readonly SpeechEncodingOptions _options;
    private Workspace? _workspace;

    internal EncodedSpeech(SpeechModel model, Engine engine, Workspace workspace, SpeechEncodingOptions options)
    {
        _model = model;
        _engine = engine;
        _workspace = workspace;
        _options = options;
        Positions = workspace.Sequences[0].SourceLength;
    }

    /// <summary>The number of encoder positions.</summary>
    public int Positions { get; }

    /// <summary>Generates a target: by greedy search, beam search, or by drawing tokens, as <see cref="EncoderDecoder.Generate(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)"/> does.</summary>
    /// <param name="options">How to generate; <see cref="GenerationOptions.Prompt"/> is what stands before the target.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The generated target, or the best ones.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or asks for more hypotheses or threads than <see cref="SpeechEncodingOptions"/> made room for.</exception>
    /// <exception cref="InvalidOperationException">A logit is infinite or NaN, so that no token can be chosen: the weights overflow or are damaged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">It, or the model, is disposed.</exception>
    public GenerationResult Generate(GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        SearchSettings settings = SearchSettings.Of(options, _engine.Description);
        CheckHypotheses(settings);
        CheckRoom(nameof(SpeechEncodingOptions.Threads), settings.Threads, _options.Threads);
        return With(settings.Threads, workspace => BatchSearch.RunEncoded(_engine, workspace, settings), cancellationToken);
    }

    /// <summary>The logits of every position of a given target (teacher forcing).</summary>
    /// <param name="target">The target tokens with all that stands before them: the start token, or a prompt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><c>[target length, target vocabulary]</c>, row by row: row i holds the unnormalised log-probabilities of token i + 1.</returns>
    /// <exception cref="ArgumentException">The target is empty, is longer than declared, or holds a token out of range.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">It, or the model, is disposed.</exception>
    public float[] Logits(ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        int[] tokens = target.ToArray();
        return With(_options.Threads, workspace => _model.Logits(workspace, tokens), cancellationToken);
    }

    /// <summary>The logits of the token that follows a given target.</summary>
    /// <param name="target">The target tokens with all that stands before them: the start token, or a prompt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><c>[target vocabulary]</c>: the unnormalised log-probabilities.</returns>
    /// <inheritdoc cref="Logits" path="/exception"/>
    public float[] NextLogits(ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        int[] tokens = target.ToArray();
        return With(_options.Threads, workspace => _model.NextLogits(workspace, tokens), cancellationToken);
    }

    /// <summary>Where the decoder looks when it predicts the token after each one of a given target.</summary>
    /// <param name="target">The target tokens with all that stands before them: the start token, or a prompt.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The probabilities of cross-attention, a row of encoder positions for each decoder layer, head and target token.</returns>
    /// <inheritdoc cref="Logits" path="/exception"/>
    public CrossAttention CrossAttention(ReadOnlySpan<int> target, CancellationToken cancellationToken = default)
    {
        int[] tokens = target.ToArray();
        return With(_options.Threads, workspace => _model.CrossAttention(workspace, tokens), cancellationToken);
    }

    /// <summary>Where the decoder looks when it predicts the token after each one of a given target, and the logits of that token: both of one pass of the decoder.</summary>
    /// <param name="target">The target tokens with all that stands before them: the start token, or a prompt.</param>
    /// <param name="logits">Receives what <see cref="Logits"/> returns, <c>[target length, target vocabulary]</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The probabilities of cross-attention, a row of encoder positions for each decoder layer, head and target token.</returns>
    /// <inheritdoc cref="Logits" path="/exception"/>
    public CrossAttention CrossAttention(ReadOnlySpan<int> target, out float[] logits, CancellationToken cancellationToken = default)
    {
        int[] tokens = target.ToArray();
        (CrossAttention attention, logits) = With(_options.Threads, workspace => _model.CrossAttentionAndLogits(workspace, tokens), cancellationToken);
        return attention;
    }

    /// <summary>Gives the memory back to the model.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_workspace is { } workspace)
            {
                _workspace = null;
                _engine.Return(workspace);
            }
        }
    }

    /// <summary>Uses the workspaces of several, which wait for other calls and have these wait.</summary>
    /// <param name="sources">Those that are used, none of them twice.</param>
    /// <param name="use">What is done with them, in their order.</param>
    /// <exception cref="ObjectDisposedException">One is disposed.</exception>
    internal static TResult WithAll<TResult>(EncodedSpeech[] sources, Func<Workspace[], TResult> use)
    {
        EncodedSpeech[] inOrder = [.. sources];
        Array.Sort(inOrder, static (one, other) => one._number.CompareTo(other._number));
        int entered = 0;
        try
        {
            for (; entered < inOrder.Length; entered++)
            {
                inOrder[entered]._gate.Enter();
            }

            return use(Array.ConvertAll(sources, static source => source._workspace ?? throw new ObjectDisposedException(nameof(EncodedSpeech))));
        }
        finally
        {
            while (entered > 0)
            {
                inOrder[--entered]._gate.Exit();
            }
        }
    }

    /// <summary>Whether it is of a model.</summary>
    internal bool IsOf(SpeechModel model) => _model == model;

    /// <summary>Refuses a search that it has no room for.</summary>
    /// <exception cref="ArgumentException">It asks for more hypotheses.</exception>
    internal void CheckHypotheses(in SearchSettings settings) => CheckRoom(nameof(SpeechEncodingOptions.MaxHypotheses), settings.HypothesesPerSource, _options.MaxHypotheses);

    private static void CheckRoom(string option, int wanted, int room)
    {
        if (wanted > room)
        {
            throw new ArgumentException(
                $"{wanted} are asked for, and the audio was encoded with {nameof(SpeechEncodingOptions)}.{option} = {room}. Encode it with {option} = {wanted}.", nameof(SpeechEncodingOptions));
        }
    }

    private TResult With<TResult>(int threads, Func<Workspace, TResult> use, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_workspace is null, this);
            cancellationToken.ThrowIfCancellationRequested();
            _workspace.Cancellation = cancellationToken;
            _workspace.Sharing.Threads = threads;
            return use(_workspace);
        }
    }
}
