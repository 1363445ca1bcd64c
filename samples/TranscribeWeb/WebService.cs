using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    /// <param name="arguments">The program's arguments: settings, such as <c>--Transcribe:Model=whisper-tiny</c>.</param>
    /// <param name="configure">Changes services before the application is built; tests do.</param>
    /// <exception cref="ArgumentException">A setting is missing or out of range.</exception>
    /// <exception cref="IOException">There is no model in the folder.</exception>
    public static WebApplication Create(string[] arguments, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(arguments);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        ServiceSettings settings = builder.Configuration.GetSection(ServiceSettings.Section).Get<ServiceSettings>() ?? new ServiceSettings();
        settings.Check();

        // A pass keeps its thread; what comes meanwhile is read on others.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, settings.Sessions + Environment.ProcessorCount), completions);

        DeclaredModel model = ModelFolder.Find(settings.Model!);
        if (model.Hears == HeardLanguages.One)
        {
            throw new ArgumentException($"{settings.Model} is a Moonshine, which is told no language and tells none, and this page asks for one; take a Whisper.");
        }

        IServiceCollection services = builder.Services;
        builder.AddServiceLimits(limits =>
        {
            limits.MaxBodyBytes = (long)settings.FileMegabytes << 20;
            limits.BodyTime = null;
            limits.RequestTime = null;
            limits.ClientRequests = null;
            limits.MaxConnections = null;
            limits.ShutdownTime = TimeSpan.FromSeconds(settings.ShutdownSeconds);
        });
        services.AddSingleton(settings);
        services.AddSingleton(model);
        services.AddSingleton<SpeechToText>(_ => model.Open(settings.Model!, new ModelLoadOptions { Precision = settings.Int8 ? WeightPrecision.Int8 : null }, settings.Weights));
        services.AddSingleton<LiveEndpoint>();
        services.AddSingleton<Page>();
        services.AddOpenAITranscriptions(files =>
        {
            files.Threads = settings.Threads;
            files.Files = settings.Files;
            files.Capacity = settings.FileQueue;
            files.MaxMinutes = settings.FileMinutes;
        });
        configure?.Invoke(builder);
        WebApplication app = builder.Build();

        // Before the server listens: what answers is ready.
        app.Services.GetRequiredService<SpeechToText>();
        app.UseServiceLimits();
        app.UseWebSockets();
        app.MapGet("/health", static () => TypedResults.Text("ready\n"));
        LiveEndpoint.Map(app);
        app.MapOpenAITranscriptions();
        Page.Map(app);
        return app;
    }
}
