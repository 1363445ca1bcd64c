using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using KernelGen.Samples.Translate;
using KernelGen.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    public const string OpenApiPath = "/openapi/v1.json";

    /// <summary>A request is 32 texts of 127 characters, each written as an escape, twice over.</summary>
    private const long MaxRequestBytes = 64 * 1024;

    /// <param name="arguments">The program's arguments: settings, such as <c>--urls=http://localhost:8080</c>.</param>
    /// <param name="configure">Changes services before the application is built; tests do.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public static WebApplication Create(string[] arguments, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(arguments);

        // Requests are measured; each in several lines of the log would drown what matters.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        ServiceSettings settings = builder.Configuration.GetSection(ServiceSettings.Section).Get<ServiceSettings>() ?? new ServiceSettings();
        settings.Check();

        // A translation keeps its thread; answers about health and the page come from others.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, settings.Concurrency + Environment.ProcessorCount), completions);

        AddServices(builder, settings);
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.Use(app.Services.GetRequiredService<TranslationMetrics>().Measure);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapOpenApi();
        TranslationEndpoints.Map(app);
        Page.Map(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        });
        IServiceCollection services = builder.Services;
        services.AddSingleton(settings);
        services.AddKernelGenModel(_ => settings.Model is { } path ? Translator.Load(path) : Translator.Load(Resources.Open("model.safetensors")));
        services.AddSingleton<ITokenizer>(static _ => VocabularyTokenizer.Load(Resources.Open("source_vocabulary.json")));
        services.AddSingleton<ITokenDecoder>(static _ => SentencePieceDecoder.Load(Resources.Open("target.spm")));
        services.AddSingleton(static provider =>
        {
            EncoderDecoder model = provider.GetRequiredService<Translator>();
            return new TextGenerator(model, provider.GetRequiredService<ITokenizer>(), provider.GetRequiredService<ITokenDecoder>());
        });
        services.AddSingleton<TranslationMetrics>();
        services.AddSingleton<TranslationService>();
        services.AddSingleton<Page>();
        services.AddOpenApi();
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestHandler>();
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(settings.ShutdownSeconds));
        services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, TranslationJson.Default);
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;

            // Chinese stays readable: answers are JSON, never part of a page.
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        services.AddRateLimiter(options =>
        {
            options.AddConcurrencyLimiter(TranslationEndpoints.ConcurrencyPolicy, limiter =>
            {
                limiter.PermitLimit = settings.Concurrency;
                limiter.QueueLimit = settings.Queue;
                limiter.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
            });
            options.OnRejected = (context, _) => Reject(context.HttpContext, settings.RetryAfterSeconds);
        });
    }

    private static async ValueTask Reject(HttpContext context, int retryAfterSeconds)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = new ProblemDetails
            {
                Status = StatusCodes.Status429TooManyRequests,
                Title = "The service is busy.",
                Detail = $"More requests are waiting than it takes on. Try again in {retryAfterSeconds} s.",
            },
        });
    }
}
