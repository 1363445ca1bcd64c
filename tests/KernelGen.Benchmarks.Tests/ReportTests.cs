using System.Xml.Linq;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Tests;

/// <summary>The page and the charts of a report.</summary>
public sealed class ReportTests
{
    private static readonly BarChart Chart = new("speed", "Times <faster> & more", 1, "peer", "0.00", [new Bar("base", 2), new Bar("small", 0.5)]);

    [Fact]
    public void Page_has_notes_the_chart_and_the_table()
    {
        var section = new Section("Speed", ["One thread."], [new Column("model", IsText: true), new Column("a|b")], [["base", "1.5"]]) { Chart = Chart };
        string[] expected =
        [
            "# Measured", "", "## Speed", "", "- One thread.", "", "![Times <faster> & more](speed.svg)", "",
            "| model | a\\|b |", "| --- | ---: |", "| base | 1.5 |", "",
        ];
        Assert.Equal(expected, MarkdownReport.Page("Measured", [section]).Split('\n'));
    }

    [Fact]
    public void Section_without_rows_has_no_table() =>
        Assert.DoesNotContain("|", MarkdownReport.Page("Measured", [new Section("Left out", ["Nothing there."], [new Column("model")], [])]), StringComparison.Ordinal);

    [Fact]
    public void Bars_are_as_long_as_their_values()
    {
        XElement svg = Draw(Chart);
        XNamespace name = svg.Name.Namespace;
        double[] widths = [.. svg.Elements(name + "rect").Skip(1).Select(static bar => (double)bar.Attribute("width")!)];
        Assert.Equal(2, widths.Length);
        Assert.Equal(4, widths[0] / widths[1], 2);

        // The line stands where a bar of its value would end.
        XElement line = svg.Element(name + "line")!;
        double left = (double)svg.Elements(name + "rect").Skip(1).First().Attribute("x")!;
        Assert.Equal(widths[0] / 2, (double)line.Attribute("x1")! - left, 1);
    }

    [Fact]
    public void Texts_are_escaped_and_values_formatted()
    {
        string[] texts = [.. Draw(Chart).Elements().Where(static element => element.Name.LocalName == "text").Select(static text => text.Value)];
        Assert.Equal(["Times <faster> & more", "base", "2.00", "small", "0.50", "peer"], texts);
    }

    private static XElement Draw(BarChart chart)
    {
        using var text = new StringWriter();
        SvgBarChart.Write(chart, text);
        return XElement.Parse(text.ToString());
    }
}
