using System.Diagnostics;
using KernelGen.Text;

namespace KernelGen.Extensions.Hosting;

/// <summary>
/// Stands between many callers and a <see cref="TextGenerator"/>: so many texts wait at most, so many threads work, and requests that wait at the same time are generated for together,
/// which reads the weights once for all of them. Results have the bits that each request has alone.
/// </summary>
/// <remarks>
/// Thread-safe. First come, first served, and with the first that waits go those behind it that have equal options. What a caller cancels is taken out, and others are left alone: a
/// batch ends early once nobody waits for any part of it. Where one request of a batch fails, the others get their results even so.
/// <para>
/// Requests have equal options where the records are equal. Keep options in fields: arrays in them are compared by reference.
/// </para>
/// </remarks>
public sealed class TextGenerationQueue : IDisposable
{
    private readonly TextGenerationQueueOptions _options;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Thread[] _workers;

    /// <summary>Guards what follows; workers wait for its pulse.</summary>
    private readonly object _gate = new();
    private readonly LinkedList<QueuedRequest> _waiting = new();
    private readonly HashSet<RequestBatch> _running = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitingTexts;

    /// <summary>Requests that came until then have waited long enough for others, or enough were there.</summary>
    private long _ripe;
    private int _idle;
    private bool _isStopped;
    private bool _isDisposed;
    private bool _isTrimmed = true;

    /// <summary>Starts the threads of a queue.</summary>
    /// <param name="generator">What generates. It is not disposed with the queue, and must be there as long.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults. They are read once.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TextGenerationQueue(TextGenerator generator, TextGenerationQueueOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        options ??= new TextGenerationQueueOptions();
        if (new TextGenerationQueueOptionsValidator().Validate(name: null, options) is { Failed: true } result)
        {
            throw new ArgumentException(result.FailureMessage, nameof(options));
        }

