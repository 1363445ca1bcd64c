using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Writes text in columns, and numbers as cells of heat maps: coloured on a terminal, in Unicode blocks everywhere.</summary>
internal sealed class Terminal
{
    private const int WidthOfFiles = 100;
    private const string Blocks = " ▁▂▃▄▅▆▇█";

    private readonly TextWriter _output;
    private readonly bool _hasColors;

    /// <param name="output">Where to write.</param>
    /// <param name="isFile">Whether that is a file rather than standard output.</param>
    public Terminal(TextWriter output, bool isFile)
    {
        _output = output;
        bool isTerminal = !isFile && !Console.IsOutputRedirected;
        _hasColors = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        Width = isTerminal ? Math.Max(Console.WindowWidth, 40) : WidthOfFiles;
    }

    /// <summary>The columns of a line.</summary>
    public int Width { get; init; }

    /// <summary>How many columns a text takes: Chinese characters two, marks above others none.</summary>
    public static int ColumnsOf(string text)
    {
        int columns = 0;
        foreach (Rune character in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
                ? 0
                : IsWide(character.Value) ? 2 : 1;
        }

        return columns;
    }

    /// <summary>A text in so many columns: filled up with spaces, or cut. What would control the terminal is replaced.</summary>
    public static string Column(string text, int columns, bool right = false)
    {
        var column = new StringBuilder();
        int used = 0;
        foreach (Rune character in text.EnumerateRunes())
        {
            Rune shown = ControlsText(character) ? Rune.ReplacementChar : character;
            int width = ColumnsOf(shown.ToString());
            if (used + width > columns)
            {
                break;
            }

            column.Append(shown);
            used += width;
        }

        string fill = new(' ', columns - used);
        return right ? fill + column : column + fill;
    }

    /// <summary>A text without what would control the terminal.</summary>
    public static string Printable(string text) => Column(text, ColumnsOf(text) + text.Length).TrimEnd();

    public void Line(string text = "") => _output.WriteLine(text);

    /// <summary>A heading, after an empty line; broken between words where it is wider than a line.</summary>
    public void Heading(string text)
    {
        Line();
        foreach (string line in Wrap(text))
        {
            Line(_hasColors ? $"\e[1m{line}\e[0m" : line);
        }
    }

    /// <summary>A text, broken between words where it is wider than a line.</summary>
    public void Paragraph(string text)
    {
        foreach (string line in Wrap(text))
        {
            Line(line);
        }
    }

    /// <summary>What <see cref="Shade"/> makes of a probability.</summary>
    public string Scale => _hasColors ? "white is 0 %, half blue 25 %, deep blue 100 %" : "blank is 0 %, ▄ 25 %, █ 100 %";

    /// <summary>A probability as cells of one colour or block, by its square root: among many tokens most have few percent.</summary>
    public string Shade(float probability, int columns)
    {
        double share = Math.Sqrt(probability);
        if (!_hasColors)
        {
            return new string(Block(share), columns);
        }

        (int red, int green, int blue) = Deeper(share);
        return $"\e[48;2;{red};{green};{blue}m{new string(' ', columns)}\e[0m";
    }

    /// <summary>What a mask hides, so that it does not look like a probability of 0: dots, on a terminal on grey.</summary>
    public string Masked(int columns)
    {
        string dots = new('·', columns);
        return _hasColors ? $"\e[48;2;208;208;208m\e[38;2;96;96;96m{dots}\e[0m" : dots;
    }

    /// <summary>A probability as four columns: a block and whole percents, on a blue that gets deeper.</summary>
    public string Probability(float probability)
    {
        string percent = $"{(int)Math.Round(probability * 100),3}";
        if (!_hasColors)
        {
            return $"{Block(probability)}{percent}";
        }

        (int red, int green, int blue) = Deeper(probability);
        string ink = probability > 0.45 ? "255;255;255" : "40;40;40";
        return $"\e[48;2;{red};{green};{blue}m\e[38;2;{ink}m {percent}\e[0m";
    }

    /// <summary>A number between -limit and limit as one column: half a block is zero; on a terminal white is zero, blue below, red above.</summary>
    public string Signed(float value, float limit)
    {
        double share = limit == 0 ? 0 : Math.Clamp(value / limit, -1, 1);
        if (!_hasColors)
        {
            return $"{Block((share + 1) / 2)}";
        }

        (int red, int green, int blue) = Blend((255, 255, 255), share < 0 ? (33, 102, 172) : (178, 24, 43), Math.Abs(share));
        return $"\e[48;2;{red};{green};{blue}m \e[0m";
    }

    /// <summary>A bar of at most so many columns.</summary>
    public static string Bar(double share, int columns)
    {
        const string Eighths = " ▏▎▍▌▋▊▉";
        int eighths = (int)Math.Round(share * columns * 8);
        string bar = new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Eighths[eighths % 8]);
        return bar.PadRight(columns);
    }

    private IEnumerable<string> Wrap(string text)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && ColumnsOf(line) + 1 + ColumnsOf(word) > Width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        yield return line;
    }

    private static (int Red, int Green, int Blue) Deeper(double share) => Blend((255, 255, 255), (8, 69, 148), share);

    private static char Block(double share) => Blocks[(int)Math.Round(Math.Clamp(share, 0, 1) * (Blocks.Length - 1))];

    private static (int Red, int Green, int Blue) Blend((int Red, int Green, int Blue) from, (int Red, int Green, int Blue) to, double share)
    {
        return (Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));

        int Mix(int low, int high) => (int)Math.Round(low + ((high - low) * Math.Clamp(share, 0, 1)));
    }

    /// <summary>Controls, line and paragraph separators, and what turns the direction of the text that follows.</summary>
    private static bool ControlsText(Rune character) => Rune.IsControl(character)
        || character.Value is 0x061C or 0x200E or 0x200F or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    /// <summary>East Asian wide and fullwidth characters, and emoji.</summary>
    private static bool IsWide(int character) => character is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F)
        or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
