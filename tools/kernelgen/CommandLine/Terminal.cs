using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace KernelGen.Tool.CommandLine;

/// <summary>Where reports and complaints go. Reports on a terminal have colours, unless NO_COLOR is set; elsewhere they are plain text, as wide as they need.</summary>
internal sealed class Terminal
{
    private const int WidthOfFiles = 200;

    private static readonly JsonSerializerOptions JsonFormat = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="output">Receives reports.</param>
    /// <param name="error">Receives complaints and what is only for people who wait.</param>
    /// <param name="isInteractive">Whether the output is a terminal.</param>
    /// <param name="streams">Input and output of commands that pass on texts; those of the process where there are no others.</param>
    public Terminal(TextWriter output, TextWriter error, bool isInteractive, StandardStreams? streams = null)
    {
        Streams = streams ?? StandardStreams.OfProcess;
        Output = output;
        Error = error;
        Rich = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isInteractive)
        {
            Rich.Profile.Width = WidthOfFiles;
        }
    }

    /// <summary>Source that is meant to be copied. Anything that quotes a file goes through <see cref="WriteLine"/> or a table.</summary>
    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Input and output of commands that pass on texts.</summary>
    public StandardStreams Streams { get; }

    /// <summary>Tables and colours.</summary>
    public IAnsiConsole Rich { get; }

    /// <summary>Where to show how far work is; <see langword="null"/> where nobody sees it.</summary>
    public IAnsiConsole? Progress => Streams.IsErrorTerminal
        ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error), Ansi = AnsiSupport.Detect, ColorSystem = ColorSystemSupport.Detect })
        : null;

    /// <summary>Writes a line. Names from files cannot make the terminal do anything, nor turn the text around them.</summary>
    public void WriteLine(string line = "") => Output.WriteLine(Shown(line));

    /// <summary>Writes a report for programs. Inside its strings, the escapes mean the same characters.</summary>
    public void WriteJson<TReport>(TReport report)
    {
        foreach (string line in JsonSerializer.Serialize(report, JsonFormat).Split('\n'))
        {
            Output.WriteLine(Shown(line));
        }
    }

    /// <summary>Says what went wrong, in one line.</summary>
    public void Complain(string message) => Error.WriteLine($"kernelgen: {Shown(message)}");

    /// <summary>Says what is worth knowing though nothing went wrong, in one line.</summary>
    public void Note(string message) => Complain($"note: {message}");

    /// <summary>Says, to somebody who waits, what takes long.</summary>
    public void Wait(string message)
    {
        if (Streams.IsErrorTerminal)
        {
            Complain($"{message} ...");
        }
    }

    /// <summary>A table with a heading for each column; numbers stand to the right.</summary>
    public static Table Table(params ReadOnlySpan<(string Heading, bool IsNumber)> columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach ((string heading, bool isNumber) in columns)
        {
            TableColumn column = new TableColumn(new Spectre.Console.Text(heading, new Style(decoration: Decoration.Bold))).NoWrap();
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Adds a row of plain text, in which nothing is markup and nothing disturbs the terminal.</summary>
    public static void AddRow(Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(static cell => new Spectre.Console.Text(Shown(cell))));

    /// <summary>A text as one line of plain letters; what a terminal would act on is escaped.</summary>
    private static string Shown(string text) => ShownText.Of(text.ReplaceLineEndings(" "), int.MaxValue);
}
