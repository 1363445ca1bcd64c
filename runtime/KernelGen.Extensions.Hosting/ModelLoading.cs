using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.Hosting;

/// <summary>Loads a registered model while the host starts, in the stage that all services see before their own start: a server does not listen before.</summary>
/// <typeparam name="TModel">The declared model.</typeparam>
internal sealed class ModelLoading<TModel> : IHostedLifecycleService
    where TModel : EncoderDecoder
{
    private readonly IServiceProvider _services;

    public ModelLoading(IServiceProvider services) => _services = services;

    /// <summary>Loads the model; off the thread that starts the host, so that several models load side by side where the host starts services so.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.Run(_services.GetRequiredService<TModel>, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
