namespace KernelGen.Benchmarks.Report;

/// <summary>A bar of a chart.</summary>
internal sealed record Bar(string Label, double Value);

/// <summary>Horizontal bars beside a line that they are compared with.</summary>
/// <param name="FileName">The name of its file, without extension.</param>
/// <param name="Title">What is shown.</param>
/// <param name="Reference">The value of the line.</param>
/// <param name="ReferenceLabel">What the line is.</param>
/// <param name="Format">How values are written.</param>
/// <param name="Bars">The bars, from top to bottom.</param>
internal sealed record BarChart(string FileName, string Title, double Reference, string ReferenceLabel, string Format, IReadOnlyList<Bar> Bars);
