using System.Diagnostics.CodeAnalysis;
using KernelGen.Audio;
using KernelGen.Extensions.AI;
using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers clients of speech to text.</summary>
/// <remarks>
/// They are singletons over the registered <see cref="SpeechToText"/>, as <c>AddSpeechToText</c> of KernelGen.Extensions.Hosting registers it. Middleware needs <c>AddSpeechToTextClient</c> of
/// Microsoft.Extensions.AI instead, with <see cref="KernelGenSpeechToTextExtensions.AsISpeechToTextClient"/>.
/// </remarks>
public static class KernelGenSpeechToTextServiceCollectionExtensions
{
    /// <summary>Registers an <see cref="ISpeechToTextClient"/> over the registered <see cref="SpeechToText"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">How it works; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">There are no services.</exception>
    [Experimental(AIExperiments.SpeechToText, UrlFormat = AIExperiments.UrlFormat)]
    public static IServiceCollection AddKernelGenSpeechToTextClient(this IServiceCollection services, SpeechToTextClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(provider => provider.GetRequiredService<SpeechToText>().AsISpeechToTextClient(options));
    }

    /// <summary>Registers an <see cref="ISpeechToTextClient"/> with a key, over the <see cref="SpeechToText"/> with the same.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">How it works; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">There are no services, or there is no key.</exception>
    [Experimental(AIExperiments.SpeechToText, UrlFormat = AIExperiments.UrlFormat)]
    public static IServiceCollection AddKeyedKernelGenSpeechToTextClient(this IServiceCollection services, object key, SpeechToTextClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(key);
        return services.AddKeyedSingleton(key, (provider, key) => provider.GetRequiredKeyedService<SpeechToText>(key).AsISpeechToTextClient(options));
    }
}
