using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Packing;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>
/// A model may be disposed at any moment, by any thread, any number of times: calls that run end as they would have, later ones are told the name of the
/// model, and its memory, which is a mapped file here, goes with the last call.
/// </summary>
public sealed class DisposalTests : IDisposable
{
    private const int Threads = 6;
    private const int Enough = 100;

    private static readonly TimeSpan Hammering = TimeSpan.FromSeconds(1.5);

    private static readonly int[][] Sources = [[4, 5, 6, 7], [8], [9, 10, 11, 12, 13, 14, 15]];
    private static readonly int[] Target = [4, 5, 6];

    private static readonly GenerationOptions Short = new() { MaxLength = 6, ReturnScores = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-disposal-");
    private readonly string _path;

    public DisposalTests()
    {
        _path = Path.Combine(_folder.FullName, "model.packed");
        File.WriteAllBytes(_path, PackedBytes.Of(DeclaredModels.Named(nameof(GoldenVanilla)), seed: 3));
    }

    /// <summary>Every call that uses the weights, with an answer that can be compared.</summary>
    private static Dictionary<string, Func<EncoderDecoder, Task<object>>> Calls { get; } = new()
    {
        ["Generate"] = static model => Now(Tokens(model.Generate(Sources[0], Short))),
        ["beam search"] = static model => Now(Tokens(model.Generate(Sources[0], Short with { BeamSize = 3 }))),
        ["samples"] = static model => Now(Tokens(model.Generate(Sources[0], new() { MaxLength = 6, Sampling = new() { Seed = 1 }, HypothesisCount = 3 }))),
        ["parallel greedy search"] = static model => Now(Tokens(model.Generate(Sources[0], new() { MaxLength = 12, ParallelGreedy = true }))),
        ["two threads"] = static model => Now(Tokens(model.Generate(Sources[0], Short with { Threads = 2 }))),
        ["a list"] = static model => Now(string.Join('|', model.Generate(Sources, Short).Select(Tokens))),
        ["an array"] = static model => Now(string.Join('|', model.Generate(new[,] { { 4, 5 }, { 6, 0 } }, Short).Select(Tokens))),
        ["Stream"] = static model => Now(string.Join(' ', model.Stream(Sources[0], Short).Select(static token => token.Token))),
        ["a part of Stream"] = static model => Now(string.Join(' ', model.Stream(Sources[0], Short).Take(2).Select(static token => token.Token))),
        ["StreamAsync"] = static async model => string.Join(' ', await model.StreamAsync(Sources[0], Short).Select(static token => token.Token).ToArrayAsync()),
        ["GenerateAsync"] = static async model => string.Join('|', await model.GenerateAsync(Sources.ToAsyncEnumerable(), Short).Select(Tokens).ToArrayAsync()),
        ["Logits"] = static model => Now(Sum(model.Logits(Sources[0], Target))),
        ["Score"] = static model => Now(model.Score(Sources[0], Target).LogProbability),
        ["CrossAttention"] = static model => Now(Sum(model.CrossAttention(Sources[0], Target).Average())),
        ["Encode"] = static model => Now(Sum(model.Encode(Sources[0]))),
        ["Save"] = static model =>
        {
            using var stream = new MemoryStream();
            model.Save(stream);
            return Now(stream.Length);
        },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Calls leave memory for later ones; that must not hold the model, neither in slots of the threads that called it nor elsewhere.</summary>
    [Fact]
    public async Task A_model_that_is_dropped_after_a_call_is_freed_while_its_threads_live()
    {
        foreach ((string name, Func<EncoderDecoder, Task<object>> call) in Calls)
        {
            WeakReference engine = await CallAndDrop(call);
            for (int i = 0; i < 10 && engine.IsAlive; i++)
            {
                // An asynchronous call's last state may be held by a thread that is about to leave it.
                await Task.Delay(i);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.False(engine.IsAlive, $"After {name} the model is still held.");
        }
    }

    [Fact]
    public async Task Every_call_on_a_disposed_model_names_it()
    {
        EncoderDecoder model = GoldenVanilla.Load(_path);
        await Calls["parallel greedy search"](model);
        model.Dispose();
        model.Dispose();
        foreach ((string name, Func<EncoderDecoder, Task<object>> call) in Calls)
        {
            AssertNamesTheModel(await Record.ExceptionAsync(async () => await call(model)), name);
        }

        // What needs no weights goes on.
        Assert.Equal(64, model.MaxSourceLength);
        Assert.Equal(0, model.IdleMemory);
        Assert.True(model.CallMemory(1, 4) > 0);
        Assert.True(model.WeightMemory > 0);
        Assert.NotEmpty(model.InstructionSet.ToString());
        model.TrimMemory();
    }

    /// <summary>Threads call, others dispose, over and over; a mapping that ended too early would end the process.</summary>
    [Fact]
    public async Task Disposal_at_any_moment_of_any_call_lets_it_end()
    {
        using EncoderDecoder reference = GoldenVanilla.Load(_path);
        Dictionary<string, object> expected = [];
        foreach ((string name, Func<EncoderDecoder, Task<object>> call) in Calls)
        {
            expected[name] = await call(reference);
        }

        int answered = 0, refused = 0;
        var failures = new ConcurrentQueue<string>();
        var random = new Random(1);

        // For some time, and until many calls have come before disposal and many after it, however fast the machine is.
        for (long start = Stopwatch.GetTimestamp(); failures.IsEmpty && (Stopwatch.GetElapsedTime(start) < Hammering || answered < Enough || refused < Enough);)
        {
            EncoderDecoder model = GoldenVanilla.Load(_path);
            using var begin = new Barrier(Threads + 2);
            int seed = random.Next(), pause = random.Next(300_000);
            Task[] callers = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
                async () =>
                {
                    string[] names = [.. Calls.Keys];
                    new Random(seed + thread).Shuffle(names);
                    begin.SignalAndWait();
                    foreach (string name in names)
                    {
                        try
                        {
                            object answer = await Calls[name](model);
                            Interlocked.Increment(ref answered);
                            if (!answer.Equals(expected[name]))
                            {
                                failures.Enqueue($"{name} gave {answer} instead of {expected[name]}.");
                            }
                        }
                        catch (ObjectDisposedException exception) when (exception.ObjectName == nameof(GoldenVanilla))
                        {
                            Interlocked.Increment(ref refused);
                        }
                        catch (Exception exception)
                        {
                            failures.Enqueue($"{name} threw {exception}");
                        }
                    }
                },
                TaskCreationOptions.LongRunning).Unwrap())];
            Task[] disposers = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    begin.SignalAndWait();
                    Thread.SpinWait(pause);
                    model.Dispose();
                    model.TrimMemory();
                },
                TaskCreationOptions.LongRunning))];
            await Task.WhenAll([.. callers, .. disposers]);

            // The last call has given its memory back after the model was disposed.
            if (model.IdleMemory != 0)
            {
                failures.Enqueue($"{model.IdleMemory} bytes are left.");
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task Streams_that_are_half_read_go_on_and_then_let_go()
    {
        using EncoderDecoder reference = GoldenVanilla.Load(_path);
        int[] expected = [.. reference.Stream(Sources[0]).Select(static token => token.Token)];
        EncoderDecoder model = GoldenVanilla.Load(_path);
        using IEnumerator<GeneratedToken> stream = model.Stream(Sources[0]).GetEnumerator();
        await using IAsyncEnumerator<GeneratedToken> asynchronous = model.StreamAsync(Sources[0]).GetAsyncEnumerator();
        Assert.True(stream.MoveNext());
        Assert.True(await asynchronous.MoveNextAsync());
        model.Dispose();
        List<int> tokens = [stream.Current.Token], asynchronousTokens = [asynchronous.Current.Token];
        while (stream.MoveNext())
        {
            tokens.Add(stream.Current.Token);
        }

        while (await asynchronous.MoveNextAsync())
        {
            asynchronousTokens.Add(asynchronous.Current.Token);
        }

        Assert.Equal(expected, tokens);
        Assert.Equal(expected, asynchronousTokens);
        Assert.Equal(0, model.IdleMemory);

        // An enumerator that is disposed has nothing more, and one that is begun anew finds the model gone.
        stream.Dispose();
        Assert.False(stream.MoveNext());
        AssertNamesTheModel(Record.Exception(() => model.Stream(Sources[0]).First()), "Stream");
    }

    [Fact]
    public async Task A_stream_of_sources_ends_with_the_exception_after_the_results_before_it()
    {
        EncoderDecoder model = GoldenVanilla.Load(_path);
        async IAsyncEnumerable<int[]> Feed()
        {
            yield return Sources[0];
            await Task.Yield();
            model.Dispose();
            while (true)
            {
                yield return Sources[1];
            }
        }

        int results = 0;
        Exception? exception = await Record.ExceptionAsync(async () =>
        {
            await foreach (GenerationResult _ in model.GenerateAsync(Feed(), Short, new StreamingOptions { Window = 2 }))
            {
                results++;
            }
        });
        AssertNamesTheModel(exception, "GenerateAsync");
        Assert.InRange(results, 0, 3);
        Assert.Equal(0, model.IdleMemory);
    }

    [Fact]
    public void A_callback_may_dispose_the_model_that_calls_it()
    {
        using EncoderDecoder reference = GoldenVanilla.Load(_path);
        EncoderDecoder model = GoldenVanilla.Load(_path);
        GenerationResult result = model.Generate(Sources[0], Short with
        {
            StopWhen = _ =>
            {
                model.Dispose();
                return false;
            },
        });
        ResultAssert.Same(reference.Generate(Sources[0], Short with { StopWhen = static _ => false }), result, "disposed by a callback");
        Assert.Throws<ObjectDisposedException>(() => model.Encode(Sources[0]));
    }

    private static void AssertNamesTheModel(Exception? exception, string call)
    {
        if (exception is not ObjectDisposedException disposed)
        {
            Assert.Fail($"{call}: {exception?.ToString() ?? "no exception"}");
            return;
        }

        Assert.Equal(nameof(GoldenVanilla), disposed.ObjectName);
        Assert.Contains("has been disposed", disposed.Message);
    }

    private static Task<object> Now(object answer) => Task.FromResult(answer);

    private static string Tokens(GenerationResult result) => string.Join('/', result.Hypotheses.Select(static hypothesis => string.Join(' ', hypothesis.Tokens)));

    private static double Sum(float[] values) => values.Sum(static value => (double)value);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Engine")]
    private static extern Engine EngineOf(TransformerModel model);

    private async Task<WeakReference> CallAndDrop(Func<EncoderDecoder, Task<object>> call)
    {
        EncoderDecoder model = GoldenVanilla.Load(_path);
        await call(model);

        // It holds the weights, and whoever holds the model holds it.
        return new WeakReference(EngineOf(model));
    }
}
