using System.Globalization;
using System.Text;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary>How far a job is, in words.</summary>
internal static class JobText
{
    public static string Describe(JobReport report, DateTime now)
    {
        TimeSpan time = (report.Ended ?? now) - report.Begun;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Job}  {PhaseOf(report)}  {report.Request.Input} → {report.Request.Output}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {report.ShardsDone} of {report.Shards} shards, {Share(report):P0}; {report.Lines:N0} lines, {report.Sentences:N0} sentences in {Duration(time)}");
        if (report.Silos > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {report.Silos} {(report.Silos == 1 ? "silo" : "silos")}");
        }

        if (report.UnknownLines > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {Unknown(report)}");
        }

        foreach (string failure in report.Failures)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {failure.ReplaceLineEndings(" ")}");
        }

        return text.ToString();
    }

    /// <summary>What part of its input a job has read.</summary>
    public static double Share(JobReport report) => report.Bytes == 0 ? 1 : (double)report.BytesRead / report.Bytes;

    /// <summary>How many lines are not as sure as the others.</summary>
    public static string Unknown(JobReport report) => string.Create(
        CultureInfo.InvariantCulture, $"{report.UnknownLines:N0} lines hold characters that the model does not know; their translations are guesses there");

    public static string Duration(TimeSpan time) => time.TotalHours >= 24 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} days")
        : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0} s");

    private static string PhaseOf(JobReport report) => report.Phase switch
    {
        JobPhase.Running => "running",
        JobPhase.Done => "done",
        JobPhase.Failed => "failed",
        JobPhase.Cancelling => "being cancelled",
        JobPhase.Cancelled => "cancelled",
        _ => throw new InvalidOperationException($"{report.Phase} has no name"),
    };
}
