using System.Globalization;
using KernelGen.Training;

namespace KernelGen.Samples.Training;

/// <summary>A line that says how far training is: on a terminal drawn anew, elsewhere one for each validation.</summary>
/// <param name="error">Where it is written.</param>
/// <param name="steps">The number of all steps.</param>
/// <param name="metricName">What the metric of the validation is.</param>
internal sealed class TrainingProgress(TextWriter error, long steps, string metricName)
{
    private const int Width = 30;

    private readonly bool _isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Shows a report.</summary>
    public void Show(TrainingReport report)
    {
        string left = report is { Remaining: { } time, End: null } ? string.Create(CultureInfo.InvariantCulture, $", {(int)time.TotalHours}:{time:mm\\:ss} left") : "";
        string words = string.Create(
            CultureInfo.InvariantCulture, $"step {report.Step} of {steps}, loss {report.Loss:F3}, {report.TokensPerSecond:F0} tokens/s{left}");
        string validation = report.Validation is { } value
            ? string.Create(CultureInfo.InvariantCulture, $"step {report.Step}: validation loss {value.Loss:F4}, {100 * value.TokenAccuracy:F2} % of tokens right{Metric(report)}")
            : "";
        if (!_isTerminal)
        {
            if (validation.Length > 0)
            {
                error.WriteLine($"{validation}{left}");
            }

            return;
        }

        int filled = (int)(Width * report.Step / steps);
        if (validation.Length > 0)
        {
            error.WriteLine($"\r\e[K{validation}");
        }

        error.Write($"\r\e[K[{new string('#', filled)}{new string('.', Width - filled)}] {words}");
        if (report.End is not null)
        {
            error.WriteLine();
        }
    }

    private string Metric(TrainingReport report) =>
        report.Metric is { } metric ? string.Create(CultureInfo.InvariantCulture, $", {metricName} {metric:F2}{(report.IsBest ? ", the best so far" : "")}") : "";
}
