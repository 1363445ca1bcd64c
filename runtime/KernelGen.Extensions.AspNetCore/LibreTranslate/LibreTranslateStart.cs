using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Makes the service while the host starts, so that languages that do not fit the model end the start.</summary>
internal sealed class LibreTranslateStart(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<LibreTranslateService>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
