using Spectre.Console;
using TerminalText = Spectre.Console.Text;

namespace KernelGen.Benchmarks.Report;

/// <summary>Writes sections to the terminal.</summary>
internal static class TerminalReport
{
    /// <summary>The width of tables where output goes to a file.</summary>
    private const int FileWidth = 200;

    public static void Write(IEnumerable<Section> sections)
    {
        foreach (Section section in sections)
        {
            Write(section);
        }
    }

    private static void Write(Section section)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = FileWidth;
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(new TerminalText(section.Title + "\n", new Style(decoration: Decoration.Bold)));
        foreach (string note in section.Notes)
        {
            AnsiConsole.Write(new TerminalText($"  {note}\n"));
        }

        if (section.Rows.Count == 0)
        {
            return;
        }

        var table = new Table { Border = TableBorder.Minimal };
        foreach (Column column in section.Columns)
        {
            table.AddColumn(new TableColumn(new TerminalText(column.Title)) { Alignment = column.IsText ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (string[] row in section.Rows)
        {
            table.AddRow(row.Select(static cell => new TerminalText(cell)));
        }

        AnsiConsole.Write(table);
    }
}
