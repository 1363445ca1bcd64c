using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.Hosting;

/// <summary>Starts a queue with its host, and has it finish what it has taken on when the host stops.</summary>
internal sealed class QueueDraining : IHostedService
{
    private readonly IServiceProvider _services;
    private readonly object? _key;

    public QueueDraining(IServiceProvider services, object? key)
    {
        _services = services;
        _key = key;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _services.GetRequiredKeyedService<TextGenerationQueue>(_key);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _services.GetRequiredKeyedService<TextGenerationQueue>(_key).DrainAsync(cancellationToken);
}
