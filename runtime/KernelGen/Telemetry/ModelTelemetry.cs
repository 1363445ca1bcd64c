namespace KernelGen;

/// <summary>
/// What models tell of their calls through <c>System.Diagnostics</c>: metrics, and an activity for each call. <c>dotnet-counters</c> and OpenTelemetry listen to both by these
/// names; where nobody listens nothing is measured. The instruments: runtime/docs/telemetry.md in the repository.
/// </summary>
public static class ModelTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "KernelGen";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "KernelGen";
}
