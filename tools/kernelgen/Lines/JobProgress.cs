using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace KernelGen.Tool.Lines;

/// <summary>How far the work on lines is, and how fast: a bar on a terminal, and at the end a line.</summary>
internal sealed class JobProgress : IProgress<GenerationProgress>
{
    private readonly LineInput _input;
    private readonly ProgressTask? _task;
    private readonly Stopwatch _time = new();
    private readonly Lock _lock = new();
    private long _first;
    private long _firstBytes;
    private long _lines;
    private long _bytes;
    private GenerationProgress _generation;
    private long _sourcesWritten;

    private JobProgress(LineInput input, ProgressTask? task) => (_input, _task) = (input, task);

    /// <summary>Does some work, and shows how far it is.</summary>
    /// <param name="console">Where to; <see langword="null"/> for nowhere.</param>
    /// <param name="input">The lines that are worked on.</param>
    /// <param name="work">The work.</param>
    public static async Task RunAsync(IAnsiConsole? console, LineInput input, Func<JobProgress, Task> work)
    {
        if (console is null)
        {
            await work(new JobProgress(input, null)).ConfigureAwait(false);
            return;
        }

        ProgressColumn[] columns = input.Length is null
            ? [new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }]
            : [new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }];
        JobProgress? progress = null;
        try
        {
            await console.Progress().AutoClear(true).Columns(columns).StartAsync(context =>
            {
                ProgressTask task = context.AddTask("starting", maxValue: 1);
                task.IsIndeterminate = input.Length is null;
                progress = new JobProgress(input, task);
                return work(progress);
            }).ConfigureAwait(false);
        }
        finally
        {
            if (progress is { _lines: > 0 })
            {
                console.WriteLine(progress.Summary());
            }
        }
    }

    /// <summary>Says that the work begins.</summary>
    /// <param name="lines">How many lines were there before.</param>
    public void Begin(long lines)
    {
        lock (_lock)
        {
            _first = lines;
            _time.Restart();
        }
    }

    /// <summary>Says that the first line has been read which is worked on.</summary>
    /// <param name="bytes">How long it is; what was read before was passed over.</param>
    public void BeginText(int bytes)
    {
        lock (_lock)
        {
            _firstBytes = _bytes = Math.Max(0, _input.BytesRead - bytes);
        }
    }

    /// <inheritdoc/>
    public void Report(GenerationProgress value)
    {
        lock (_lock)
        {
            _generation = value;
            Show();
        }
    }

    /// <summary>Says that the results of a line are written.</summary>
    /// <param name="bytes">How long it was.</param>
    /// <param name="sources">How many sources the model was given of it.</param>
    public void Add(int bytes, int sources)
    {
        lock (_lock)
        {
            _lines++;
            _bytes += bytes;
            _sourcesWritten += sources;
            Show();
        }
    }

    /// <summary>How much of the input is done, from 0 to 1, sources that the model has done but whose turn has not come counted by their number.</summary>
    private double Share(long length)
    {
        long waiting = _generation.SourcesRead - _sourcesWritten;
        double done = waiting > 0 ? Math.Clamp((double)(_generation.SourcesDone - _sourcesWritten) / waiting, 0, 1) : 0;
        return Math.Clamp((_bytes + (done * Math.Max(0, _input.BytesRead - _bytes))) / length, 0, 1);
    }

    private void Show()
    {
        if (_task is null)
        {
            return;
        }

        string left = "";
        if (_input.Length is > 0 and { } length)
        {
            double share = Share(length), first = (double)_firstBytes / length;
            _task.Value = share;
            if (share > first && share < 1)
            {
                left = string.Create(CultureInfo.InvariantCulture, $", {Clock(_time.Elapsed * ((1 - share) / (share - first)))} left");
            }
        }

        _task.Description = string.Create(CultureInfo.InvariantCulture, $"{_first + _lines:N0} lines{Rates()}{left}");
    }

    private string Summary() => string.Create(CultureInfo.InvariantCulture, $"{_lines:N0} lines in {Clock(_time.Elapsed)}{Rates()}");

    private string Rates()
    {
        double seconds = Math.Max(_time.Elapsed.TotalSeconds, 1e-3);
        string tokens = _generation.TokensGenerated > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_generation.TokensGenerated / seconds:N0} tokens/s") : "";
        return string.Create(CultureInfo.InvariantCulture, $", {_lines / seconds:N1} lines/s{tokens}");
    }

    private static string Clock(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");
}
