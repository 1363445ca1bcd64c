using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Ten thousand calls of every kind at once, many of them cancelled and some of them bad: each good one has the answer that it has alone.</summary>
public sealed class ManyCallersTests
{
    private const int Calls = 10_000;
    private const int Never = -1;
    private const int AtOnce = 500;
    private const int Sources = 24;
    private const int LongestSource = 40;
    private const int ListLength = 5;

    private static readonly GenerationOptions Greedy = new() { MaxLength = 6, ReturnScores = true };
    private static readonly GenerationOptions Screened = new() { MaxLength = 9 };
    private static readonly GenerationOptions Beam = new() { MaxLength = 5, BeamSize = 3, HypothesisCount = 2 };
    private static readonly GenerationOptions Shared = new() { MaxLength = 4, Threads = 2 };

    /// <summary>A kind of call: given the number of its source, it checks its answer.</summary>
    private delegate Task Call(int source, CancellationToken cancellationToken);

    [Fact]
    public async Task Each_has_the_answer_that_it_has_alone()
    {
        using var file = SafetensorsFile.Open(TensorFile.Write(RandomCheckpoint.Create(GoldenVanillaPreNorm.Description, seed: 3)));
        var packed = WeightPacking.Pack(GoldenVanillaPreNorm.Description, CheckpointTensors.Read(file, GoldenVanillaPreNorm.Description));
        using var model = new Model(Engine.Create<GoldenVanillaPreNorm.PortableKernels>(packed));
        var samples = new Samples(1);
        int[][] sources = [.. Enumerable.Range(0, Sources).Select(i => samples.Tokens(1 + (i * 7 % LongestSource), model.SourceVocabularySize))];
        int[][] targets = [.. sources.Select((_, i) => samples.Tokens(1 + (i % 9), model.TargetVocabularySize))];
        Call[] calls = [.. Kinds(model, sources, targets)];
        foreach (Call call in calls)
        {
            await call(0, CancellationToken.None);
        }

        int finished = 0, cancelled = 0, refused = 0;
        var random = new Random(1);
        (int Source, Call Call, int Moment, bool IsBad)[] plan =
        [
            .. Enumerable.Range(0, Calls).Select(_ => (
                random.Next(Sources),
                calls[random.Next(calls.Length)],
                random.Next(3) == 0 ? Math.Max(0, random.Next(-40, 400)) : Never,
                random.Next(20) == 0)),
        ];
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(Math.Max(threads, 16), ports);
        await Parallel.ForEachAsync(plan, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (planned, _) =>
        {
            if (planned.IsBad)
            {
                Assert.ThrowsAny<ArgumentException>(() => model.Generate([1, -1]));
                Assert.ThrowsAny<ArgumentException>(() => model.Generate([sources[planned.Source], []], Beam));
                Interlocked.Increment(ref refused);
                return;
            }

            using var cancellation = new CancellationTokenSource();
            if (planned.Moment == 0)
            {
                cancellation.Cancel();
            }
            else if (planned.Moment > 0)
            {
                // At some moment between now and long after the call has ended.
                ThreadPool.UnsafeQueueUserWorkItem(
                    static state =>
                    {
                        Thread.SpinWait(state.Moment * 100);
                        try
                        {
                            state.Cancellation.Cancel();
                        }
                        catch (ObjectDisposedException)
                        {
                            // The call was faster.
                        }
                    },
                    (planned.Moment, Cancellation: cancellation),
                    preferLocal: false);
            }

            try
            {
                await planned.Call(planned.Source, cancellation.Token);
                Interlocked.Increment(ref finished);
            }
            catch (OperationCanceledException)
            {
                Assert.True(planned.Moment != Never, "A call ended as cancelled that nobody cancelled.");
                Interlocked.Increment(ref cancelled);
            }
        });
        ThreadPool.SetMinThreads(threads, ports);
        Assert.Equal(Calls, finished + cancelled + refused);
        Assert.True(finished > Calls / 2 && cancelled > Calls / 100 && refused > Calls / 100, $"{finished} finished, {cancelled} were cancelled, {refused} refused");

        // Every call has left its memory for others: nothing holds the weights any more, and no more calls took memory than ran at once.
        Assert.InRange(model.IdleMemory, 1, AtOnce * model.CallMemory(ListLength, LongestSource, Beam with { MaxLength = 9 }));
        model.Dispose();
        bool held = false;
        Assert.Throws<ObjectDisposedException>(() => packed.Memory.DangerousAddRef(ref held));
    }

    /// <summary>Every kind of call, with the answers of calls one after another.</summary>
    private static IEnumerable<Call> Kinds(EncoderDecoder model, int[][] sources, int[][] targets)
    {
        foreach (GenerationOptions options in new[] { Greedy, Screened, Beam, Shared })
        {
            GenerationResult[] expected = [.. sources.Select(source => model.Generate(source, options))];
            yield return (source, token) =>
            {
                ResultAssert.Same(expected[source], model.Generate(sources[source], options, token), $"source {source}, {options}");
                return Task.CompletedTask;
            };
            yield return (source, token) =>
            {
                GenerationResult[] results = model.Generate(new ArraySegment<int[]>(sources, source / 2, ListLength), options, token);
                for (int i = 0; i < results.Length; i++)
                {
                    ResultAssert.Same(expected[(source / 2) + i], results[i], $"source {(source / 2) + i} in a list, {options}");
                }

                return Task.CompletedTask;
            };
            yield return async (source, token) =>
            {
                int i = source / 2;
                await foreach (GenerationResult result in model.GenerateAsync(sources[i..(i + ListLength)].ToAsyncEnumerable(), options, new StreamingOptions { Window = 3 }, token))
                {
                    ResultAssert.Same(expected[i], result, $"source {i} in a stream, {options}");
                    i++;
                }

                Assert.Equal((source / 2) + ListLength, i);
            };
        }

        GeneratedToken[][] tokens = [.. sources.Select(source => model.Stream(source, Greedy).ToArray())];
        yield return (source, token) =>
        {
            Assert.Equal(tokens[source], model.Stream(sources[source], Greedy, token).ToArray());
            return Task.CompletedTask;
        };
        yield return async (source, token) => Assert.Equal(tokens[source], await model.StreamAsync(sources[source], Greedy, token).ToArrayAsync(CancellationToken.None));
        yield return async (source, token) => Assert.Equal(tokens[source][0], await model.StreamAsync(sources[source], Greedy, token).FirstAsync(CancellationToken.None));

        ScoreResult[] scores = [.. sources.Select((source, i) => model.Score(source, targets[i]))];
        yield return (source, token) =>
        {
            BitAssert.Equal(scores[source].TokenLogProbabilities.AsSpan(), model.Score(sources[source], targets[source], token).TokenLogProbabilities.AsSpan(), $"score {source}");
            return Task.CompletedTask;
        };

        float[][] logits = [.. sources.Select((source, i) => model.Logits(source, targets[i]))];
        yield return (source, token) =>
        {
            BitAssert.Equal(logits[source], model.Logits(sources[source], targets[source], token), $"logits {source}");
            return Task.CompletedTask;
        };

        float[][] memories = [.. sources.Select(source => model.Encode(source))];
        yield return (source, token) =>
        {
            BitAssert.Equal(memories[source], model.Encode(sources[source], token), $"encoder output {source}");
            return Task.CompletedTask;
        };
    }

    /// <summary>What runs a given engine.</summary>
    private sealed class Model(Engine engine) : EncoderDecoder(engine);
}
