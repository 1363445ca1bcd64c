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
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="output">Receives reports.</param>
    /// <param name="error">Receives complaints and what is only for people who wait.</param>
    /// <param name="isInteractive">Whether the output is a terminal.</param>
    public Terminal(TextWriter output, TextWriter error, bool isInteractive)
    {
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

    /// <summary>Plain text: what is meant to be copied, and JSON.</summary>
    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Tables and colours.</summary>
    public IAnsiConsole Rich { get; }

    /// <summary>Writes a report for programs.</summary>
    public void WriteJson<TReport>(TReport report) => Output.WriteLine(JsonSerializer.Serialize(report, JsonFormat));

    /// <summary>Says what went wrong, in one line.</summary>
    public void Complain(string message) => Error.WriteLine($"kernelgen: {message.ReplaceLineEndings(" ")}");

    /// <summary>A table with a heading for each column; numbers stand to the right.</summary>
    public static Table Table(params ReadOnlySpan<(string Heading, bool IsNumber)> columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach ((string heading, bool isNumber) in columns)
        {
            TableColumn column = new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))).NoWrap();
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Adds a row of plain text, in which nothing is markup.</summary>
    public static void AddRow(Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(static cell => new Text(cell)));
}
