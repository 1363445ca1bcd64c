using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using KernelGen.Samples.Translate;
using KernelGen.Samples.TranslateWeb.LibreTranslate;
using KernelGen.Samples.Web;
using KernelGen.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    public const string OpenApiPath = "/openapi/v1.json";

    /// <summary>The name of what bounds requests for translations: their time, and how many a client has.</summary>
    public const string Policy = "translation";

    /// <summary>
    /// The names under which the service answers, unless the setting AllowedHosts says others: those of this computer. So no page of somebody else's whose name
    /// leads here can ask it.
    /// </summary>
    private const string AllowedHosts = "localhost;127.0.0.1;[::1]";

    /// <summary>As much text as a request may ask to translate, each character written as an escape, twice over.</summary>
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
        builder.Configuration["AllowedHosts"] ??= AllowedHosts;

        AddServices(builder, settings);
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        if (settings.Proxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }

        app.Use(ResponseHeaders.Add);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.UseRateLimiter();
        app.Use(JsonEncoding.Check);
        app.MapOpenApi();
        TranslationEndpoints.Map(app);
        LibreTranslateEndpoints.Map(app);
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync });
        Page.Map(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            KestrelServerLimits limits = kestrel.Limits;
            limits.MaxRequestBodySize = MaxRequestBytes;
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(settings.BodySeconds);
            limits.MaxConcurrentConnections = settings.MaxConnections;

            // The largest body is here within that time, or a little later; a smaller one, which comes more slowly, when it is over.
            limits.MinRequestBodyDataRate = new MinDataRate(MaxRequestBytes / settings.BodySeconds, TimeSpan.FromSeconds(settings.BodySeconds));
        });
        IServiceCollection services = builder.Services;
        services.AddSingleton(settings);
        services.AddKernelGenModel(_ => settings.Model is { } path ? Translator.Load(path) : Translator.Load(Resources.Open("model.safetensors")));
        services.AddSingleton<ITokenizer>(static _ => SentencePieceTokenizer.Load(Resources.Open("source.spm")));
        services.AddSingleton<ITokenDecoder>(static _ => SentencePieceDecoder.Load(Resources.Open("target.spm")));
        services.AddSingleton(static provider =>
        {
            EncoderDecoder model = provider.GetRequiredService<Translator>();
            return new TextGenerator(model, provider.GetRequiredService<ITokenizer>(), provider.GetRequiredService<ITokenDecoder>(), new TextGeneratorOptions
            {
                // The model was trained on single sentences for the most part.
                Sentences = SentenceSplitter.Default,
                LongTexts = LongTextPolicy.Split,
            });
        });
        services.AddTextGenerationQueue(queue =>
        {
            queue.Workers = settings.Concurrency;
            queue.Capacity = settings.Queue;
            queue.MaxBatch = settings.MaxBatch;
            queue.MaxWait = TimeSpan.FromMilliseconds(settings.BatchMilliseconds);
            queue.RetryAfter = TimeSpan.FromSeconds(settings.RetryAfterSeconds);
            queue.TrimAfter = TimeSpan.FromSeconds(settings.TrimSeconds);
        });
        services.AddHealthChecks().AddKernelGenModel<Translator>().AddTextGenerationQueue().AddCheck<StoppingCheck>("stopping");
        services.AddRequestTimeouts(timeouts => timeouts.AddPolicy(Policy, new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(settings.RequestSeconds),
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = static context => context.RequestServices.GetRequiredService<RequestFailures>().ExpireAsync(context),
        }));
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = static (rejected, _) => rejected.HttpContext.RequestServices.GetRequiredService<RequestFailures>().RejectAsync(rejected.HttpContext);
            limiter.AddPolicy(Policy, context => RateLimitPartition.GetConcurrencyLimiter(
                ClientAddress.Of(context), _ => new ConcurrencyLimiterOptions { PermitLimit = settings.ClientRequests }));
        });
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<TranslationService>();
        services.AddSingleton<Page>();
        services.AddOpenApi();
        services.AddProblemDetails(static options => options.CustomizeProblemDetails = RequestFailures.Complete);
        services.AddSingleton<RequestFailures>();
        services.AddSingleton<IExceptionHandler>(static provider => provider.GetRequiredService<RequestFailures>());
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(settings.ShutdownSeconds));
        services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, TranslationJson.Default);
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;

            // Chinese stays readable: answers are JSON, never part of a page.
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (System.Net.IPNetwork network in settings.ProxyNetworks())
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }
}
