using System.Runtime.CompilerServices;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>A stream of sources: the results of the list, in order, read ahead within bounds, and nothing waits for what is not there yet.</summary>
public sealed class SourceStreamTests : IDisposable
{
    /// <summary>What never ends when a test fails must not hold up the others, in milliseconds.</summary>
    private const int Timeout = 60_000;

    private static readonly GenerationOptions Short = new() { MaxLength = 4 };

    private readonly GoldenVanilla _model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 1, 1)]
    [InlineData(7, 4, 2)]
    [InlineData(150, 1, 1)]
    [InlineData(150, 1, 2)]
    [InlineData(150, 4, 5)]
    [InlineData(1000, 4, 3)]
    [InlineData(1000, 1, 64)]
    public async Task Results_are_those_of_the_list_in_its_order(int window, int beamSize, int threads)
    {
        int[][] sources = RandomSources(300);
        var options = new GenerationOptions { MaxLength = 6, BeamSize = beamSize, HypothesisCount = beamSize, ReturnScores = true, Threads = threads };
        GenerationResult[] expected = _model.Generate(sources, options);
        var results = new List<GenerationResult>();
        await foreach (GenerationResult result in _model.GenerateAsync(sources.ToAsyncEnumerable(), options, new StreamingOptions { Window = window }))
        {
            ResultAssert.Same(expected[results.Count], result, $"source {results.Count}");
            results.Add(result);
        }

        Assert.Equal(sources.Length, results.Count);
    }

    [Fact]
    public async Task A_stream_without_sources_has_no_results() =>
        Assert.Empty(await _model.GenerateAsync(AsyncEnumerable.Empty<int[]>()).ToListAsync());

    [Fact(Timeout = Timeout)]
    public async Task Results_do_not_wait_for_a_source_that_is_idle()
    {
        var handedOut = new SemaphoreSlim(0);
        int results = 0;
        await foreach (GenerationResult result in _model.GenerateAsync(Sources(), Short, null, TestContext.Current.CancellationToken))
        {
            results++;
            handedOut.Release();
        }

        Assert.Equal(10, results);

        // Goes on only when everything before has been handed out.
        async IAsyncEnumerable<int[]> Sources()
        {
            for (int burst = 1; burst <= 4; burst++)
            {
                for (int i = 0; i < burst; i++)
                {
                    yield return [4, 5 + i];
                }

                for (int i = 0; i < burst; i++)
                {
                    await handedOut.WaitAsync();
                }
            }
        }
    }

    [Fact]
    public async Task Endless_sources_are_read_ahead_within_bounds()
    {
        const int Window = 20;
        int read = 0;
        int handedOut = 0;
        int furthest = 0;
        await foreach (GenerationResult result in _model.GenerateAsync(Sources(), Short, new StreamingOptions { Window = Window }).Take(500))
        {
            // The caller is slower than the source.
            await Task.Yield();
            Volatile.Write(ref handedOut, handedOut + 1);
        }

        // A window that is read, one that is computed, one that is handed out; and the source at hand on either side.
        Assert.InRange(furthest, 1, (3 * Window) + 2);

        async IAsyncEnumerable<int[]> Sources()
        {
            while (true)
            {
                await Task.Yield();
                furthest = Math.Max(furthest, ++read - Volatile.Read(ref handedOut));
                yield return [4 + (read % 40)];
            }
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task Sources_are_read_and_computed_while_the_caller_works_on_a_result()
    {
        const int Window = 8;
        var isAhead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var streaming = new StreamingOptions { Window = Window, Progress = new Observer(progress => { if (progress.SourcesDone > 1) { done.TrySetResult(); } }) };
        int results = 0;
        await foreach (GenerationResult result in _model.GenerateAsync(Sources(), Short, streaming, TestContext.Current.CancellationToken))
        {
            if (results++ == 0)
            {
                // Nobody asks for another result meanwhile.
                await isAhead.Task;
                await done.Task;
            }
        }

        Assert.Equal(50, results);

        async IAsyncEnumerable<int[]> Sources()
        {
            for (int i = 0; i < 50; i++)
            {
                if (i == Window)
                {
                    isAhead.TrySetResult();
                }

                yield return [4, 5];
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task An_array_may_be_used_again_for_the_next_source()
    {
        GenerationResult[] expected = _model.Generate([.. Enumerable.Range(0, 40).Select(i => new[] { 4 + i, 5 })], Short);
        List<GenerationResult> results = await _model.GenerateAsync(Sources(), Short).ToListAsync();
        for (int i = 0; i < expected.Length; i++)
        {
            ResultAssert.Same(expected[i], results[i], $"source {i}");
        }

        static async IAsyncEnumerable<int[]> Sources()
        {
            int[] buffer = [0, 5];
            for (int i = 0; i < 40; i++)
            {
                buffer[0] = 4 + i;
                yield return buffer;
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70)]
    public async Task An_exception_of_the_source_comes_after_the_results_before_it(int good)
    {
        var failure = new IOException("The disk is gone.");
        int results = 0;
        IOException thrown = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (GenerationResult result in _model.GenerateAsync(RandomSources(good).ToAsyncEnumerable().Concat(Failing()), Short, new StreamingOptions { Window = 16 }))
            {
                results++;
            }
        });
        Assert.Same(failure, thrown);
        Assert.Equal(good, results);

        async IAsyncEnumerable<int[]> Failing()
        {
            await Task.Yield();
            if (failure is not null)
            {
                throw failure;
            }

            yield break;
        }
    }

    [Fact]
    public async Task A_bad_source_is_named_by_its_number_after_the_results_before_it()
    {
        foreach ((int[]? bad, string message) in new (int[]?, string)[]
        {
            (null, "Source 37 is null"),
            ([], "Source 37 is empty"),
            ([4, 50], "Token 1 of source 37 is 50"),
            ([.. Enumerable.Repeat(4, 65)], "Source 37 has 65 tokens"),
        })
        {
            int results = 0;
            ArgumentException exception = await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
            {
                int[][] sources = [.. RandomSources(37), bad!, .. RandomSources(5)];
                await foreach (GenerationResult result in _model.GenerateAsync(sources.ToAsyncEnumerable(), Short))
                {
                    results++;
                }
            });
            Assert.Contains(message, exception.Message);
            Assert.Equal("sources", exception.ParamName);
            Assert.Equal(37, results);
        }
    }

    [Fact]
    public void Bad_arguments_are_refused_at_once()
    {
        IAsyncEnumerable<int[]> none = AsyncEnumerable.Empty<int[]>();
        Assert.Equal("sources", Assert.Throws<ArgumentNullException>(() => _model.GenerateAsync(null!)).ParamName);
        Assert.Equal("streaming", Assert.Throws<ArgumentOutOfRangeException>(() => _model.GenerateAsync(none, streaming: new StreamingOptions { Window = 0 })).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentOutOfRangeException>(() => _model.GenerateAsync(none, new GenerationOptions { MaxLength = 0 })).ParamName);
    }

    [Theory(Timeout = Timeout)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Either_token_cancels_even_if_the_source_does_not_heed_it(bool isParameter, bool heeds)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var never = new TaskCompletionSource();
        IAsyncEnumerable<GenerationResult> stream = _model.GenerateAsync(Sources(), Short, null, isParameter ? cancellation.Token : default);
        int results = 0;
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationResult result in stream.WithCancellation(isParameter ? default : cancellation.Token))
            {
                if (++results == 3)
                {
                    cancellation.CancelAfter(1);
                }
            }
        });
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        Assert.Equal(3, results);
        Assert.True(_model.IdleMemory > 0);
        _model.Generate([4, 5]);

        async IAsyncEnumerable<int[]> Sources([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            for (int i = 0; i < 3; i++)
            {
                yield return [4, 5];
            }

            await never.Task.WaitAsync(heeds ? cancellationToken : CancellationToken.None);
        }
    }

    [Fact]
    public async Task Cancellation_ends_what_is_computed()
    {
        using var cancellation = new CancellationTokenSource();

        // 64 sources are done, and the others of the window are not begun, when it is cancelled.
        var streaming = new StreamingOptions { Window = 1000, Progress = new Observer(_ => cancellation.Cancel()) };
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationResult result in _model.GenerateAsync(RandomSources(1000).ToAsyncEnumerable(), Short, streaming, cancellation.Token))
            {
                Assert.Fail("A result came after cancellation.");
            }
        });
        Assert.Equal(0, _model.IdleMemory % 64);
        _model.Generate([4, 5]);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_caller_who_stops_finds_the_source_disposed_and_the_memory_given_back()
    {
        var isDisposed = new TaskCompletionSource();
        await foreach (GenerationResult result in _model.GenerateAsync(Sources(), Short, new StreamingOptions { Window = 4 }, TestContext.Current.CancellationToken))
        {
            break;
        }

        // At the end already, unless this machine is very busy.
        await isDisposed.Task;
        long idle = _model.IdleMemory;
        Assert.True(idle > 0);
        _model.Generate([[4]], Short);
        Assert.Equal(idle, _model.IdleMemory);

        async IAsyncEnumerable<int[]> Sources([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                while (true)
                {
                    yield return [4, 5, 6];
                    await Task.Delay(1, cancellationToken);
                }
            }
            finally
            {
                isDisposed.SetResult();
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Progress_grows_and_ends_with_the_totals(int threads)
    {
        int[][] sources = RandomSources(300);
        var reports = new List<GenerationProgress>();
        var streaming = new StreamingOptions { Progress = new Observer(reports.Add) };
        List<GenerationResult> results = await _model.GenerateAsync(sources.ToAsyncEnumerable(), Short with { Threads = threads }, streaming).ToListAsync();
        GenerationProgress last = reports[^1];
        Assert.Equal(300, last.SourcesRead);
        Assert.Equal(300, last.SourcesDone);
        Assert.Equal(results.Sum(static result => result.Hypotheses[0].Tokens.Length), last.TokensGenerated);
        Assert.True(reports.Count >= 300 / 64);
        for (int i = 1; i < reports.Count; i++)
        {
            Assert.True(reports[i].SourcesDone > reports[i - 1].SourcesDone);
            Assert.True(reports[i].SourcesRead >= reports[i].SourcesDone);
            Assert.True(reports[i].TokensGenerated >= reports[i - 1].TokensGenerated);
            Assert.True(reports[i].Elapsed >= reports[i - 1].Elapsed);
        }
    }

    [Fact]
    public async Task An_exception_of_the_observer_ends_the_stream()
    {
        var failure = new InvalidOperationException("The window is closed.");
        var streaming = new StreamingOptions { Progress = new Observer(_ => throw failure) };
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await _model.GenerateAsync(RandomSources(5).ToAsyncEnumerable(), Short, streaming).ToListAsync()));
    }

    [Fact]
    public async Task A_model_that_is_disposed_meanwhile_ends_the_stream()
    {
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (GenerationResult result in _model.GenerateAsync(Endless(), Short, new StreamingOptions { Window = 4 }))
            {
                _model.Dispose();
            }
        });

        static async IAsyncEnumerable<int[]> Endless()
        {
            while (true)
            {
                await Task.Yield();
                yield return [4, 5];
            }
        }
    }

    private int[][] RandomSources(int count)
    {
        var samples = new Samples(1);
        return [.. samples.Tokens(count, 20).Select(length => samples.Tokens(length + 1, _model.SourceVocabularySize))];
    }

    /// <summary>Calls at once, where <see cref="Progress{T}"/> would post.</summary>
    private sealed class Observer(Action<GenerationProgress> observe) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => observe(value);
    }
}
