using System.Text;

namespace KernelGen.Benchmarks.Report;

/// <summary>Writes sections as a Markdown page, and their charts as SVG beside it.</summary>
internal static class MarkdownReport
{
    /// <summary>The name of the page: what a folder shows by itself.</summary>
    public const string FileName = "README.md";

    /// <summary>Writes the page.</summary>
    /// <param name="folder">The folder; created where it is missing.</param>
    /// <param name="title">The title of the page.</param>
    /// <param name="sections">What it holds.</param>
    public static void Write(string folder, string title, IReadOnlyList<Section> sections)
    {
        Directory.CreateDirectory(folder);
        foreach (BarChart chart in sections.Select(static section => section.Chart).OfType<BarChart>())
        {
            using StreamWriter file = File.CreateText(Path.Combine(folder, chart.FileName + ".svg"));
            SvgBarChart.Write(chart, file);
        }

        File.WriteAllText(Path.Combine(folder, FileName), Page(title, sections));
    }

    /// <summary>The text of the page.</summary>
    public static string Page(string title, IReadOnlyList<Section> sections)
    {
        var page = new StringBuilder();
        page.Append($"# {title}\n");
        foreach (Section section in sections)
        {
            page.Append($"\n## {section.Title}\n");
            page.Append(section.Notes.Count > 0 ? "\n" : "");
            foreach (string note in section.Notes)
            {
                page.Append($"- {note}\n");
            }

            if (section.Chart is { } chart)
            {
                page.Append($"\n![{chart.Title}]({chart.FileName}.svg)\n");
            }

            if (section.Rows.Count > 0)
            {
                page.Append('\n');
                Row(page, section.Columns.Select(static column => column.Title));
                Row(page, section.Columns.Select(static column => column.IsText ? "---" : "---:"));
                foreach (string[] row in section.Rows)
                {
                    Row(page, row);
                }
            }
        }

        return page.ToString();
    }

    private static void Row(StringBuilder page, IEnumerable<string> cells)
    {
        foreach (string cell in cells)
        {
            page.Append("| ").Append(cell.Replace("|", "\\|", StringComparison.Ordinal)).Append(' ');
        }

        page.Append("|\n");
    }
}
