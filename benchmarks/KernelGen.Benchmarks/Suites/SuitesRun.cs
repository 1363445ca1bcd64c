using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;
using Column = KernelGen.Benchmarks.Report.Column;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Runs the BenchmarkDotNet suites.</summary>
internal static class SuitesRun
{
    private static readonly string[] ColumnsLeftOut = ["Error", "StdDev", "RatioSD", "Alloc Ratio"];

    /// <summary>As BenchmarkDotNet's own command line: <c>--filter</c>, <c>--list</c> and the rest; asks what to run without arguments.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="isQuick">Whether a single call of each benchmark is enough.</param>
    /// <returns>The exit code.</returns>
    public static int Switch(IReadOnlyList<string> arguments, bool isQuick)
    {
        var watch = OtherLoad.Watch();
        Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(SuitesRun).Assembly).Run([.. arguments], SuiteConfig.AddTo(ManualConfig.Create(DefaultConfig.Instance), isQuick ? Job.Dry : Job.Default))];
        if (summaries.Length > 0)
        {
            Console.WriteLine(OtherLoad.Note([watch.Percent()]));
        }

        return Array.Exists(summaries, static summary => summary.HasCriticalValidationErrors || summary.Reports.Any(static report => !report.Success)) ? 1 : 0;
    }

    /// <summary>All suites as sections of a report.</summary>
    /// <param name="isQuick">Whether a single call of each benchmark is enough; otherwise there are three short iterations.</param>
    public static IEnumerable<Section> Sections(bool isQuick)
    {
        // Nothing of BenchmarkDotNet's own output: the report has its tables.
        ManualConfig config = SuiteConfig.AddTo(ManualConfig.CreateEmpty(), isQuick ? Job.Dry : Job.ShortRun)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithOptions(ConfigOptions.DisableLogFile);
        foreach (Type suite in Types())
        {
            Console.Error.WriteLine($"running {suite.Name}");
            var watch = OtherLoad.Watch();
            Summary summary = BenchmarkRunner.Run(suite, config);
            yield return Section(suite.Name, summary, isQuick, watch.Percent());
        }
    }

    private static IEnumerable<Type> Types() =>
        typeof(SuitesRun).Assembly.GetTypes().Where(static type => !type.IsAbstract && type.Name.EndsWith("Suite", StringComparison.Ordinal)).OrderBy(static type => type.Name);

    private static Section Section(string name, Summary summary, bool isQuick, double? load)
    {
        SummaryTable.SummaryTableColumn[] shown = [.. summary.Table.Columns.Where(static column => column.NeedToShow && !ColumnsLeftOut.Contains(column.Header))];
        return new Section(
            $"BenchmarkDotNet: {name}",
            [isQuick ? "A single call of each: this shows that all works, no more." : "Three short iterations, in this process.", OtherLoad.Note([load])],
            [.. shown.Select(static column => new Column(column.Header, IsText: column.Justify == SummaryTable.SummaryTableColumn.TextJustification.Left))],
            [.. summary.Table.FullContent.Select(row => shown.Select(column => row[column.Index]).ToArray())]);
    }
}
