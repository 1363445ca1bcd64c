using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KernelGen.Extensions.Hosting;

/// <summary>What queues measure, one instrument of each for the whole process; what tells queues apart is the name of the model.</summary>
internal static class QueueInstruments
{
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<int> Texts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] };
    private static readonly string? Version = typeof(QueueInstruments).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(QueueTelemetry.MeterName, Version);
    private static readonly ActivitySource Activities = new(QueueTelemetry.ActivitySourceName, Version);

    public static readonly UpDownCounter<int> Waiting = Meter.CreateUpDownCounter<int>("kernelgen.queue.waiting", "{text}", "Texts that wait.");
    public static readonly Counter<int> Refused = Meter.CreateCounter<int>("kernelgen.queue.refused", "{text}", "Texts that were refused, because the queue was full.");
    public static readonly Histogram<double> Wait = Meter.CreateHistogram("kernelgen.queue.wait.duration", "s", "How long a request waited until its work began.", advice: Seconds);
    public static readonly Histogram<int> Batch = Meter.CreateHistogram("kernelgen.queue.batch.size", "{text}", "How many texts were generated for together.", advice: Texts);

    /// <summary>The tag of a model.</summary>
    public static KeyValuePair<string, object?> Tag(TransformerModel model) => new("kernelgen.model", model.GetType().Name);

    /// <summary>The activity of a batch: within that of the caller where there is one, and otherwise linked with those of all.</summary>
    /// <returns>Nothing where nobody listens.</returns>
    public static Activity? StartBatch(RequestBatch batch)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        Activity? activity = batch.Requests is [QueuedRequest only]
            ? Activities.StartActivity("kernelgen.batch", ActivityKind.Internal, only.Caller)
            : Activities.StartActivity("kernelgen.batch", ActivityKind.Internal, default(ActivityContext), links: batch.Requests.Select(static request => new ActivityLink(request.Caller)));
        return activity?.SetTag("kernelgen.texts", batch.Texts);
    }
}
