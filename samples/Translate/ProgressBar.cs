using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Translate;

/// <summary>A line at the bottom of the terminal that says how much of a file is translated, and how fast.</summary>
/// <param name="error">Standard error, which must be a terminal.</param>
/// <param name="length">The bytes of the file, or <see langword="null"/> where that is not known.</param>
internal sealed class ProgressBar(Stream error, long? length)
{
    private const int Width = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastShown;
    private bool _isShown;
    private long _sentences;
    private long _bytes;

    /// <summary>Whether standard error is a terminal that a line can be drawn anew on.</summary>
    public static bool IsPossible => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Counts a translated line, and shows it ten times a second at most.</summary>
    public void Add(TranslatedLine line)
    {
        _sentences += line.Sentences.Count;
        _bytes += Encoding.UTF8.GetByteCount(line.Source) + 1;
        if (Stopwatch.GetElapsedTime(_lastShown) >= Pause)
        {
            _lastShown = Stopwatch.GetTimestamp();
            Show(length is { } total and > 0 ? Math.Min(1, (double)_bytes / total) : null);
        }
    }

    /// <summary>Takes the bar away, so that something else can be written.</summary>
    public void Erase()
    {
        if (_isShown)
        {
            error.Write("\r\e[K"u8);
            _isShown = false;
        }
    }

    /// <summary>Leaves the last state behind.</summary>
    public void Finish()
    {
        Show(length is null ? null : 1);
        error.Write("\n"u8);
    }

    private void Show(double? share)
    {
        double seconds = Math.Max(Stopwatch.GetElapsedTime(_start).TotalSeconds, 1e-3);
        int filled = (int)Math.Round(Width * share.GetValueOrDefault());
        string bar = share is null ? "" : $"{new string('█', filled)}{new string('░', Width - filled)} {share.Value.ToString("P0", CultureInfo.InvariantCulture)}  ";
        string text = string.Create(CultureInfo.InvariantCulture, $"\r{bar}{_sentences:N0} sentences, {_sentences / seconds:N0} sentences/s\e[K");
        error.Write(Encoding.UTF8.GetBytes(text));
        _isShown = true;
    }
}
