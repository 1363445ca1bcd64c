namespace KernelGen.Extensions.Hosting;

/// <summary>What queues tell of themselves through <c>System.Diagnostics</c>; listen to it by these names, as to <see cref="ModelTelemetry"/>.</summary>
public static class QueueTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "KernelGen.Extensions.Hosting";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "KernelGen.Extensions.Hosting";
}
