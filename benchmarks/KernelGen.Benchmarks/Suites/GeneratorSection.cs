using System.Diagnostics;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Suites;

/// <summary>The generator itself: the size of what it writes, its time for a new compilation and after an unrelated edit.</summary>
internal static class GeneratorSection
{
    public static Section Measure(double seconds)
    {
        var run = new GeneratorRun();
        var watch = OtherLoad.Watch();
        long start = Stopwatch.GetTimestamp();
        run.New();
        double first = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Times[] times = Timing.LongInTurns([() => run.New(), () => run.AfterUnrelatedEdit()], seconds);
        (int files, int bytes) = run.Size;
        return new Section(
            "The generator",
            [$"The model of tests/Shared/zh-en: {files} files, {Cells.Number(bytes / 1000.0, 0)} KB.", OtherLoad.Note([watch.Percent()])],
            [new Column("run", IsText: true), new Column("least ms"), new Column("median ms")],
            [
                ["first in the process", Cells.Nothing, Cells.Milliseconds(first)],
                ["new compilation", .. Cells.Times(times[0])],
                ["after an unrelated edit", .. Cells.Times(times[1])],
            ]);
    }
}
