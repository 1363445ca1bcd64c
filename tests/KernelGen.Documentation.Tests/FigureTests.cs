namespace KernelGen.Documentation.Tests;

/// <summary>The front page shows a part of what was measured, and no other figures.</summary>
public class FigureTests
{
    [Fact]
    public void The_front_page_has_the_measured_figures()
    {
        string[][] shown = [.. Rows("README.md", columns: 4)];
        string[][] measured = [.. Rows("benchmarks/README.md", columns: 10)];
        Assert.Equal(6, shown.Length);
        Assert.Equal(
            measured.Select(static row => (row[0], row[1], $"{row[2]}, {row[4]}", $"{row[5]}, {row[7]}")),
            shown.Select(static row => (row[0], row[1], row[2], row[3])));
    }

    // Of the table that begins with the names of these columns.
    private static IEnumerable<string[]> Rows(string document, int columns) => File.ReadLines(Path.Combine(DocumentTests.Repository, document))
        .SkipWhile(static line => !line.StartsWith("| model | sources a call |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(static line => line.StartsWith('|'))
        .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
        .Where(row => row.Length == columns);
}
