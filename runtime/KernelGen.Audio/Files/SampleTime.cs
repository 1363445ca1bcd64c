namespace KernelGen.Audio;

/// <summary>Samples as times, and times as samples.</summary>
internal static class SampleTime
{
    /// <summary>When a sample comes, in seconds, for messages.</summary>
    public static string Show(long sample, int sampleRate) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(double)sample / sampleRate:0.####} s");

    /// <summary>The sample that comes at a time.</summary>
    public static long SampleAt(TimeSpan time, int sampleRate) => (long)((Int128)time.Ticks * sampleRate / TimeSpan.TicksPerSecond);

    /// <summary>How long some samples take; null where it is longer than a <see cref="TimeSpan"/> can say.</summary>
    public static TimeSpan? Duration(ulong samples, int sampleRate)
    {
        UInt128 ticks = (UInt128)samples * TimeSpan.TicksPerSecond / (uint)sampleRate;
        return ticks > (UInt128)long.MaxValue ? null : TimeSpan.FromTicks((long)ticks);
    }
}
