using System.Text;

namespace KernelGen.Samples.Transcribe;

/// <summary>The line at the bottom of a terminal with what is being said: final words, and the last ones, which may still change, fainter.</summary>
/// <param name="terminal">Standard error, which must be a terminal.</param>
/// <param name="width">How many characters a line has room for, asked each time.</param>
internal sealed class LiveLine(Stream terminal, Func<int> width)
{
    private const string Faint = "\e[2m";
    private const string Plain = "\e[0m";

    private bool _isShown;

    /// <summary>How wide the terminal is.</summary>
    public static int TerminalWidth
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and int wide ? wide : 80;
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    /// <summary>Shows words in the place of those before. Of what is too long for a line the end is seen.</summary>
    /// <param name="final">The words that are final.</param>
    /// <param name="partial">Those that may change.</param>
    public void Show(string final, string partial)
    {
        string first = OneLine.Of(final).TrimStart();
        string second = OneLine.Of(partial);
        second = first.Length == 0 ? second.TrimStart() : second;

        // The last column stays free: some terminals begin a new line there.
        int room = Math.Max(1, width() - 1);
        second = End(second, room, out int taken);
        first = End(first, room - taken, out _);
        Write($"\r{first}{Faint}{second}{Plain}\e[K");
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

    /// <summary>The end of a text that fits into so many columns.</summary>
    private static string End(string text, int columns, out int taken)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        int first = runes.Length;
        taken = 0;
        while (first > 0 && taken + Columns(runes[first - 1]) <= columns)
        {
            taken += Columns(runes[--first]);
        }

        return string.Concat(runes[first..]);
    }

    /// <summary>Characters of East Asia, and emoji, are twice as wide as others.</summary>
    private static int Columns(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD)
        ? 2
        : 1;

    private void Write(string text) => terminal.Write(Encoding.UTF8.GetBytes(text));
}
