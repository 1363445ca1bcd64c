using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using KernelGen.Samples.Translate;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Puts the service together.</summary>
internal static class WebService
{
    public const string OpenApiPath = "/openapi/v1.json";

    /// <summary>As much text as a request may ask to translate, each character written as an escape, twice over.</summary>
    public const long MaxRequestBytes = 64 * 1024;

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
        AddServices(builder, settings);
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.UseServiceLimits();
        app.MapOpenApi();
        TranslationEndpoints.Map(app);
        app.MapLibreTranslate();
        app.MapServiceHealth();
        Page.Map(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.AddServiceLimits(settings.Limit);
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
        services.AddLibreTranslate(translate =>
        {
            translate.SourceLanguage = "zh";
            translate.TargetLanguage = "en";
            translate.MaxTexts = settings.MaxTexts;
            translate.MaxAlternatives = settings.MaxBeam - 1;
            translate.MaxWork = settings.MaxWork;
        });
        services.AddHealthChecks().AddKernelGenModel<Translator>().AddTextGenerationQueue();
        services.AddSingleton<TranslationService>();
        services.AddSingleton<Page>();
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, TranslationJson.Default);
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;

            // Chinese stays readable: answers are JSON, never part of a page.
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
    }
}
