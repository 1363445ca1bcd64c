using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace KernelGen.Benchmarks.Suites;

/// <summary>
/// How the suites run: in this process, because a benchmark project of its own would generate and compile all models again for each benchmark; the
/// least time beside the mean, because neighbours only ever make things slower.
/// </summary>
internal static class SuiteConfig
{
    /// <param name="config">What is added to.</param>
    /// <param name="job">How often and how long each benchmark runs.</param>
    public static ManualConfig AddTo(ManualConfig config, Job job) => config
        .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
        .AddColumn(StatisticColumn.Min, StatisticColumn.Median);
}
