using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Cross-attention as a picture: a row for each target token, a column for each source token.</summary>
internal static class AttentionImage
{
    private const int Margin = 32;
    private const int TitleHeight = 68;
    private const int LabelGap = 12;
    private const int ScaleHeight = 64;

    /// <summary>A cell with less than this is left without its number.</summary>
    private const float SmallestNumber = 0.05f;

    // From nearly white to deep blue, so that even steps look even.
    private static readonly (int Red, int Green, int Blue)[] Colors = [(245, 247, 251), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107)];

    /// <summary>Draws an alignment.</summary>
    /// <param name="alignment">The alignment.</param>
    /// <param name="head">The head to draw, or <see langword="null"/> for the mean of the last layer's.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(Alignment alignment, AttentionHead? head)
    {
        CrossAttention attention = alignment.CrossAttention;
        float[] cells = head is null ? attention.Average(attention.Layers - 1) : Head(attention, head);
        string what = head is null ? $"mean of the {attention.Heads} heads of decoder layer {attention.Layers}" : $"decoder layer {head.Layer}, head {head.Head}";

        // Long sentences have smaller cells, without numbers.
        int longest = Math.Max(attention.SourceLength, attention.TargetLength);
        int cell = longest <= 16 ? 46 : longest <= 32 ? 32 : 20;
        bool hasNumbers = cell == 46;
        int fontSize = cell >= 32 ? 17 : 13;
        string[] rows = [.. alignment.TargetPieces.Select(static piece => Label(piece.Replace('▁', ' ').Trim(), piece))];
        string[] columns = [.. alignment.SourcePieces.Select(static piece => Label(piece, piece))];
        int left = Margin + LabelGap + Math.Max(40, rows.Max(label => TextWidth(label, fontSize)));
        int columnLabelHeight = Math.Max(fontSize + LabelGap, columns.Max(label => TextWidth(label, fontSize) > cell ? TextWidth(label, fontSize) + LabelGap : 0));
        int top = Margin + TitleHeight + columnLabelHeight;
        int right = left + (attention.SourceLength * cell);
        int bottom = top + (attention.TargetLength * cell);
        string title = $"{alignment.Sentence.Trim()} → {alignment.Translation}";
        string subtitle = $"Cross-attention: {what}";
        int width = (2 * Margin) + Math.Max(right - Margin, Math.Max(TextWidth(title, 20), TextWidth(subtitle, 13)));
        int height = bottom + ScaleHeight + Margin;

        var svg = new StringBuilder();
        svg.Append($"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="'Inter','Helvetica Neue',Arial,'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif">
            <title>{Escape(title)}</title>
            <rect width="{width}" height="{height}" fill="#ffffff"/>
            <text x="{Margin}" y="{Margin + 18}" font-size="20" font-weight="600" fill="#111827">{Escape(title)}</text>
            <text x="{Margin}" y="{Margin + 42}" font-size="13" fill="#6b7280">{subtitle}</text>

            """);
        for (int column = 0; column < columns.Length; column++)
        {
            double x = left + ((column + 0.5) * cell);
            int y = top - LabelGap;
            string turned = TextWidth(columns[column], fontSize) > cell ? $" text-anchor=\"start\" transform=\"rotate(-90 {Number(x)} {y}) translate(0 {fontSize / 3})\"" : " text-anchor=\"middle\"";
            svg.Append($"""<text x="{Number(x)}" y="{y}" font-size="{fontSize}"{turned} fill="{Ink(alignment.SourcePieces[column])}">{Escape(columns[column])}</text>""" + "\n");
        }

        for (int row = 0; row < rows.Length; row++)
        {
            int y = top + (row * cell);
            svg.Append($"""<text x="{left - LabelGap}" y="{Number(y + (cell / 2.0) + (fontSize * 0.35))}" font-size="{fontSize}" text-anchor="end" fill="{Ink(alignment.TargetPieces[row])}">{Escape(rows[row])}</text>""" + "\n");
            for (int column = 0; column < columns.Length; column++)
            {
                float probability = cells[(row * attention.SourceLength) + column];
                int x = left + (column * cell);
                string percent = (probability * 100).ToString("F1", CultureInfo.InvariantCulture);
                svg.Append($"""<rect x="{x + 1}" y="{y + 1}" width="{cell - 2}" height="{cell - 2}" rx="4" fill="{Color(probability)}"><title>{Escape(rows[row])} → {Escape(columns[column])}: {percent} %</title></rect>""" + "\n");
                if (hasNumbers && probability >= SmallestNumber)
                {
                    string ink = probability > 0.52f ? "#ffffff" : "#1f2937";
                    svg.Append($"""<text x="{x + (cell / 2)}" y="{y + (cell / 2) + 5}" font-size="13" text-anchor="middle" fill="{ink}" pointer-events="none">{Math.Round(probability * 100).ToString(CultureInfo.InvariantCulture)}</text>""" + "\n");
                }
            }
        }

        AppendScale(svg, left, bottom + 28);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    /// <summary>What the colours mean.</summary>
    private static void AppendScale(StringBuilder svg, int x, int y)
    {
        const int Step = 4;
        const int Steps = 50;
        for (int i = 0; i < Steps; i++)
        {
            svg.Append($"""<rect x="{x + (i * Step)}" y="{y}" width="{Step + 1}" height="10" fill="{Color((i + 0.5f) / Steps)}"/>""" + "\n");
        }

        foreach (int percent in new[] { 0, 50, 100 })
        {
            svg.Append($"""<text x="{x + (percent * Step * Steps / 100)}" y="{y + 26}" font-size="12" text-anchor="middle" fill="#6b7280">{percent} %</text>""" + "\n");
        }
    }

    private static float[] Head(CrossAttention attention, AttentionHead head)
    {
        float[] cells = new float[attention.TargetLength * attention.SourceLength];
        for (int row = 0; row < attention.TargetLength; row++)
        {
            attention[head.Layer - 1, head.Head - 1, row].CopyTo(cells.AsSpan(row * attention.SourceLength));
        }

        return cells;
    }

    private static string Label(string text, string piece) => piece == "<eos>" ? "end" : piece == "<unk>" ? "unknown" : text;

    /// <summary>What is no text is written in grey.</summary>
    private static string Ink(string piece) => piece is "<eos>" or "<unk>" ? "#9ca3af" : "#111827";

    /// <summary>About how many pixels a text takes, in whatever font there is.</summary>
    private static int TextWidth(string text, int fontSize) => (int)Math.Ceiling(Terminal.ColumnsOf(text) * fontSize * 0.62);

    private static string Color(float share)
    {
        float place = Math.Clamp(share, 0, 1) * (Colors.Length - 1);
        int low = Math.Min((int)place, Colors.Length - 2);
        float rest = place - low;
        return $"#{Mix(Colors[low].Red, Colors[low + 1].Red):x2}{Mix(Colors[low].Green, Colors[low + 1].Green):x2}{Mix(Colors[low].Blue, Colors[low + 1].Blue):x2}";

        int Mix(int from, int to) => (int)Math.Round(from + ((to - from) * rest));
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A text as XML has it; characters that XML does not have are replaced.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune character in text.EnumerateRunes())
        {
            _ = character.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                '\t' => escaped.Append(' '),
                < ' ' or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
