using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using KernelGen.Samples.Translate;
using KernelGen.Samples.Web;
using KernelGen.Text;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    public const string OpenApiPath = "/openapi/v1.json";

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

        // A translation keeps its thread; answers about health and the page come from others.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, settings.Concurrency + Environment.ProcessorCount), completions);

        AddServices(builder, settings);
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        if (settings.Proxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }

        app.Use(ResponseHeaders.Add);
        app.Use(app.Services.GetRequiredService<TranslationMetrics>().Measure);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(app.Services.GetRequiredService<RequestLimits>().Apply);
        app.MapOpenApi();
        TranslationEndpoints.Map(app);
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
        services.AddSingleton(new TurnQueue(settings.Concurrency, settings.Queue));
        services.AddSingleton<RequestLimits>();
        services.AddHostedService<MemoryTrimmer>();
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
