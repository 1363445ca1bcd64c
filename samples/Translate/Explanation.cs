using System.Globalization;

namespace KernelGen.Samples.Translate;

/// <summary>Shows the way of a sentence through the model, with its numbers.</summary>
/// <param name="translator">The model and its tokenizers.</param>
/// <param name="terminal">Where to.</param>
internal sealed class Explanation(TextTranslator translator, Terminal terminal)
{
    private const int LabelColumns = 12;
    private const int CellColumns = 4;
    private const int ShownDimensions = 56;
    private const int Best = 5;
    private const int BarColumns = 24;

    public void Show(Alignment alignment)
    {
        terminal.Line($"{Terminal.Printable(alignment.Sentence)} → {alignment.Translation}");
        ShowTokens(alignment);
        ShowInput(alignment);
        ShowEncoder(alignment);
        ShowCausalMask(alignment);
        ShowCrossAttention(alignment);
        ShowSteps(alignment);
        terminal.Line();
        terminal.Line($"{Terminal.Printable(alignment.Sentence)} → {alignment.Translation}");
    }

    private void ShowTokens(Alignment alignment)
    {
        terminal.Heading($"Source: {alignment.Source.Length} tokens, one for each character, and the end");
        terminal.Line($"  {"position",8}  {"token",-8}  {"id",5}");
        for (int i = 0; i < alignment.Source.Length; i++)
        {
            terminal.Line($"  {i,8}  {Terminal.Column(alignment.SourcePieces[i], 8)}  {alignment.Source[i],5}");
        }
    }

    private void ShowInput(Alignment alignment)
    {
        float[][] positions = [.. Enumerable.Range(0, alignment.Source.Length).Select(PositionalEncoding)];
        string shown = $"the first {ShownDimensions} of {Translator.Description.ModelDimension} dimensions";
        if (translator.SourceEmbedding(alignment.Source) is not { } embeddings)
        {
            terminal.Heading("Embedding: not shown, because a packed file has no table of it that could be read");
            ShowRows($"Positional encoding, {shown}", alignment.SourcePieces, positions);
            return;
        }

        float scale = MathF.Sqrt(Translator.Description.ModelDimension);
        float[][] scaled = [.. embeddings.Select(row => row.Select(value => value * scale).ToArray())];
        ShowRows($"Embedding · √{Translator.Description.ModelDimension}, {shown}", alignment.SourcePieces, scaled);
        ShowRows($"Positional encoding, {shown}", alignment.SourcePieces, positions);
        ShowRows("Their sum, which the encoder reads", alignment.SourcePieces, [.. scaled.Zip(positions, static (row, position) => row.Zip(position, static (a, b) => a + b).ToArray())]);
    }

    private void ShowEncoder(Alignment alignment)
    {
        float[] encoded = translator.Model.Encode(alignment.Source);
        ShowRows(
            $"Encoder output, after {Translator.Description.EncoderLayers} layers in which every token attends to all {alignment.Source.Length} (one sentence has no padding to mask)",
            alignment.SourcePieces,
            [.. encoded.Chunk(Translator.Description.ModelDimension)]);
    }

    private void ShowRows(string heading, string[] labels, float[][] rows)
    {
        float limit = rows.Max(static row => row.Max(MathF.Abs));
        terminal.Heading(string.Create(CultureInfo.InvariantCulture, $"{heading}; from {-limit:F2} to {limit:F2}"));
        for (int i = 0; i < rows.Length; i++)
        {
            string cells = string.Concat(rows[i].Take(ShownDimensions).Select(value => terminal.Signed(value, limit)));
            string numbers = string.Join(' ', rows[i].Take(3).Select(static value => value.ToString("F3", CultureInfo.InvariantCulture).PadLeft(7)));
            terminal.Line($"{Terminal.Column(labels[i], LabelColumns, right: true)} {cells} {numbers} …");
        }
    }

    private void ShowCausalMask(Alignment alignment)
    {
        string[] inputs = Inputs(alignment);
        terminal.Heading($"Causal mask of the decoder's {Translator.Description.DecoderLayers} layers: each token sees itself (■) and those before it, not those after it (·)");
        for (int row = 0; row < inputs.Length; row++)
        {
            string cells = new string('■', row + 1) + new string('·', inputs.Length - row - 1);
            terminal.Line($"{Terminal.Column(inputs[row], LabelColumns, right: true)} {cells}");
        }
    }

