namespace KernelGen.Benchmarks.Report;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its title.</param>
/// <param name="IsText">Whether it holds words, which stand left; numbers stand right.</param>
internal sealed record Column(string Title, bool IsText = false);

/// <summary>A part of a report: a title, what must be known to read it, a table, perhaps a chart.</summary>
internal sealed record Section(string Title, IReadOnlyList<string> Notes, IReadOnlyList<Column> Columns, IReadOnlyList<string[]> Rows)
{
    public BarChart? Chart { get; init; }
}
