namespace KernelGen.Audio;

/// <summary>Seconds as times.</summary>
internal static class Times
{
    /// <summary>The time that is nearest to a number of seconds.</summary>
    public static TimeSpan Of(double seconds) => new((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
