using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.Hosting;

/// <summary>Loads what is registered while the host starts, in the stage that all services see before their own start: a server does not listen before.</summary>
/// <typeparam name="TService">A model, or what owns one.</typeparam>
internal sealed class ModelLoading<TService> : IHostedLifecycleService
    where TService : class
{
    private readonly IServiceProvider _services;
    private readonly object? _key;

    /// <param name="services">The services.</param>
    /// <param name="key">Its key, or <see langword="null"/> where it has none.</param>
    public ModelLoading(IServiceProvider services, object? key)
    {
        _services = services;
        _key = key;
    }

    /// <summary>Loads it; off the thread that starts the host, so that several models load side by side where the host starts services so.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.Run(() => _services.GetRequiredKeyedService<TService>(_key), cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
