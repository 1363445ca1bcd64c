using System.Diagnostics;
using System.Globalization;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>
/// What other processes took from this machine while something was measured: the busy time of all processors without this process's own and that of
/// processes that it started and that have ended, and the load average, both from Linux's <c>/proc</c>.
/// </summary>
internal sealed class OtherLoad
{
    /// <summary>Above it, timings are not to be trusted.</summary>
    private const double Warning = 5;

    /// <summary>What a unit in <c>/proc/stat</c> is: USER_HZ is 100 wherever .NET runs.</summary>
    private const double SecondsPerTick = 0.01;

    /// <summary>Each of two readings may be a tick off.</summary>
    private const double Uncertainty = 2 * SecondsPerTick;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly double? _others = OthersSeconds();

    /// <summary>Begins to watch.</summary>
    public static OtherLoad Watch() => new();

    /// <summary>The time that others took for certain since then, in percent of one core; <see langword="null"/> where it cannot be known.</summary>
    public double? Percent()
    {
        double elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return _others is { } before && OthersSeconds() is { } now && elapsed > 0 ? Math.Max(0, (now - before - Uncertainty) / elapsed * 100) : null;
    }

    /// <summary>A cell of a table.</summary>
    public static string Words(double? percent) => percent is { } known ? known.ToString("F1", CultureInfo.InvariantCulture) + " %" : "?";

    /// <summary>What to say of measurements: the most that others took during one, with a warning where it is too much.</summary>
    public static string Note(IEnumerable<double?> percents)
    {
        if (percents.Max() is not { } most)
        {
            return "other load: unknown, there is no /proc/stat here";
        }

        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        string words = string.Create(CultureInfo.InvariantCulture, $"other load: at most {most:F1} % of a core while something was measured; load average now {load}");
        return most > Warning ? $"WARNING: {words}. Above {Warning} %, timings say little" : words;
    }

    /// <summary>The busy time of all processors, without that of this process and those that it started.</summary>
    private static double? OthersSeconds()
    {
        const string Statistics = "/proc/stat";
        if (!File.Exists(Statistics))
        {
            return null;
        }

        // cpu user nice system idle iowait irq softirq steal; time that a hypervisor gave to others is theirs.
        double[] ticks = [.. File.ReadLines(Statistics).First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(static field => double.Parse(field, CultureInfo.InvariantCulture))];
        double busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7];
        return (busy * SecondsPerTick) - Environment.CpuUsage.TotalTime.TotalSeconds - (ChildProcessorTime.Seconds() ?? 0);
    }
}
