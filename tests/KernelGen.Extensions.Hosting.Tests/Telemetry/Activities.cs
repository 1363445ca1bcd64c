using System.Diagnostics;

namespace KernelGen.Extensions.Hosting.Tests.Telemetry;

/// <summary>The activities of calls.</summary>
internal sealed class Activities : IDisposable
{
    private readonly List<Activity> _stopped = [];
    private readonly ActivityListener _listener;

    public Activities()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ModelTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (_stopped)
                {
                    _stopped.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity[] Of(string caller)
    {
        lock (_stopped)
        {
            return [.. _stopped.Where(activity => activity.Parent?.OperationName == caller)];
        }
    }

    public void Dispose() => _listener.Dispose();
}
