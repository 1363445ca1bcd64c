using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Transcribe;

/// <summary>A line at the bottom of the terminal that says how much of a file is transcribed, and the real-time factor: seconds of work for a second of audio.</summary>
/// <param name="error">Standard error, which must be a terminal.</param>
/// <param name="name">What is transcribed.</param>
/// <param name="length">How long it is.</param>
internal sealed class Progress(Stream error, string name, TimeSpan length)
{
    private const int Width = 30;

    private readonly long _start = Stopwatch.GetTimestamp();
    private bool _isShown;

    /// <summary>Whether standard error is a terminal that a line can be drawn anew on.</summary>
    public static bool IsPossible => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Shows how far it is.</summary>
    /// <param name="done">Up to where the audio is transcribed.</param>
    public void Show(TimeSpan done)
    {
        double share = length > TimeSpan.Zero ? Math.Clamp(done / length, 0, 1) : 0;
        int filled = (int)(Width * share);
        string bar = $"[{new string('#', filled)}{new string('.', Width - filled)}]";
        Write(string.Create(CultureInfo.InvariantCulture, $"\r{bar} {share:P0}, {Clock(done)} of {Clock(length)}{Factor(done)}\e[K"));
        _isShown = true;
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

    /// <summary>Leaves behind how long it took.</summary>
    public void Finish()
    {
        string seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
        Write($"\r{name}: {Clock(length)} in {seconds} s{Factor(length)}\e[K\n");
        _isShown = false;
    }

    private static string Clock(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time:ss}");

    private string Factor(TimeSpan done) => done <= TimeSpan.Zero
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", real-time factor {Stopwatch.GetElapsedTime(_start) / done:F2}");

    private void Write(string text) => error.Write(Encoding.UTF8.GetBytes(text));
}
