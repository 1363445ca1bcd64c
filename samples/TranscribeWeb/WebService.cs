using KernelGen.Audio;
using KernelGen.Samples.Transcribe.Models;
using KernelGen.Samples.TranscribeWeb.OpenAI;
using KernelGen.Samples.Web;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RateLimiting;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    /// <summary>
    /// The names under which the service answers, unless the setting AllowedHosts says others: those of this computer. So no page of somebody else's whose name
    /// leads here can ask it.
    /// </summary>
    private const string AllowedHosts = "localhost;127.0.0.1;[::1]";

    private const int HeaderSeconds = 10;

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
        builder.Configuration["AllowedHosts"] ??= AllowedHosts;

        // A pass keeps its thread; what comes meanwhile is read on others.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, settings.Sessions + Environment.ProcessorCount), completions);

        DeclaredModel model = ModelFolder.Find(settings.Model!);
        if (model.Hears == HeardLanguages.One)
        {
            throw new ArgumentException($"{settings.Model} is a Moonshine, which is told no language and tells none, and this page asks for one; take a Whisper.");
        }

        IServiceCollection services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeaderSeconds);
            kestrel.Limits.MaxRequestBodySize = (long)settings.FileMegabytes << 20;
        });
        services.AddSingleton(settings);
        services.AddSingleton(model);
        services.AddSingleton<SpeechToText>(_ => model.Open(settings.Model!, new ModelLoadOptions { Precision = settings.Int8 ? WeightPrecision.Int8 : null }, settings.Weights));
        services.AddSingleton<LiveEndpoint>();
        services.AddSingleton<Page>();
        services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = (long)settings.FileMegabytes << 20);
        services.AddRateLimiter(limiter =>
        {
            limiter.AddConcurrencyLimiter(TranscriptionEndpoint.Policy, files => (files.PermitLimit, files.QueueLimit) = (settings.Files, settings.FileQueue));
            limiter.OnRejected = static async (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "1";
                await TranscriptionEndpoint.Refuse(StatusCodes.Status429TooManyRequests, "More files are waiting than the service takes on. Try again later.").ExecuteAsync(rejected.HttpContext);
            };
        });
        services.AddProblemDetails();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(settings.ShutdownSeconds));
        configure?.Invoke(builder);
        WebApplication app = builder.Build();

        // Before the server listens: what answers is ready.
        app.Services.GetRequiredService<SpeechToText>();
        app.Use(ResponseHeaders.Add);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.UseWebSockets();
        app.MapGet("/health", static () => TypedResults.Text("ready\n"));
        LiveEndpoint.Map(app);
        TranscriptionEndpoint.Map(app);
        Page.Map(app);
        return app;
    }
}
