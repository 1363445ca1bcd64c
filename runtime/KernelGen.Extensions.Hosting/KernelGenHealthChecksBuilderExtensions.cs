using KernelGen;
using KernelGen.Extensions.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of models and queues.</summary>
public static class KernelGenHealthChecksBuilderExtensions
{
    /// <summary>Checks that a registered model computes.</summary>
    /// <typeparam name="TModel">The declared model.</typeparam>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check; that of the model unless given.</param>
    /// <param name="key">The key that the model is registered with, where it has one.</param>
    /// <param name="failureStatus">What is reported where it does not compute; unhealthy unless given.</param>
    /// <param name="tags">Tags of the check.</param>
    /// <returns>The health checks.</returns>
    /// <exception cref="ArgumentNullException">There are no health checks.</exception>
    public static IHealthChecksBuilder AddKernelGenModel<TModel>(
        this IHealthChecksBuilder builder, string? name = null, object? key = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
        where TModel : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? typeof(TModel).Name : $"{typeof(TModel).Name} {key}"),
            provider => new ModelHealthCheck(provider.GetRequiredKeyedService<TModel>(key)),
            failureStatus,
            tags));
    }

    /// <summary>Checks that a registered queue takes on requests: degraded while it is full, unhealthy once it is stopped.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="key">The key that the queue is registered with, where it has one.</param>
    /// <param name="failureStatus">What is reported once it is stopped; unhealthy unless given.</param>
    /// <param name="tags">Tags of the check.</param>
    /// <returns>The health checks.</returns>
    /// <exception cref="ArgumentNullException">There are no health checks.</exception>
    public static IHealthChecksBuilder AddTextGenerationQueue(
        this IHealthChecksBuilder builder, string name = "queue", object? key = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, provider => new QueueHealthCheck(provider.GetRequiredKeyedService<TextGenerationQueue>(key)), failureStatus, tags));
    }
}
