using Microsoft.Extensions.Hosting;

namespace KernelGen.Tool.Serving;

/// <summary>The command starts and stops its service itself, and listens to the signals.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
