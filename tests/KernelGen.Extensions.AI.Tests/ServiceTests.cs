using System.Diagnostics;
using System.Diagnostics.Metrics;
using KernelGen.Audio;
using KernelGen.Tests.Speech;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KernelGen.Extensions.AI.Tests;

/// <summary>Clients among services, and what Microsoft.Extensions.AI puts around them.</summary>
public sealed class ServiceTests(ListeningModel model)
{
    private static readonly SpeechToTextClientOptions Options = new() { Transcription = ListeningModel.Transcription };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_has_a_client_over_the_model_of_its_configuration()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddSpeechToText<ListeningWhisper>(settings => settings.Folder = model.Folder)
            .AddKernelGenSpeechToTextClient(Options)
            .AddKeyedSpeechToText<ListeningWhisper>("other", settings => settings.Folder = model.Folder)
            .AddKeyedKernelGenSpeechToTextClient("other", Options with { ModelId = "other" });
        ISpeechToTextClient client;
        using (IHost host = builder.Build())
        {
            await host.StartAsync(Cancellation);
            client = host.Services.GetRequiredService<ISpeechToTextClient>();
            Assert.Same(client, host.Services.GetRequiredService<ISpeechToTextClient>());
            Assert.Same(host.Services.GetRequiredService<SpeechToText>(), client.GetService<SpeechToText>());
            var other = host.Services.GetRequiredKeyedService<ISpeechToTextClient>("other");
            Assert.Same(host.Services.GetRequiredKeyedService<SpeechToText>("other"), other.GetService<SpeechToText>());
            Assert.Equal("other", (await HearAsync(other)).ModelId);
            Assert.Equal((await HearAsync(other)).Text, (await HearAsync(client)).Text);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => HearAsync(client));
    }

    [Fact]
    public void A_client_without_a_model_is_told_of()
    {
        using ServiceProvider services = new ServiceCollection().AddKernelGenSpeechToTextClient().BuildServiceProvider();
        Assert.Contains(typeof(SpeechToText).FullName!, Assert.Throws<InvalidOperationException>(services.GetRequiredService<ISpeechToTextClient>).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => KernelGenSpeechToTextServiceCollectionExtensions.AddKernelGenSpeechToTextClient(null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddKeyedKernelGenSpeechToTextClient(null!));
    }

    [Fact]
    public async Task Middleware_works_around_a_client()
    {
        const string Source = "KernelGen.Extensions.AI.Tests";
        var log = new LogLines();
        var activities = new List<Activity>();
        var measured = new List<(string Instrument, string? Type)>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(traces);
        using var metrics = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == Source)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<int>((instrument, _, tags, _) => measured.Add((instrument.Name, tags.ToArray().FirstOrDefault(static tag => tag.Key == "gen_ai.token.type").Value as string)));
        metrics.SetMeasurementEventCallback<double>((instrument, _, _, _) => measured.Add((instrument.Name, null)));
        metrics.Start();

        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)).AddSingleton(model.Speech);
        services.AddSpeechToTextClient(static services => services.GetRequiredService<SpeechToText>().AsISpeechToTextClient(Options))
            .ConfigureOptions(static options => options.SpeechLanguage ??= "de")
            .UseLogging()
            .UseOpenTelemetry(sourceName: Source, configure: static telemetry => telemetry.EnableSensitiveData = true);
        using ServiceProvider provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<ISpeechToTextClient>();

        SpeechToTextResponse answer = await HearAsync(client);
        Assert.Equal("de", answer.AdditionalProperties!["Language"]);
        using FileStream audio = File.OpenRead(WhisperFolder.Speech);
        SpeechToTextResponse streamed = await client.GetStreamingTextAsync(audio, cancellationToken: Cancellation).ToSpeechToTextResponseAsync(Cancellation);
        Assert.Equal(answer.Text, streamed.Text);

        Assert.Contains(log.Lines, line => line.Contains("GetTextAsync completed", StringComparison.Ordinal) && line.Contains("\"EndTime\"", StringComparison.Ordinal));
        Assert.Equal(2, activities.Count);
        Assert.All(activities, activity =>
        {
            Assert.Equal((nameof(ListeningWhisper), "kernelgen", "de"), (activity.GetTagItem("gen_ai.response.model"), activity.GetTagItem("gen_ai.provider.name"), activity.GetTagItem("Language")));
            Assert.Equal((int)answer.Usage!.OutputTokenCount!, activity.GetTagItem("gen_ai.usage.output_tokens"));
            Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        });
        Assert.Equal(2, measured.Count(static one => one == ("gen_ai.client.token.usage", "output")));
        Assert.Equal(2, measured.Count(static one => one.Instrument == "gen_ai.client.operation.duration"));
        Assert.Same(model.Speech, client.GetService<SpeechToText>());
    }

    private static async Task<SpeechToTextResponse> HearAsync(ISpeechToTextClient client)
    {
        using FileStream audio = File.OpenRead(WhisperFolder.Speech);
        return await client.GetTextAsync(audio, cancellationToken: Cancellation);
    }

    /// <summary>All that is logged.</summary>
    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
            {
                Lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
