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
}