    private void ShowCrossAttention(Alignment alignment)
    {
        CrossAttention attention = alignment.CrossAttention;
        int room = Math.Max(1, (terminal.Width - LabelColumns - 1) / CellColumns);

        // As many heads side by side as there is room for; a head that has no room alone is shown in pieces.
        int columns = Math.Min(room, attention.SourceLength);
        int headsPerRow = Math.Max(1, (terminal.Width - LabelColumns) / ((columns * CellColumns) + 2));
        for (int layer = 0; layer < attention.Layers; layer++)
        {
            terminal.Heading($"Cross-attention, decoder layer {layer + 1}: how many percent of each head's attention a source token has when a target token is predicted");
            for (int head = 0; head < attention.Heads; head += headsPerRow)
            {
                for (int first = 0; first < attention.SourceLength; first += columns)
                {
                    ShowHeads(alignment, layer, head, Math.Min(headsPerRow, attention.Heads - head), first, Math.Min(columns, attention.SourceLength - first));
                }
            }
        }
    }

    private void ShowHeads(Alignment alignment, int layer, int firstHead, int heads, int first, int columns)
    {
        IEnumerable<int> range = Enumerable.Range(firstHead, heads);
        string margin = new(' ', LabelColumns);
        string labels = string.Concat(alignment.SourcePieces.Skip(first).Take(columns).Select(static piece => " " + Terminal.Column(piece.Trim('<', '>'), CellColumns - 1, right: true)));
        terminal.Line(margin + string.Concat(range.Select(head => "  " + Terminal.Column($"head {head + 1}", columns * CellColumns))).TrimEnd());
        terminal.Line(margin + string.Concat(Enumerable.Repeat("  " + labels, heads)));
        for (int row = 0; row < alignment.Target.Length; row++)
        {
            string label = Terminal.Column(alignment.TargetPieces[row], LabelColumns, right: true);
            terminal.Line(label + string.Concat(range.Select(head => "  " + Cells(alignment.CrossAttention[layer, head, row].Slice(first, columns)))));
        }
    }

    private string Cells(ReadOnlySpan<float> probabilities)
    {
        string cells = "";
        foreach (float probability in probabilities)
        {
            cells += terminal.Probability(probability);
        }

        return cells;
    }

    private void ShowSteps(Alignment alignment)
    {
        int vocabulary = translator.Model.TargetVocabularySize;
        string[] inputs = Inputs(alignment);
        float[] logits = translator.Model.Logits(alignment.Source, [translator.Model.StartToken, .. alignment.Target[..^1]]);
        terminal.Heading($"Steps: the {Best} most probable next tokens; the first is taken");
        for (int step = 0; step < alignment.Target.Length; step++)
        {
            terminal.Line($"  {step + 1}. after {Terminal.Printable(inputs[step])}");
            double[] probabilities = Softmax(logits.AsSpan(step * vocabulary, vocabulary));
            foreach (int token in Enumerable.Range(0, vocabulary).OrderByDescending(token => probabilities[token]).Take(Best))
            {
                string percent = (probabilities[token] * 100).ToString("F2", CultureInfo.InvariantCulture).PadLeft(6);
                string taken = token == alignment.Target[step] ? " ←" : "";
                terminal.Line($"     {percent} % {Terminal.Bar(probabilities[token], BarColumns)} {token,5} {Terminal.Printable(translator.TargetPiece(token))}{taken}");
            }
        }
    }

    /// <summary>What the decoder reads in each step: the start token, then what it wrote.</summary>
    private string[] Inputs(Alignment alignment) => [translator.TargetPiece(translator.Model.StartToken), .. alignment.TargetPieces[..^1]];

    /// <summary>The row of a position: sines and cosines in turn, "Attention Is All You Need", section 3.5.</summary>
    private static float[] PositionalEncoding(int position)
    {
        float[] row = new float[Translator.Description.ModelDimension];
        for (int i = 0; i < row.Length; i++)
        {
            double angle = position / Math.Pow(10000, (double)(i & ~1) / row.Length);
            row[i] = (float)(i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
        }

        return row;
    }

    private static double[] Softmax(ReadOnlySpan<float> logits)
    {
        double[] probabilities = new double[logits.Length];
        float highest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = Math.Exp(logits[i] - highest);
        }

        double sum = probabilities.Sum();
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] /= sum;
        }

        return probabilities;
    }
}
