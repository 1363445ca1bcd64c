using System.Diagnostics;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>The shortest and the median time of one call, in seconds.</summary>
internal readonly record struct Times(double Minimum, double Median)
{
    /// <summary>The shortest and the median of some times; there is at least one.</summary>
    public static Times Of(IEnumerable<double> seconds)
    {
        double[] all = [.. seconds.Order()];
        return new Times(all[0], all[all.Length / 2]);
    }
}

/// <summary>Times actions in turns.</summary>
internal static class Timing
{
    /// <summary>A turn of an action that takes a millisecond or less, and what makes one sample of it: many calls, so that the clock costs nothing.</summary>
    private const double ShortTurn = 0.02, ShortSample = 0.002;

    /// <summary>A turn of an action that takes longer; each call is a sample.</summary>
    private const double LongTurn = 0.5;

    /// <summary>Times one short action alone.</summary>
    public static Times Short(Action action, double seconds) => ShortInTurns([action], seconds)[0];

    /// <summary>Times actions of which a call takes a millisecond or less.</summary>
    /// <inheritdoc cref="InTurns"/>
    public static Times[] ShortInTurns(Action[] actions, double seconds) => InTurns(actions, seconds, ShortTurn, ShortSample);

    /// <summary>Times actions of which a call takes about a millisecond or more.</summary>
    /// <inheritdoc cref="InTurns"/>
    public static Times[] LongInTurns(Action[] actions, double seconds) => InTurns(actions, seconds, Math.Min(LongTurn, seconds / 2), sampleSeconds: 0);

    /// <summary>
    /// Actions take turns, so that what else this machine does meets all of them; a turn begins with a call that is not counted, which fills the caches
    /// again.
    /// </summary>
    /// <param name="actions">The actions; each is warmed up first.</param>
    /// <param name="seconds">How long to measure each of them.</param>
    /// <param name="turnSeconds">How long a turn takes.</param>
    /// <param name="sampleSeconds">Calls are averaged until this time has passed; 0 makes each call a sample.</param>
    private static Times[] InTurns(Action[] actions, double seconds, double turnSeconds, double sampleSeconds)
    {
        List<double>[] samples = [.. actions.Select(static _ => new List<double>())];
        int turns = Math.Max(1, (int)Math.Round(seconds / turnSeconds));
        for (int turn = -2; turn < turns; turn++)
        {
            for (int place = 0; place < actions.Length; place++)
            {
                // Every other turn goes backwards, so that none always follows the same one.
                int i = turn % 2 == 0 ? place : actions.Length - 1 - place;
                actions[i]();
                long start = Stopwatch.GetTimestamp();
                do
                {
                    double sample = Sample(actions[i], sampleSeconds);
                    if (turn >= 0)
                    {
                        samples[i].Add(sample);
                    }
                }
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < turnSeconds);
            }
        }

        return [.. samples.Select(Times.Of)];
    }

    private static double Sample(Action action, double sampleSeconds)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        double elapsed;
        do
        {
            action();
            calls++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (elapsed < sampleSeconds);
        return elapsed / calls;
    }
}
