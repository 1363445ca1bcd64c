using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KernelGen.Extensions.Hosting;

/// <summary>A queue is healthy while it takes on requests, and degraded while it is full.</summary>
internal sealed class QueueHealthCheck(TextGenerationQueue queue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        int waiting = queue.Waiting;
        string load = $"{waiting} of at most {queue.Capacity} texts wait.";
        return Task.FromResult(
            queue.IsStopped ? new HealthCheckResult(context.Registration.FailureStatus, "The queue takes on nothing more: the program is shutting down.")
            : waiting >= queue.Capacity ? HealthCheckResult.Degraded(load)
            : HealthCheckResult.Healthy(load));
    }
}
