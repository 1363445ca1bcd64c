namespace KernelGen.Samples.Translate;

/// <summary>Draws the heads of a layer as heat maps: a row for each token that attends, a column for each that is attended to.</summary>
/// <param name="terminal">Where to.</param>
internal sealed class AttentionMaps(Terminal terminal)
{
    /// <summary>The columns of the label of a row.</summary>
    public const int LabelColumns = 12;

    private const int Gap = 2;
    private const int NumberColumns = 3;

    // A cell with its percents; one with room for a Chinese character above it; the smallest.
    private const int WideCell = 4;
    private const int SmallCell = 2;
    private const int SmallestCell = 1;

    /// <summary>The distance of the numbers above the smallest cells.</summary>
    private const int Tick = 10;

    /// <summary>Draws attention of tokens to the same tokens.</summary>
    /// <param name="attention">The attention of a stack.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="pieces">What each token stands for.</param>
    /// <param name="isCausal">Whether a mask hides later tokens.</param>
    public void ShowSelfAttention(AttentionProbabilities attention, int layer, string[] pieces, bool isCausal)
    {
        string[] rows = [.. pieces.Select(static (piece, position) => $"{position,NumberColumns} {Terminal.Column(piece, LabelColumns - NumberColumns - 1, right: true)}")];
        Show(attention, layer, rows, pieces, SmallCellFor(attention), isCausal);
    }

    /// <summary>Draws attention of target tokens to source tokens.</summary>
    /// <param name="attention">The attention.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="targetPieces">What each target token stands for.</param>
    /// <param name="sourcePieces">What each source token stands for.</param>
    public void ShowCrossAttention(CrossAttention attention, int layer, string[] targetPieces, string[] sourcePieces)
    {
        string[] rows = [.. targetPieces.Select(static piece => Terminal.Column(piece, LabelColumns, right: true))];
        Show(attention, layer, rows, sourcePieces, HasNumbers(attention) ? WideCell : SmallCellFor(attention), isCausal: false);
    }

    /// <summary>Whether there is room for cells with percents.</summary>
    public bool HasNumbers(CrossAttention attention) => attention.KeyLength <= Room(WideCell);

    private int SmallCellFor(AttentionProbabilities attention) => attention.KeyLength <= Room(SmallCell) ? SmallCell : SmallestCell;

    /// <summary>How many cells have room in a line beside the label.</summary>
    private int Room(int cell) => Math.Max(1, (terminal.Width - LabelColumns - Gap) / cell);

    /// <summary>Draws as many heads side by side as there is room for; heads that have no room alone are drawn in parts.</summary>
    private void Show(AttentionProbabilities attention, int layer, string[] rows, string[] pieces, int cell, bool isCausal)
    {
        int columns = Share(attention.KeyLength, Room(cell));
        int heads = Share(attention.Heads, Math.Max(1, (terminal.Width - LabelColumns) / ((columns * cell) + Gap)));
        for (int head = 0; head < attention.Heads; head += heads)
        {
            int[] shown = [.. Enumerable.Range(head, Math.Min(heads, attention.Heads - head))];
            for (int first = 0; first < attention.KeyLength; first += columns)
            {
                int count = Math.Min(columns, attention.KeyLength - first);
                string margin = new(' ', LabelColumns);
                string above = cell == SmallestCell ? Ruler(first, count) : string.Concat(pieces.Skip(first).Take(count).Select(piece => ColumnLabel(piece, cell)));
                terminal.Line((margin + string.Concat(shown.Select(head => InGap(Terminal.Column($"head {head + 1}", count * cell))))).TrimEnd());
                terminal.Line((margin + string.Concat(shown.Select(_ => InGap(above)))).TrimEnd());
                for (int row = 0; row < rows.Length; row++)
                {
                    int visible = isCausal ? row + 1 : attention.KeyLength;
                    terminal.Line(rows[row] + string.Concat(shown.Select(head => InGap(Cells(attention[layer, head, row], first, count, visible, cell)))));
                }
            }
        }

        static string InGap(string text) => new string(' ', Gap) + text;
    }

    /// <summary>How many of so many come into a line, so that each line has about as many.</summary>
    private static int Share(int count, int room)
    {
        int lines = (count + room - 1) / room;
        return (count + lines - 1) / lines;
    }

    private static string ColumnLabel(string piece, int cell)
    {
        string text = piece.Trim('<', '>', '▁');
        return cell == WideCell ? " " + Terminal.Column(text, WideCell - 1, right: true) : Terminal.Column(text, cell);
    }

    /// <summary>Every tenth position, above cells that have no room for a label.</summary>
    private static string Ruler(int first, int count)
    {
        string ruler = "";
        for (int position = (first + Tick - 1) / Tick * Tick; position < first + count; position += Tick)
        {
            ruler = ruler.PadRight(position - first) + position;
        }

        return Terminal.Column(ruler, count);
    }

    private string Cells(ReadOnlySpan<float> probabilities, int first, int count, int visible, int cell)
    {
        string cells = "";
        for (int position = first; position < first + count; position++)
        {
            cells += position >= visible ? terminal.Masked(cell)
                : cell == WideCell ? terminal.Probability(probabilities[position])
                : terminal.Shade(probabilities[position], cell);
        }

        return cells;
    }
}
