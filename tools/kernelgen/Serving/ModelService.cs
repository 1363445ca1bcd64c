using KernelGen.Audio;
using KernelGen.Extensions.AspNetCore;
using KernelGen.Text;
using KernelGen.Tool.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KernelGen.Tool.Serving;

/// <summary>A model on HTTP, from its start to the end of the last request.</summary>
internal static class ModelService
{
    /// <summary>The largest file of sound, which is OpenAI's, too.</summary>
    private const long MaxFileBytes = 25 << 20;

    /// <summary>A service of a model of text.</summary>
    /// <param name="settings">What the command line says.</param>
    /// <param name="generator">The model.</param>
    /// <param name="languages">Says between which languages, and how it generates.</param>
    public static WebApplication OfText(ServedSettings settings, TextGenerator generator, Action<LibreTranslateOptions> languages)
    {
        WebApplicationBuilder builder = Create(settings, limits => limits.RequestTime = settings.RequestTime);
        builder.Services.AddSingleton(generator);
        builder.Services.AddSingleton<TransformerModel>(generator.Model);
        builder.Services.AddTextGenerationQueue(queue => (queue.Workers, queue.Capacity) = (settings.Threads, settings.Queue));
        builder.Services.AddLibreTranslate(languages);
        builder.Services.AddHealthChecks().AddKernelGenModel<TransformerModel>("model").AddTextGenerationQueue();
        WebApplication app = Build(builder, settings);
        app.MapLibreTranslate();
        return app;
    }

    /// <summary>A service of a model of speech.</summary>
    /// <param name="settings">What the command line says.</param>
    /// <param name="speech">The model.</param>
    public static WebApplication OfSpeech(ServedSettings settings, SpeechToText speech)
    {
        WebApplicationBuilder builder = Create(settings, static limits => (limits.MaxBodyBytes, limits.BodyTime, limits.RequestTime) = (MaxFileBytes, null, null));
        builder.Services.AddSingleton(speech);
        builder.Services.AddSingleton<TransformerModel>(speech.Model);
        builder.Services.AddOpenAITranscriptions(files => (files.Threads, files.Capacity) = (settings.Threads, settings.Queue));
        builder.Services.AddHealthChecks().AddKernelGenModel<TransformerModel>("model");
        WebApplication app = Build(builder, settings);
        app.MapOpenAITranscriptions().WithServiceLimits();
        return app;
    }

    /// <summary>Runs a service until it is asked to end; then it finishes what it has taken on.</summary>
    /// <param name="app">The service, which is disposed at the end.</param>
    /// <param name="terminal">Is told where it listens.</param>
    /// <param name="ready">What else to say of it once it does.</param>
    /// <param name="end">Asks it to end.</param>
    public static async Task RunAsync(WebApplication app, Terminal terminal, string ready, CancellationToken end)
    {
        await using (app.ConfigureAwait(false))
        {
            await app.StartAsync(end).ConfigureAwait(false);
            terminal.Complain($"serving {ready} at {string.Join(" and ", app.Urls)}");
            await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            terminal.Complain("stopping: requests that run are finished. Once more ends at once.");
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static WebApplicationBuilder Create(ServedSettings settings, Action<ServiceLimits> limit)
    {
        // What lies where the command is called, and ASP.NET Core's variables, are not meant for it.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // Why it does not start, the command says.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.AddServiceLimits(limits =>
        {
            limits.Hosts = settings.Hosts ?? limits.Hosts;
            foreach (string key in settings.ApiKeys)
            {
                limits.ApiKeys.Add(key);
            }

            foreach (System.Net.IPNetwork proxy in settings.Proxies)
            {
                limits.Proxies.Add(proxy);
            }

            limit(limits);
        });
        return builder;
    }

    private static WebApplication Build(WebApplicationBuilder builder, ServedSettings settings)
    {
        WebApplication app = builder.Build();
        app.Urls.Add(settings.Url.GetLeftPart(UriPartial.Authority));
        app.UseServiceLimits();
        app.MapServiceHealth();
        return app;
    }
}
