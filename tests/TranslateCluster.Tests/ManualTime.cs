namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>A clock that goes on when it is told to.</summary>
internal sealed class ManualTime : TimeProvider
{
    private TimeSpan _time = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(double seconds) => _time += TimeSpan.FromSeconds(seconds);

    public override long GetTimestamp() => _time.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _time;
}
