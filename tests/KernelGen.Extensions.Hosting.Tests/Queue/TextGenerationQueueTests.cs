using System.Diagnostics.Metrics;
using KernelGen.Text;

namespace KernelGen.Extensions.Hosting.Tests.Queue;

/// <summary>Many callers of one generator.</summary>
[Collection("queues")]
public sealed class TextGenerationQueueTests : IDisposable
{
    private static readonly GenerationOptions Beams = new() { BeamSize = 3, HypothesisCount = 2, MaxLength = 9 };
    private readonly MarianFolder _folder = new();
    private readonly TextGenerator _generator;
    private readonly GatedDecoder _decoder;

    public TextGenerationQueueTests()
    {
        LetterMarian model = LetterMarian.Load(_folder.Path);
        MarianTokenizer tokenizer = MarianTokenizer.Load(_folder.Path);
        _decoder = new GatedDecoder(tokenizer.Target);
        _generator = new TextGenerator(model, tokenizer.Source, _decoder, new TextGeneratorOptions { Generation = new GenerationOptions { MaxLength = 12 } });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _decoder.Open.Set();
        _generator.Model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Concurrent_requests_have_the_bits_that_each_has_alone()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 2, Capacity = 1000 });
        string[] texts = [.. Enumerable.Range(0, 60).Select(static i => string.Join(' ', Enumerable.Range(i, 1 + (i % 9)).Select(static n => (char)('a' + (n % 26)))))];
        GenerationOptions?[] options = [null, Beams, new GenerationOptions { MaxLength = 9, ReturnTokenLogProbabilities = true }];
        Task<TextGenerationResult>[] answers = [.. texts.Select((text, i) => Task.Run(() => queue.GenerateAsync(text, options[i % 3], Cancellation), Cancellation))];
        Task<TextGenerationResult[]> list = queue.GenerateAsync(texts, Beams, Cancellation);
        for (int i = 0; i < texts.Length; i++)
        {
            AssertSameBits(_generator.Generate(texts[i], options[i % 3], Cancellation), await answers[i]);
            AssertSameBits(_generator.Generate(texts[i], Beams, Cancellation), (await list)[i]);
        }
    }

    [Fact]
    public async Task What_waits_and_has_equal_options_goes_together()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1, MaxBatch = 8 });
        using var batches = new Batches();
        Task held = Hold(queue);
        Task[] waiting =
        [
            .. Enumerable.Range(0, 5).Select(i => queue.GenerateAsync($"a{i}", cancellationToken: Cancellation)),
            .. Enumerable.Range(0, 3).Select(i => queue.GenerateAsync($"b{i}", Beams with { MaxLength = 10 }, Cancellation)),
            queue.GenerateAsync(["c", "d"], cancellationToken: Cancellation),
            .. Enumerable.Range(0, 4).Select(i => queue.GenerateAsync($"e{i}", cancellationToken: Cancellation)),
            queue.GenerateAsync("f", Beams with { MaxLength = 10, StopWhen = static _ => false }, Cancellation),
        ];
        Assert.Equal(15, queue.Waiting);
        _decoder.Open.Set();
        await Task.WhenAll([held, .. waiting]);

        // The one that held; five, two and one of the four; the three beams; the other three; the one with a callback, alone.
        Assert.Equal([1, 8, 3, 3, 1], batches.Sizes);
    }

    [Fact]
    public async Task Requests_of_another_generator_of_the_model_go_together_with_their_own()
    {
        var shorter = new TextGenerator(_generator.Model, _generator.Source, _decoder, new TextGeneratorOptions { Generation = new GenerationOptions { MaxLength = 5 } });
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        using var batches = new Batches();
        Task held = Hold(queue);
        Task<TextGenerationResult[]>[] waiting = [.. Enumerable.Range(0, 5).Select(i => queue.GenerateAsync(i % 2 == 0 ? _generator : shorter, [$"a{i}"], cancellationToken: Cancellation))];
        _decoder.Open.Set();
        await held;
        for (int i = 0; i < waiting.Length; i++)
        {
            AssertSameBits((i % 2 == 0 ? _generator : shorter).Generate($"a{i}", cancellationToken: Cancellation), (await waiting[i])[0]);
        }

        Assert.Equal([1, 3, 2], batches.Sizes);
        using LetterMarian foreign = LetterMarian.Load(_folder.Path);
        var stranger = new TextGenerator(foreign, _generator.Source, _decoder);
        Assert.Contains("another model", (await Assert.ThrowsAsync<ArgumentException>(() => queue.GenerateAsync(stranger, ["a"], cancellationToken: Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_that_are_idle_share_what_waits()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 2, MaxWait = TimeSpan.FromSeconds(30), MaxBatch = 12 });
        using var batches = new Batches();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => queue.GenerateAsync($"a{i}", cancellationToken: Cancellation)));
        // The other half is one batch, or several where the first thread is through before the second has begun.
        Assert.Equal((6, 12), (batches.Sizes[0], batches.Sizes.Sum()));
    }

    [Fact]
    public async Task A_request_that_comes_alone_waits_for_others_as_long_as_it_may()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1, MaxWait = TimeSpan.FromMilliseconds(200) });
        using var batches = new Batches();
        Task<TextGenerationResult> first = queue.GenerateAsync("a", cancellationToken: Cancellation);
        await Task.WhenAll(first, queue.GenerateAsync("b", cancellationToken: Cancellation));
        Assert.Equal([2], batches.Sizes);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_takes_on_again()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1, Capacity = 3, RetryAfter = TimeSpan.FromSeconds(2) });
        Task held = Hold(queue);
        Task<TextGenerationResult[]> two = queue.GenerateAsync(["a", "b"], cancellationToken: Cancellation);
        var full = await Assert.ThrowsAsync<QueueFullException>(() => queue.GenerateAsync(["c", "d"], cancellationToken: Cancellation));
        Assert.Equal(TimeSpan.FromSeconds(2), full.RetryAfter);
        Assert.Equal("As many texts are waiting as the queue takes on, 3. Try again in 2 s.", full.Message);
        Task<TextGenerationResult> one = queue.GenerateAsync("c", cancellationToken: Cancellation);
        await Assert.ThrowsAsync<QueueFullException>(() => queue.RunAsync(static (_, _) => 0, Cancellation));
        _decoder.Open.Set();
        await Task.WhenAll(held, two, one);
        await queue.GenerateAsync(["c", "d", "e"], cancellationToken: Cancellation);
        Assert.Contains("never takes on more than 3", (await Assert.ThrowsAsync<ArgumentException>(() => queue.GenerateAsync(["c", "d", "e", "f"], cancellationToken: Cancellation))).Message);
    }

    [Fact]
    public async Task Who_cancels_is_out_at_once_and_others_are_left_alone()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        Task held = Hold(queue);
        using var waiting = new CancellationTokenSource();
        using var running = new CancellationTokenSource();
        Task<TextGenerationResult> canceledWaiting = queue.GenerateAsync("a", cancellationToken: waiting.Token);
        await waiting.CancelAsync();
        Assert.Equal(0, queue.Waiting);
        Assert.Equal(waiting.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceledWaiting)).CancellationToken);
        _decoder.Open.Set();
        await held;

        // Both are in one batch, which has come as far as its decoder.
        using var gate = new ManualResetEventSlim();
        Task<bool> before = queue.RunAsync((_, token) => { gate.Wait(token); return true; }, Cancellation);
        Task<TextGenerationResult> canceledRunning = queue.GenerateAsync("b", cancellationToken: running.Token);
        Task<TextGenerationResult> other = queue.GenerateAsync("c", cancellationToken: Cancellation);
        _decoder.Open.Reset();
        _decoder.Asked.Reset();
        gate.Set();
        Assert.True(await before && _decoder.Asked.Wait(TimeSpan.FromSeconds(30), Cancellation));
        await running.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceledRunning);
        Assert.False(other.IsCompleted);
        _decoder.Open.Set();
        AssertSameBits(_generator.Generate("c", cancellationToken: Cancellation), await other);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.GenerateAsync("d", cancellationToken: running.Token));
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_ends()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        using var cancellation = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        using var begun = new ManualResetEventSlim();
        Task<bool> work = queue.RunAsync(
            (_, token) =>
            {
                begun.Set();
                bool isCanceled = token.WaitHandle.WaitOne();
                ended.SetResult();
                return isCanceled;
            },
            cancellation.Token);
        begun.Wait(Cancellation);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await queue.GenerateAsync("a", cancellationToken: Cancellation);
    }

    [Fact]
    public async Task One_request_that_fails_leaves_the_others_of_its_batch_alone()
    {
        string bad = _generator.Generate("a b c", cancellationToken: Cancellation).Text;
        string good = _generator.Generate("x y", cancellationToken: Cancellation).Text;
        Assert.NotEqual(bad, good);
        _decoder.Fails = text => text == bad;
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        Task held = Hold(queue, "x y");
        Task<TextGenerationResult> failing = queue.GenerateAsync("a b c", cancellationToken: Cancellation);
        Task<TextGenerationResult> other = queue.GenerateAsync("x y", cancellationToken: Cancellation);
        _decoder.Open.Set();
        await held;
        Assert.Equal($"'{bad}' fails.", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        Assert.Equal(good, (await other).Text);
    }

    [Fact]
    public async Task What_is_wrong_with_a_text_is_told_before_it_waits()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        await Assert.ThrowsAsync<TextTooLongException>(() => queue.GenerateAsync(string.Concat(Enumerable.Repeat("a ", 100)), cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => queue.GenerateAsync(["a", null!], cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => queue.GenerateAsync((string)null!, cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.GenerateAsync("a", new GenerationOptions { BeamSize = 0 }, Cancellation));
        Assert.Empty(await queue.GenerateAsync([], cancellationToken: Cancellation));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task Work_of_a_callers_own_takes_its_turn()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        string streamed = await queue.RunAsync(static (generator, token) => string.Concat(generator.Stream("a b", cancellationToken: token)), Cancellation);
        Assert.Equal(_generator.Generate("a b", cancellationToken: Cancellation).Text, streamed);
        Assert.Equal("secret", (await Assert.ThrowsAsync<InvalidDataException>(() => queue.RunAsync<int>(static (_, _) => throw new InvalidDataException("secret"), Cancellation))).Message);
    }

    [Fact]
    public async Task A_queue_that_is_drained_finishes_and_takes_on_nothing_more()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        Task held = Hold(queue);
        Task<TextGenerationResult> waiting = queue.GenerateAsync("a", cancellationToken: Cancellation);
        Task draining = queue.DrainAsync(Cancellation);
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.GenerateAsync("b", cancellationToken: Cancellation));
        Assert.False(draining.IsCompleted);
        _decoder.Open.Set();
        await draining;
        await Task.WhenAll(held, waiting);
    }

    [Fact]
    public async Task What_is_not_done_when_draining_ends_early_fails()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 1 });
        Task held = Hold(queue);
        Task<TextGenerationResult> waiting = queue.GenerateAsync("a", cancellationToken: Cancellation);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await queue.DrainAsync(patience.Token);
        await Assert.ThrowsAsync<QueueStoppedException>(() => waiting);
        await Assert.ThrowsAsync<QueueStoppedException>(() => held);
        _decoder.Open.Set();
    }

    [Fact]
    public async Task A_queue_that_is_disposed_fails_what_waits_and_ends_what_runs()
    {
        var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 2 });
        using var begun = new ManualResetEventSlim();
        Task<bool> running = queue.RunAsync((_, token) => { begun.Set(); return token.WaitHandle.WaitOne(); }, Cancellation);
        begun.Wait(Cancellation);
        queue.Dispose();
        await Assert.ThrowsAsync<QueueStoppedException>(() => running);
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.GenerateAsync("a", cancellationToken: Cancellation));
        queue.Dispose();
    }

    [Fact]
    public async Task Memory_is_freed_when_there_was_nothing_to_do_for_long()
    {
        using var queue = new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = 2, TrimAfter = TimeSpan.FromMilliseconds(30) });
        for (int rush = 0; rush < 2; rush++)
        {
            await queue.GenerateAsync("a", cancellationToken: Cancellation);
            await UntilAsync(() => _generator.Model.IdleMemory == 0);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Options_that_cannot_be_are_refused(int workers, int maxBatch) =>
        Assert.Throws<ArgumentException>(() => new TextGenerationQueue(_generator, new TextGenerationQueueOptions { Workers = workers, MaxBatch = maxBatch }));

    private static void AssertSameBits(TextGenerationResult expected, TextGenerationResult actual)
    {
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.Sentences.Length, actual.Sentences.Length);
        for (int i = 0; i < expected.Sentences.Length; i++)
        {
            Assert.Equal(expected.Sentences[i].Hypotheses.Select(Bits), actual.Sentences[i].Hypotheses.Select(Bits));
        }

        static string Bits(TextHypothesis hypothesis) =>
            $"{hypothesis.Text} {(hypothesis.Score is { } score ? BitConverter.SingleToUInt32Bits(score) : 0)} {string.Join(',', hypothesis.Hypothesis.Tokens)} "
            + string.Join(',', hypothesis.Hypothesis.TokenLogProbabilities.IsDefault ? [] : hypothesis.Hypothesis.TokenLogProbabilities.Select(BitConverter.SingleToUInt32Bits));
    }

    /// <summary>Keeps the one thread of a queue at its decoder.</summary>
    private Task<TextGenerationResult> Hold(TextGenerationQueue queue, string text = "h")
    {
        _decoder.Open.Reset();
        _decoder.Asked.Reset();
        Task<TextGenerationResult> held = queue.GenerateAsync(text, cancellationToken: Cancellation);
        Assert.True(_decoder.Asked.Wait(TimeSpan.FromSeconds(30), Cancellation));
        return held;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 3000, "It did not come true.");
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>The sizes of batches, as they are measured. The tests of this collection run one after the other.</summary>
    private sealed class Batches : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<int> _sizes = [];

        public Batches()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Name: "kernelgen.queue.batch.size", Meter.Name: QueueTelemetry.MeterName })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((_, value, _, _) =>
            {
                lock (_sizes)
                {
                    _sizes.Add(value);
                }
            });
            _listener.Start();
        }

        public int[] Sizes
        {
            get
            {
                lock (_sizes)
                {
                    return [.. _sizes];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
