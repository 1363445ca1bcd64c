using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>What a model tells of its calls. The tests run one after the other; other classes have other models.</summary>
[Collection("telemetry")]
public sealed class TelemetryTests : IDisposable
{
    private static readonly int[] Source = [41, 91, 91, 27, 87, 33, 89, 22, 32];
    private static readonly GenerationOptions Options = new() { MaxLength = 16 };
    private readonly MeasuredTranslator _model = MeasuredTranslator.Load(Path.Combine(AppContext.BaseDirectory, "Data", "model.safetensors"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_call_tells_its_sources_tokens_and_times()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        GenerationResult result = _model.Generate(Source, Options);
        Assert.Equal([1], listener.Of("kernelgen.generation.sources"));
        Assert.Equal([result.Hypotheses[0].Tokens.Length], listener.Of("kernelgen.generation.tokens"));
        CheckTimes(listener);
        Assert.All(listener.Tags, static tag => Assert.Equal("kernelgen.model=MeasuredTranslator", tag));
    }

    [Fact]
    public void A_list_is_one_call()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        GenerationResult[] results = _model.Generate([Source, [3, 4], Source], Options with { BeamSize = 4, HypothesisCount = 2 });
        Assert.Equal([3], listener.Of("kernelgen.generation.sources"));
        Assert.Equal([results.Sum(static result => result.Hypotheses.Sum(static hypothesis => hypothesis.Tokens.Length))], listener.Of("kernelgen.generation.tokens"));
        CheckTimes(listener);
    }

    [Fact]
    public void The_time_of_a_stream_is_without_that_of_its_caller()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        var watch = Stopwatch.StartNew();
        int taken = _model.Stream(Source, Options).Take(3).Count(static _ =>
        {
            Thread.Sleep(100);
            return true;
        });
        Assert.Equal(3, taken);
        Assert.Equal([3], listener.Of("kernelgen.generation.tokens"));
        CheckTimes(listener);
        Assert.InRange(Assert.Single(listener.Of("kernelgen.generation.duration")), 0, watch.Elapsed.TotalSeconds - 0.3);
    }

    [Fact]
    public async Task Sources_of_a_stream_are_counted()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        await foreach (GenerationResult _ in _model.GenerateAsync(new[] { Source, Source }.ToAsyncEnumerable(), Options, cancellationToken: TestContext.Current.CancellationToken))
        {
        }

        Assert.Equal(2, listener.Of("kernelgen.generation.sources").Sum());
    }

    [Fact]
    public void A_call_that_fails_tells_how()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => _model.Generate(Source, Options with { StopWhen = _ => { cancellation.Cancel(); return false; } }, cancellation.Token));
        Assert.Single(listener.Of("kernelgen.generation.duration"));
        Assert.Equal("kernelgen.model=MeasuredTranslator error.type=System.OperationCanceledException", Assert.Single(listener.Tags));
        Assert.Empty(listener.Of("kernelgen.generation.tokens"));

        // The memory of that call serves the next one.
        _model.Generate(Source, Options);
        Assert.Single(listener.Of("kernelgen.generation.tokens"));
    }

    [Fact]
    public void A_stream_that_fails_tells_how_once()
    {
        using var listener = new Measurements(nameof(MeasuredTranslator));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (GeneratedToken _ in _model.Stream(Source, Options, cancellation.Token))
            {
                cancellation.Cancel();
            }
        });
        Assert.Equal("kernelgen.model=MeasuredTranslator error.type=System.OperationCanceledException", Assert.Single(listener.Tags));
    }

    [Fact]
    public void Measuring_allocates_nothing_for_a_call_and_nothing_for_a_token()
    {
        long silent = Allocated(16);
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        Assert.Equal(silent, Allocated(16));

        // Of more tokens nothing but their array is larger.
        Assert.Equal(silent + (32 * sizeof(int)), Allocated(48));
    }

    [Fact]
    public void A_call_is_an_activity_within_that_of_its_caller()
    {
        using var traces = new Activities();
        using (Activity caller = new Activity("caller").Start())
        {
            _model.Generate(Source, Options);
            Assert.Same(caller, Activity.Current);
        }

        Activity call = Assert.Single(traces.Of("caller"));
        Assert.Equal("kernelgen.generate", call.OperationName);
        Assert.Equal(ActivityStatusCode.Unset, call.Status);
        Assert.Equal("MeasuredTranslator", call.GetTagItem("kernelgen.model"));
        Assert.Equal(16L, call.GetTagItem("kernelgen.tokens"));
        Assert.Equal("kernelgen.first_token", Assert.Single(call.Events).Name);
    }

    [Fact]
    public void The_activity_of_a_stream_is_not_that_of_the_code_between_its_tokens()
    {
        using var traces = new Activities();
        using (Activity caller = new Activity("streaming").Start())
        {
            foreach (GeneratedToken _ in _model.Stream(Source, Options))
            {
                Assert.Same(caller, Activity.Current);
            }

            Assert.Same(caller, Activity.Current);
        }

        Assert.Equal(16L, Assert.Single(traces.Of("streaming")).GetTagItem("kernelgen.tokens"));
    }

    private static void CheckTimes(Measurements listener)
    {
        double duration = Assert.Single(listener.Of("kernelgen.generation.duration"));
        double encode = Assert.Single(listener.Of("kernelgen.encode.duration"));
        double decode = Assert.Single(listener.Of("kernelgen.decode.duration"));
        Assert.True(encode > 0);
        Assert.Equal(duration, encode + decode, 1e-9);
        Assert.InRange(Assert.Single(listener.Of("kernelgen.generation.time_to_first_token")), encode, duration);
    }

    private long Allocated(int tokens)
    {
        // No end token comes in this golden before so many.
        GenerationOptions options = new() { MaxLength = tokens, ParallelGreedy = false };
        _model.Generate(Source, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GenerationResult result = _model.Generate(Source, options);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(tokens, result.Hypotheses[0].Tokens.Length);
        return allocated;
    }
}
