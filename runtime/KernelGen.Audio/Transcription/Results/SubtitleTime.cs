using System.Globalization;

namespace KernelGen.Audio;

/// <summary>Times as subtitles write them.</summary>
internal static class SubtitleTime
{
    /// <summary>A time as <c>01:02:03,456</c>. What is before the beginning is the beginning.</summary>
    /// <param name="time">The time.</param>
    /// <param name="decimalMark">What stands before the milliseconds.</param>
    public static string Of(TimeSpan time, char decimalMark)
    {
        long milliseconds = Milliseconds(time);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{milliseconds / 3_600_000:00}:{milliseconds / 60_000 % 60:00}:{milliseconds / 1000 % 60:00}{decimalMark}{milliseconds % 1000:000}");
    }

    /// <summary>A time in whole milliseconds.</summary>
    public static long Milliseconds(TimeSpan time) => Math.Max(0, (long)Math.Round(time.TotalMilliseconds));
}
