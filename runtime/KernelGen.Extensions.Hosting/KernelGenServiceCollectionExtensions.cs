using KernelGen;
using KernelGen.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models.</summary>
public static class KernelGenServiceCollectionExtensions
{
    /// <summary>
    /// Registers a model as a singleton: whoever asks for <typeparamref name="TModel"/> gets the one that is loaded, and shares its weights, for a model is
    /// thread-safe. The container disposes it.
    /// </summary>
    /// <remarks>
    /// In a host the model is loaded while the host starts, before any service of it does, so that a bad weights file ends the start with its exception and no
    /// request waits for the first use. Without a host it is loaded when it is first asked for. A model that is registered twice is loaded as the last
    /// registration says.
    /// </remarks>
    /// <typeparam name="TModel">The declared model.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="load">Loads the model, for example <c>_ => Translator.Load("model.packed")</c>; called once.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IServiceCollection AddKernelGenModel<TModel>(this IServiceCollection services, Func<IServiceProvider, TModel> load)
        where TModel : EncoderDecoder
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(load);
        services.AddSingleton(provider => load(provider)
            ?? throw new InvalidOperationException($"What loads {typeof(TModel).Name} returned null; it has to return the loaded model."));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelLoading<TModel>>(static provider => new ModelLoading<TModel>(provider)));
        return services;
    }
}
