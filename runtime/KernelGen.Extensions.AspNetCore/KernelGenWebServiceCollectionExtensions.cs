using KernelGen.Audio;
using KernelGen.Extensions.AspNetCore;
using KernelGen.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Services of the endpoints of models.</summary>
public static class KernelGenWebServiceCollectionExtensions
{
    /// <summary>Adds what <c>MapLibreTranslate</c> needs, besides the <see cref="TextGenerationQueue"/> that translates. Options are checked when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills in the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddLibreTranslate(this IServiceCollection services, Action<LibreTranslateOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LibreTranslateOptions>, LibreTranslateOptionsValidator>());
        services.AddOptions<LibreTranslateOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton<LibreTranslateService>();
        services.TryAddSingleton<LibreTranslateStart>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LibreTranslateStart>(static provider => provider.GetRequiredService<LibreTranslateStart>()));
        return services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, LibreTranslateJson.Default));
    }

    /// <summary>Adds what <c>MapOpenAITranscriptions</c> needs, besides the <see cref="SpeechToText"/> that transcribes. Options are checked when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Fills in the options; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">There are no services.</exception>
    public static IServiceCollection AddOpenAITranscriptions(this IServiceCollection services, Action<OpenAITranscriptionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenAITranscriptionOptions>, OpenAITranscriptionOptionsValidator>());
        services.AddOptions<OpenAITranscriptionOptions>().Configure(configure ?? (static _ => { })).ValidateOnStart();
        services.TryAddSingleton<TranscriptionService>();
        return services;
    }
}
