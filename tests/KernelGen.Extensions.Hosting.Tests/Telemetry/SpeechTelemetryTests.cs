using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>What a model of speech tells of its calls.</summary>
[Collection("telemetry")]
public sealed class SpeechTelemetryTests : IDisposable
{
    private static readonly GenerationOptions Options = new() { Prompt = [31, 32, 36, 40], MaxLength = 17 };
    private readonly MeasuredWhisper _model = MeasuredWhisper.Load(Path.Combine(AppContext.BaseDirectory, "Data", "whisper", "model.safetensors"));
    private readonly float[] _frames;

    public SpeechTelemetryTests()
    {
        _frames = new float[_model.MaxFrames * _model.Channels];
        var random = new Random(1);
        for (int i = 0; i < _frames.Length; i++)
        {
            _frames[i] = random.NextSingle();
        }
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void To_encode_is_told_apart_from_generating()
    {
        using var measured = new Measurements(nameof(MeasuredWhisper));
        using EncodedSpeech speech = _model.Encode(_frames);
        Assert.True(Assert.Single(measured.Of("kernelgen.encode.duration")) > 0);
        Assert.Equal("kernelgen.model=MeasuredWhisper", Assert.Single(measured.Tags));

        int tokens = speech.Generate(Options).Hypotheses[0].Tokens.Length;
        tokens += speech.Generate(Options).Hypotheses[0].Tokens.Length;
        Assert.Equal([1, 1], measured.Of("kernelgen.generation.sources"));
        Assert.Equal(tokens, measured.Of("kernelgen.generation.tokens").Sum());

        // What is encoded once is measured once, however often something is generated for it.
        Assert.Single(measured.Of("kernelgen.encode.duration"));
        Assert.Equal(measured.Of("kernelgen.generation.duration"), measured.Of("kernelgen.decode.duration"));
        Assert.All(
            measured.Of("kernelgen.generation.time_to_first_token").Zip(measured.Of("kernelgen.generation.duration")),
            static times => Assert.InRange(times.First, 0, times.Second));
        Assert.Equal(2, measured.Of("kernelgen.generation.time_to_first_token").Length);
        Assert.All(measured.Tags, static tag => Assert.Equal("kernelgen.model=MeasuredWhisper", tag));
    }

    [Fact]
    public void Sources_that_are_decoded_together_are_one_call()
    {
        using EncodedSpeech first = _model.Encode(_frames);
        using EncodedSpeech second = _model.Encode(_frames.AsSpan(0, 40 * _model.Channels));
        using var measured = new Measurements(nameof(MeasuredWhisper));
        GenerationResult[] results = _model.Generate([first, second], Options);
        Assert.Equal([2], measured.Of("kernelgen.generation.sources"));
        Assert.Equal([results.Sum(static result => result.Hypotheses[0].Tokens.Length)], measured.Of("kernelgen.generation.tokens"));
        Assert.Single(measured.Of("kernelgen.generation.duration"));
        Assert.Single(measured.Of("kernelgen.generation.time_to_first_token"));
        Assert.Empty(measured.Of("kernelgen.encode.duration"));
    }

    [Fact]
    public void A_call_that_begins_while_nobody_listens_records_nothing()
    {
        using EncodedSpeech speech = _model.Encode(_frames);
        Measurements? measured = null;
        speech.Generate(Options with
        {
            StopWhen = _ =>
            {
                measured ??= new Measurements(nameof(MeasuredWhisper));
                return false;
            },
        });
        using (measured)
        {
            Assert.Empty(measured!.Tags);
            speech.Generate(Options);
            Assert.NotEmpty(measured.Tags);
        }
    }

    [Fact]
    public void A_call_that_fails_tells_how()
    {
        using EncodedSpeech speech = _model.Encode(_frames);
        using var measured = new Measurements(nameof(MeasuredWhisper));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => speech.Generate(
            Options with
            {
                StopWhen = _ =>
                {
                    cancellation.Cancel();
                    return false;
                },
            },
            cancellation.Token));
        Assert.Single(measured.Of("kernelgen.generation.duration"));
        Assert.Equal("kernelgen.model=MeasuredWhisper error.type=System.OperationCanceledException", Assert.Single(measured.Tags));
    }

    [Fact]
    public void Metrics_of_speech_allocate_nothing()
    {
        (long Encode, long Generate) silent = Allocated();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        Assert.Equal(silent, Allocated());
    }

    [Fact]
    public void Encoding_and_generating_are_activities_within_that_of_their_caller()
    {
        using var activities = new Activities();
        int tokens;
        using (Activity caller = new Activity("listener").Start())
        {
            using EncodedSpeech speech = _model.Encode(_frames);
            tokens = speech.Generate(Options).Hypotheses[0].Tokens.Length;
            Assert.Same(caller, Activity.Current);
        }

        Assert.Equal(["kernelgen.encode", "kernelgen.generate"], activities.Of("listener").Select(static activity => activity.OperationName));
        Assert.All(activities.Of("listener"), static activity => Assert.Equal((nameof(MeasuredWhisper), ActivityStatusCode.Unset), (activity.GetTagItem("kernelgen.model"), activity.Status)));
        Activity generate = activities.Of("listener").Last();
        Assert.Equal((1, (long)tokens), (generate.GetTagItem("kernelgen.sources"), generate.GetTagItem("kernelgen.tokens")));
        Assert.Null(generate.GetTagItem("kernelgen.encode.duration"));
        Assert.Equal("kernelgen.first_token", Assert.Single(generate.Events).Name);
    }

    [Fact]
    public void The_activity_of_encoding_that_is_cancelled_says_so()
    {
        using var activities = new Activities();
        using var cancellation = new CancellationTokenSource();
        using (new Activity("cancelling").Start())
        {
            // It is cancelled once the encoder has begun.
            using var listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == ModelTelemetry.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStarted = activity =>
                {
                    if (activity.Parent?.OperationName == "cancelling")
                    {
                        cancellation.Cancel();
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
            using var measured = new Measurements(nameof(MeasuredWhisper));
            Assert.ThrowsAny<OperationCanceledException>(() => _model.Encode(_frames, cancellationToken: cancellation.Token));
            Assert.Empty(measured.Tags);
        }

        Activity encode = Assert.Single(activities.Of("cancelling"));
        Assert.Equal((ActivityStatusCode.Error, typeof(OperationCanceledException).FullName), (encode.Status, encode.GetTagItem("error.type")));
    }

    private (long Encode, long Generate) Allocated()
    {
        using (EncodedSpeech first = _model.Encode(_frames))
        {
            first.Generate(Options);
        }

        long begun = GC.GetAllocatedBytesForCurrentThread();
        using EncodedSpeech speech = _model.Encode(_frames);
        long encoded = GC.GetAllocatedBytesForCurrentThread();
        speech.Generate(Options);
        return (encoded - begun, GC.GetAllocatedBytesForCurrentThread() - encoded);
    }
}