        Generator = generator;
        _options = new TextGenerationQueueOptions
        {
            Capacity = options.Capacity,
            MaxBatch = options.MaxBatch,
            MaxWait = options.MaxWait,
            Workers = options.Workers,
            RetryAfter = options.RetryAfter,
            TrimAfter = options.TrimAfter,
        };
        _tag = QueueInstruments.Tag(generator.Model);
        _workers = new Thread[options.Workers];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"{generator.Model.GetType().Name} {i}" };
            _workers[i].Start();
        }
    }

    /// <summary>What generates.</summary>
    public TextGenerator Generator { get; }

    /// <summary>How many texts may wait.</summary>
    public int Capacity => _options.Capacity;

    /// <summary>How many texts wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waitingTexts;
            }
        }
    }

    /// <summary>Whether it takes on nothing more.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return _isStopped;
            }
        }
    }

    /// <summary>Generates a text for a text, in a batch with what else waits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate, as <see cref="TextGenerator.Generate(string, GenerationOptions?, CancellationToken)"/> takes it.</param>
    /// <param name="cancellationToken">Takes the request out of the queue, or out of its batch.</param>
    /// <returns>The generated text, or the best ones.</returns>
    /// <exception cref="QueueFullException">The queue is full; thrown at once.</exception>
    /// <exception cref="QueueStoppedException">The program shuts down.</exception>
    /// <exception cref="TextTooLongException">The text has more tokens than the model takes; thrown at once.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    public async Task<TextGenerationResult> GenerateAsync(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (await GenerateAsync([text], options, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Generates texts for texts, all in one batch, with what else waits.</summary>
    /// <param name="texts">The texts: all are taken on, or none. Left alone until the task has ended.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Takes the request out of the queue, or out of its batch.</param>
    /// <returns>What was generated for each text, in the order of the list.</returns>
    /// <exception cref="ArgumentException">A text is <see langword="null"/>, there are more than the queue ever takes on, or an option is out of range.</exception>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)" path="/exception[not(contains(@cref, 'Argument'))]"/>
    public Task<TextGenerationResult[]> GenerateAsync(IReadOnlyList<string> texts, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        GenerateAsync(Generator, texts, options, cancellationToken);

    /// <summary>Generates texts for texts between other languages, all in one batch, with what else waits for the same.</summary>
    /// <param name="generator">What <see cref="TextGenerator.WithLanguages"/> of this queue's gave, or this queue's; requests of the same one go together.</param>
    /// <param name="texts">The texts: all are taken on, or none. Left alone until the task has ended.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Takes the request out of the queue, or out of its batch.</param>
    /// <returns>What was generated for each text, in the order of the list.</returns>
    /// <exception cref="ArgumentException">The generator is one of another model, a text is <see langword="null"/>, there are more than the queue ever takes on, or an option is out of range.</exception>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, CancellationToken)" path="/exception[not(contains(@cref, 'Argument'))]"/>
    public Task<TextGenerationResult[]> GenerateAsync(
        TextGenerator generator, IReadOnlyList<string> texts, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(texts);
        if (generator.Model != Generator.Model)
        {
            throw new ArgumentException("The generator is one of another model than the queue's. Make it with WithLanguages of the queue's generator.", nameof(generator));
        }

        if (texts.Count == 0)
        {
            return Task.FromResult<TextGenerationResult[]>([]);
        }

        if (texts.Count > Capacity)
        {
            throw new ArgumentException($"There are {texts.Count} texts, and the queue never takes on more than {Capacity}. Send fewer at once.", nameof(texts));
        }

        // What is wrong with a text is its own caller's to hear, before it is in a batch with others.
        for (int i = 0; i < texts.Count; i++)
        {
            generator.Encode(texts[i] ?? throw new ArgumentException($"Text {i} is null.", nameof(texts)));
        }

        var request = new TextRequest(generator, texts, options);
        Enter(request, cancellationToken);
        return Finished(request, request.Task, cancellationToken);
    }

    /// <summary>
    /// Waits for a turn for work of the caller's own, which goes with no other: streams, scores. It counts as one text, and keeps one of the threads as long as it takes.
    /// </summary>
    /// <typeparam name="TResult">What it gives.</typeparam>
    /// <param name="work">The work. Its token is cancelled when that of the caller is, or when the queue is disposed.</param>
    /// <param name="cancellationToken">Takes it out of the queue, or ends it.</param>
    /// <returns>What the work gives, or throws.</returns>
    /// <exception cref="QueueFullException">The queue is full; thrown at once.</exception>
    /// <exception cref="QueueStoppedException">The program shuts down.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<TResult> RunAsync<TResult>(Func<TextGenerator, CancellationToken, TResult> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = new WorkRequest<TResult>(Generator, work);
        Enter(request, cancellationToken);
        return Finished(request, request.Task, cancellationToken);
    }

    /// <summary>Takes on nothing more, and waits until all is done that was taken on.</summary>
    /// <param name="cancellationToken">Ends the wait: what is not done then fails with <see cref="QueueStoppedException"/>.</param>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _isStopped = true;
            CheckDrained();
        }

        try
        {
            await _drained.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            FailAll();
        }
    }

    /// <summary>Ends at once: what is not done fails with <see cref="QueueStoppedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }

        FailAll();
        foreach (Thread worker in _workers)
        {
            worker.Join();
        }
    }

    private void Enter(QueuedRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_isStopped)
            {
                throw new QueueStoppedException();
            }

            if (_waitingTexts + request.Texts > Capacity)
            {
                QueueInstruments.Refused.Add(request.Texts, _tag);
                throw new QueueFullException(Capacity, _options.RetryAfter);
            }

            _waiting.AddLast(request.Place);
            Count(request.Texts);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>A task that ends with the request, or when its caller cancels it.</summary>
    private async Task<TResult> Finished<TResult>(QueuedRequest request, Task<TResult> task, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => Cancel(request, cancellationToken), null);
        return await task.ConfigureAwait(false);
    }

    private void Cancel(QueuedRequest request, CancellationToken cancellationToken)
    {
        request.Cancel(cancellationToken);
        Leave(request);
    }

    /// <summary>Takes a request out, whose caller does not wait any more.</summary>
    private void Leave(QueuedRequest request)
    {
        lock (_gate)
        {
            if (request.Place.List is not null)
            {
                Remove(request);
                CheckDrained();
            }
        }

        request.Batch?.Leave();
    }

    private void FailAll()
    {
        QueuedRequest[] all;
        lock (_gate)
        {
            all = [.. _waiting, .. _running.SelectMany(static batch => batch.Requests)];
        }

        foreach (QueuedRequest request in all)
        {
            request.Fail(new QueueStoppedException());
            Leave(request);
        }
    }

    /// <summary>What each thread does.</summary>
    private void Work()
    {
        while (Take() is { } batch)
        {
            try
            {
                Run(batch);
            }
            catch (Exception exception)
            {
                // A batch that nobody waits for any more was cancelled; nobody hears of it.
                Array.ForEach(batch.Requests, request => request.Fail(exception));
            }

            lock (_gate)
            {
                _running.Remove(batch);
                CheckDrained();
            }
        }
    }

    private void Run(RequestBatch batch)
    {
        if (QueueInstruments.Wait.Enabled)
        {
            Array.ForEach(batch.Requests, request => QueueInstruments.Wait.Record(Stopwatch.GetElapsedTime(request.Since).TotalSeconds, _tag));
        }

        QueueInstruments.Batch.Record(batch.Texts, _tag);
        using Activity? activity = QueueInstruments.StartBatch(batch);
        batch.Requests[0].Run(batch);
    }

    /// <summary>Waits for requests, and takes those that go together.</summary>
    /// <returns>The next batch; none once the queue is disposed.</returns>
    private RequestBatch? Take()
    {
        lock (_gate)
        {
            _idle++;
            while (!_isDisposed)
            {
                if (_waiting.First is not { } first)
                {
                    Rest();
                }
                else if (TimeToWait(first.Value) is { } wait)
                {
                    Monitor.Wait(_gate, wait);
                }
                else
                {
                    RequestBatch batch = TakeWith(first.Value);
                    _idle--;
                    return batch;
                }
            }

            return null;
        }
    }

    /// <summary>Waits for a pulse. Where none comes for long and nothing runs, memory is freed.</summary>
    private void Rest()
    {
        TimeSpan limit = _isTrimmed ? Timeout.InfiniteTimeSpan : _options.TrimAfter ?? Timeout.InfiniteTimeSpan;
        if (!Monitor.Wait(_gate, limit) && _running.Count == 0 && _waiting.Count == 0)
        {
            _isTrimmed = true;
            Generator.Model.TrimMemory();
        }
    }

    /// <summary>How long a request is to wait for others; not at all where enough are there, or it goes with none.</summary>
    private TimeSpan? TimeToWait(QueuedRequest first)
    {
        TimeSpan wait = _options.MaxWait - Stopwatch.GetElapsedTime(first.Since);
        return wait > TimeSpan.Zero && first.Since > _ripe && _waitingTexts < _options.MaxBatch && !_isStopped && first is TextRequest ? wait : null;
    }

    private RequestBatch TakeWith(QueuedRequest first)
    {
        _ripe = _waiting.Last!.Value.Since;

        // Threads that are idle take their shares.
        int most = Math.Min(_options.MaxBatch, (_waitingTexts + _idle - 1) / _idle);
        List<QueuedRequest> taken = [first];
        int texts = first.Texts;
        for (LinkedListNode<QueuedRequest>? next = first.Place.Next; next is not null && texts < most; next = next.Next)
        {
            if (texts + next.Value.Texts <= most && first.GoesWith(next.Value))
            {
                taken.Add(next.Value);
                texts += next.Value.Texts;
            }
        }

        var batch = new RequestBatch([.. taken]);
        foreach (QueuedRequest request in taken)
        {
            Remove(request);
            request.Batch = batch;
        }

        _running.Add(batch);
        _isTrimmed = false;
        if (_waiting.Count > 0)
        {
            Monitor.Pulse(_gate);
        }

        return batch;
    }

    private void Remove(QueuedRequest request)
    {
        _waiting.Remove(request.Place);
        Count(-request.Texts);
    }

    private void Count(int texts)
    {
        _waitingTexts += texts;
        QueueInstruments.Waiting.Add(texts, _tag);
    }

    private void CheckDrained()
    {
        if (_isStopped && _waiting.Count == 0 && _running.Count == 0)
        {
            _drained.TrySetResult();
        }
    }
}
