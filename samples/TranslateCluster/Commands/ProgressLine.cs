using System.Globalization;
using System.Text;
using KernelGen.Samples.TranslateCluster.Jobs;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary>Shows on standard error how far a job is, how fast, and how long it may still take: drawn anew on a terminal, else a line now and then.</summary>
internal sealed class ProgressLine
{
    private const int Width = 30;

    /// <summary>The rate is that of so many seconds.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly bool _isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
    private readonly Queue<(TimeSpan Time, long Sentences, long Bytes)> _past = [];
    private TimeSpan _lastLine;
    private bool _isShown;

    /// <summary>Shows a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="time">The time since the first.</param>
    public void Show(JobReport report, TimeSpan time)
    {
        _past.Enqueue((time, report.Sentences, report.BytesRead));
        while (time - _past.Peek().Time > Window)
        {
            _past.Dequeue();
        }

        if (_isTerminal)
        {
            int filled = (int)Math.Round(Width * JobText.Share(report));
            Write($"\r{new string('█', filled)}{new string('░', Width - filled)} {Text(report, time)}\e[K");
            _isShown = true;
        }
        else if (time - _lastLine >= Window)
        {
            _lastLine = time;
            Program.WriteError($"job {report.Job}: {Text(report, time)}");
        }
    }

    /// <summary>Takes the line away, so that something else can be written.</summary>
    public void Erase()
    {
        if (_isShown)
        {
            Write("\r\e[K");
            _isShown = false;
        }
    }

    /// <summary>A report in one line.</summary>
    public string Text(JobReport report, TimeSpan time)
    {
        (TimeSpan pastTime, long sentences, long bytes) = _past.Peek();
        double seconds = (time - pastTime).TotalSeconds;
        string rate = "";
        if (seconds > 0 && report.BytesRead > bytes && report.Sentences >= sentences)
        {
            TimeSpan left = TimeSpan.FromSeconds(Math.Min((report.Bytes - report.BytesRead) / ((report.BytesRead - bytes) / seconds), TimeSpan.FromDays(3650).TotalSeconds));
            rate = string.Create(CultureInfo.InvariantCulture, $", {(report.Sentences - sentences) / seconds:N0} a second, {JobText.Duration(left)} left");
        }

        string silos = report.Silos == 1 ? "1 silo" : $"{report.Silos} silos";
        string failures = report.GivenUp == 0 ? "" : $", {report.GivenUp} given up";
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(JobText.Share(report) * 100)} %  {report.Sentences:N0} sentences{rate}, {silos}{failures}");
    }

    private static void Write(string text)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes(text));
    }
}
