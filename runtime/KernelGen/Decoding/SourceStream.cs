using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// One enumeration over the results of a stream of sources. A reader fills a channel that holds a window of sources; whatever is ready there, up to a window,
/// is searched for together, while the results of what was searched for before are handed out in the order of the sources.
/// </summary>
internal sealed class SourceStream
{
    /// <summary>How many more sources are done when progress is reported again.</summary>
    private const int ReportEvery = BatchSearch.MaxRows;

    /// <summary>How long a source that is read when the enumeration ends may take to heed its token, before it is left to end by itself.</summary>
    private static readonly TimeSpan SourceGrace = TimeSpan.FromMilliseconds(100);

    private readonly Engine _engine;
    private readonly IAsyncEnumerable<int[]> _sources;
    private readonly SearchSettings _settings;
    private readonly StreamingOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Channel<int[]> _ready;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _progress = new();
    private long _read;
    private long _searched;
    private long _done;
    private long _reported;
    private long _tokens;

    private SourceStream(Engine engine, IAsyncEnumerable<int[]> sources, SearchSettings settings, StreamingOptions options, CancellationToken cancellation)
    {
        _engine = engine;
        _sources = sources;
        _settings = settings;
        _options = options;
        _cancellation = cancellation;
        _ready = Channel.CreateBounded<int[]>(new BoundedChannelOptions(options.Window) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>Enumerates the results.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="sources">The sources, not checked.</param>
    /// <param name="settings">How to search.</param>
    /// <param name="options">How to stream, checked.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    public static async IAsyncEnumerable<GenerationResult> RunAsync(
        Engine engine,
        IAsyncEnumerable<int[]> sources,
        SearchSettings settings,
        StreamingOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = new SourceStream(engine, sources, settings, options, ending.Token);
        Task reading = Task.Run(stream.ReadAsync, CancellationToken.None);
        Task<GenerationResult[]> next = Task.Run(stream.NextAsync, CancellationToken.None);
        try
        {
            while (true)
            {
                GenerationResult[] results;
                try
                {
                    results = await next.ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    throw;
                }

                if (results.Length == 0)
                {
                    yield break;
                }

                next = Task.Run(stream.NextAsync, CancellationToken.None);
                foreach (GenerationResult result in results)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return result;
                }
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // A source that heeds its token, or is not being read now, has been disposed by then. One that does not must hold up nobody.
            await Task.WhenAny(reading, Task.Delay(SourceGrace, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the sources as far ahead as there is room. Never throws: what goes wrong ends the channel, after the sources that came before.</summary>
    private async Task ReadAsync()
    {
        Exception? failure = null;
        try
        {
            await foreach (int[] source in _sources.WithCancellation(_cancellation).ConfigureAwait(false))
            {
                // Whoever yields it may use the array again for the next.
                int[] copy = source?.AsSpan().ToArray()
                    ?? throw new ArgumentException($"Source {_read} is null; each source is an array of tokens.", "sources");
                InputTokens.Check(
                    copy,
                    _engine.Description.SourceVocabularySize,
                    _engine.Description.MaxSourceLength,
                    "sources",
                    nameof(EncoderDecoder.MaxSourceLength),
                    _read);
                await _ready.Writer.WriteAsync(copy, _cancellation).ConfigureAwait(false);
                Interlocked.Increment(ref _read);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        _ready.Writer.Complete(failure);
    }

    /// <summary>Waits for a source, and searches targets for all that are ready then.</summary>
    /// <returns>The results, in the order of the sources; none at the end.</returns>
    private async Task<GenerationResult[]> NextAsync()
    {
        if (!await _ready.Reader.WaitToReadAsync(_cancellation).ConfigureAwait(false))
        {
            return [];
        }

        var sources = new List<int[]>();
        while (sources.Count < _options.Window && _ready.Reader.TryRead(out int[]? source))
        {
            sources.Add(source);
        }

        GenerationResult[] results = await SearchAsync(sources).ConfigureAwait(false);
        _searched += sources.Count;
        Report(always: true);
        return results;
    }

    /// <summary>Searches with the threads of the call: where there are as many sources for each as are searched for at once, each has a share of the sources, which needs no handshakes.</summary>
    private async Task<GenerationResult[]> SearchAsync(List<int[]> sources)
    {
        int shares = Math.Clamp(sources.Count / BatchSearch.MaxPlaces(_settings), 1, _settings.Threads);
        int[] numbers = [.. Enumerable.Range(0, sources.Count).Select(i => unchecked((int)(_searched + i)))];
        if (shares == 1)
        {
            return Search(sources, numbers, _settings);
        }

        // Dealt out longest first, so that shares are alike.
        int[] order = [.. Enumerable.Range(0, sources.Count).OrderByDescending(i => sources[i].Length)];
        var results = new GenerationResult[sources.Count];
        SearchSettings settings = _settings with { Threads = _settings.Threads / shares };
        await Task.WhenAll(Enumerable.Range(0, shares).Select(share => Task.Run(
            () =>
            {
                int[] dealt = [.. order.Where((_, place) => place % shares == share)];
                GenerationResult[] found = Search([.. dealt.Select(i => sources[i])], [.. dealt.Select(i => numbers[i])], settings);
                for (int i = 0; i < dealt.Length; i++)
                {
                    results[dealt[i]] = found[i];
                }
            },
            CancellationToken.None))).ConfigureAwait(false);
        return results;
    }

    private GenerationResult[] Search(List<int[]> sources, int[] numbers, SearchSettings settings)
    {
        Workspace workspace = _engine.Rent(_cancellation);
        try
        {
            return BatchSearch.RunAll(_engine, workspace, sources, settings, numbers, Done);
        }
        finally
        {
            _engine.Return(workspace);
        }
    }

    private void Done(GenerationResult result)
    {
        lock (_progress)
        {
            _done++;
            _tokens += result.Hypotheses is [Hypothesis best, ..] ? best.Tokens.Length : 0;
        }

        Report(always: false);
    }

    private void Report(bool always)
    {
        if (_options.Progress is not { } progress)
        {
            return;
        }

        lock (_progress)
        {
            if (_done - _reported >= ReportEvery || (always && _done > _reported))
            {
                _reported = _done;
                progress.Report(new GenerationProgress(Interlocked.Read(ref _read), _done, _tokens, Stopwatch.GetElapsedTime(_start)));
            }
        }
    }
}
