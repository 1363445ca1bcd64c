using System.Diagnostics;

namespace KernelGen.Benchmarks;

/// <summary>Times short actions: repeated until a slice of time has passed, over several slices.</summary>
internal static class Timing
{
    /// <summary>The shortest and the median time of one call, in seconds, after a warm-up.</summary>
    public static (double Minimum, double Median) Measure(Action action, int slices = 15, double sliceSeconds = 0.02)
    {
        action();
        double[] seconds = new double[slices];
        for (int i = -1; i < slices; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int calls = 0;
            TimeSpan elapsed;
            do
            {
                action();
                calls++;
                elapsed = Stopwatch.GetElapsedTime(start);
            }
            while (elapsed.TotalSeconds < sliceSeconds);
            if (i >= 0)
            {
                seconds[i] = elapsed.TotalSeconds / calls;
            }
        }

        Array.Sort(seconds);
        return (seconds[0], seconds[slices / 2]);
    }

    /// <summary>
    /// The shortest and the median time of one call of each action, in seconds. The actions take turns of half a second, so that what else this machine
    /// does meets all of them; a turn begins with a call that is not counted, which fills the caches again.
    /// </summary>
    /// <param name="actions">The actions; each is warmed up first.</param>
    /// <param name="seconds">How long to measure each of them.</param>
    public static (double Minimum, double Median)[] MeasureInTurns(Action[] actions, double seconds)
    {
        const double TurnSeconds = 0.5;
        List<double>[] calls = [.. actions.Select(static _ => new List<double>())];
        int turns = Math.Max(1, (int)Math.Round(seconds / TurnSeconds));
        for (int turn = -2; turn < turns; turn++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                actions[i]();
                long turnStart = Stopwatch.GetTimestamp();
                do
                {
                    long start = Stopwatch.GetTimestamp();
                    actions[i]();
                    double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    if (turn >= 0)
                    {
                        calls[i].Add(elapsed);
                    }
                }
                while (Stopwatch.GetElapsedTime(turnStart).TotalSeconds < TurnSeconds);
            }
        }

        return [.. calls.Select(static all =>
        {
            all.Sort();
            return (all[0], all[all.Count / 2]);
        })];
    }
}
