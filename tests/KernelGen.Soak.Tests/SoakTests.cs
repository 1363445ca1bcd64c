using System.Globalization;

namespace KernelGen.Soak.Tests;

/// <summary>
/// What runs long wears nothing out: after tens of thousands of mixed calls the process holds what it held before, and the answers are the first ones.
/// The environment variable KERNELGEN_SOAK_CALLS sets how many calls are made; 36,000 are an hour of a service that is asked ten times a second.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Rounds = 12;
    private const int Threads = 4;
    private const int DefaultCalls = 3_000;
    private const double ManagedBytes = 1e6;
    private const double PrivateBytes = 6e6;

    [Fact]
    public void Nothing_wears_out()
    {
        Assert.SkipUnless(ProcessLevels.AreKnown, "What a process holds is read from /proc, which this system has not.");
        int calls = int.Parse(Environment.GetEnvironmentVariable("KERNELGEN_SOAK_CALLS") ?? $"{DefaultCalls}", CultureInfo.InvariantCulture);
        using var files = new ModelFiles();
        using var workload = new Workload(files);
        var levels = new List<ProcessLevels>();
        for (int round = 0; round < Rounds; round++)
        {
            workload.Run(calls / Rounds, round, Threads);
            workload.TrimMemory(Threads);
            levels.Add(ProcessLevels.Measure(files.Folder));
            output.WriteLine($"round {round + 1} of {Rounds}, {calls / Rounds} calls: {levels[^1]}");
        }

        (long finished, long cancelled, long failed, long loads) = workload.Counts;
        output.WriteLine($"{finished} answers as at first, {cancelled} calls cancelled or left, {failed} refused or broken, {loads} models loaded and disposed of");
        Assert.True(finished > calls / 2 && cancelled > calls / 50 && failed > calls / 50 && loads > calls / 50, "Some kind of call is missing.");
        AssertFlat(levels, "managed bytes", static level => level.ManagedBytes, ManagedBytes);
        AssertFlat(levels, "private bytes", static level => level.PrivateBytes, PrivateBytes);
        AssertFlat(levels, "handles", static level => level.Handles, 0.5);

        // The packed files of the three models that are still there, and no other.
        Assert.All(levels, level => Assert.Equal(levels[0].MappedModels, level.MappedModels));
    }

    [Fact]
    public void A_leak_of_a_few_bytes_a_call_would_be_seen()
    {
        double[] flat = [9, 5, 4, 6, 5, 5, 4, 6, 5, 5, 6, 4];
        Assert.InRange(Flatness.Rise(flat), -1, 1);
        Assert.Equal(4, Flatness.Rise([.. flat.Select(static (level, round) => level + round)]), 1.5);
    }

    private static void AssertFlat(List<ProcessLevels> levels, string what, Func<ProcessLevels, double> level, double tolerance)
    {
        double rise = Flatness.Rise([.. levels.Select(level)]);
        Assert.True(rise <= tolerance, $"{what} rose by {rise:F0} from the second third of the run to the last: {string.Join(", ", levels.Select(level))}");
    }
}
