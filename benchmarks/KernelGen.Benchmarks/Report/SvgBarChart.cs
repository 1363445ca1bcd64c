using System.Globalization;
using System.Xml;

namespace KernelGen.Benchmarks.Report;

/// <summary>Draws a bar chart as SVG, with the fonts of whoever looks at it.</summary>
internal static class SvgBarChart
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const int LabelWidth = 240, PlotWidth = 480, ValueWidth = 80, RowHeight = 24, BarHeight = 16, Top = 56, Bottom = 16;

    public static void Write(BarChart chart, TextWriter output)
    {
        double largest = Math.Max(chart.Reference, chart.Bars.Select(static bar => bar.Value).DefaultIfEmpty().Max());
        double scale = PlotWidth / largest;
        int bottom = Top + (chart.Bars.Count * RowHeight);
        using var svg = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true, CloseOutput = false });
        svg.WriteStartElement("svg", Namespace);
        svg.WriteAttributeString("viewBox", $"0 0 {LabelWidth + PlotWidth + ValueWidth} {bottom + Bottom}");
        svg.WriteAttributeString("font-family", "sans-serif");
        svg.WriteAttributeString("font-size", "13");
        Element(svg, "rect", [("width", "100%"), ("height", "100%"), ("fill", "white")]);
        Text(svg, chart.Title, 8, 20, [("font-size", "15"), ("font-weight", "bold")]);
        for (int i = 0; i < chart.Bars.Count; i++)
        {
            Bar bar = chart.Bars[i];
            int y = Top + (i * RowHeight);
            double width = bar.Value * scale;
            Text(svg, bar.Label, LabelWidth - 8, y + 13, [("text-anchor", "end")]);
            Element(svg, "rect", [("x", Number(LabelWidth)), ("y", Number(y)), ("width", Number(width)), ("height", Number(BarHeight)), ("fill", "#3b6ea5")]);
            Text(svg, bar.Value.ToString(chart.Format, CultureInfo.InvariantCulture), LabelWidth + width + 6, y + 13, []);
        }

        double reference = LabelWidth + (chart.Reference * scale);
        Element(
            svg,
            "line",
            [("x1", Number(reference)), ("x2", Number(reference)), ("y1", Number(Top - 6)), ("y2", Number(bottom)), ("stroke", "#b03030"), ("stroke-dasharray", "4 3")]);
        Text(svg, chart.ReferenceLabel, reference, Top - 12, [("text-anchor", "middle"), ("fill", "#b03030")]);
        svg.WriteEndElement();
    }

    private static void Text(XmlWriter svg, string text, double x, double y, (string Name, string Value)[] attributes)
    {
        svg.WriteStartElement("text", Namespace);
        Attributes(svg, [("x", Number(x)), ("y", Number(y)), .. attributes]);
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Element(XmlWriter svg, string name, (string Name, string Value)[] attributes)
    {
        svg.WriteStartElement(name, Namespace);
        Attributes(svg, attributes);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, (string Name, string Value)[] attributes)
    {
        foreach ((string name, string value) in attributes)
        {
            svg.WriteAttributeString(name, value);
        }
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
