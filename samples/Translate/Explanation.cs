using System.Globalization;

namespace KernelGen.Samples.Translate;

/// <summary>Shows the way of a sentence through the model, with its numbers.</summary>
/// <param name="translator">The model and its tokenizers.</param>
/// <param name="terminal">Where to.</param>
internal sealed class Explanation(TextTranslator translator, Terminal terminal)
{
    private const int Best = 5;
    private const int ShownNumbers = 3;
    private const int NumberColumns = 8;
    private const int MostDimensions = 56;
    private const int LeastDimensions = 16;
    private const int MostBarColumns = 24;
    private const int LeastBarColumns = 4;
    private const int RoomBesideBars = 44;

    private readonly AttentionMaps _maps = new(terminal);

    public void Show(Alignment alignment)
    {
        terminal.Line($"{Terminal.Printable(alignment.Sentence)} → {alignment.Translation}");
        string[] inputs = Inputs(alignment);
        SelfAttention selfAttention = translator.Model.SelfAttention(alignment.Source, alignment.Target);
        ShowTokens(alignment);
        ShowInput("Encoder", alignment.SourcePieces, translator.Model.EmbedSource(alignment.Source));
        ShowEncoder(alignment, selfAttention.Encoder);
        ShowInput("Decoder", inputs, translator.Model.EmbedTarget([translator.Model.StartToken, .. alignment.Target[..^1]]));
        ShowDecoder(alignment, inputs, selfAttention.Decoder);
        ShowSteps(alignment, inputs);
        terminal.Line();
        terminal.Line($"{Terminal.Printable(alignment.Sentence)} → {alignment.Translation}");
    }

    private void ShowTokens(Alignment alignment)
    {
        terminal.Heading($"Source: {alignment.Source.Length} tokens, one for each character");
        terminal.Line($"  {"position",8}  {"token",-8}  {"id",5}");
        for (int i = 0; i < alignment.Source.Length; i++)
        {
            terminal.Line($"  {i,8}  {Terminal.Column(alignment.SourcePieces[i], 8)}  {alignment.Source[i],5}");
        }
    }

    private void ShowInput(string stack, string[] pieces, Embedding embedding)
    {
        string dimensions = $"the first {ShownDimensions} of {embedding.ModelDimension} dimensions";
        int[] positions = [.. Enumerable.Range(0, embedding.Length)];
        ShowRows($"{stack} input: embedding · √{embedding.ModelDimension}, {dimensions}", pieces, [.. positions.Select(position => embedding.Token(position).ToArray())]);
        ShowRows($"{stack} input: positional encoding, {dimensions}", pieces, [.. positions.Select(position => embedding.Position(position).ToArray())]);
        ShowRows($"{stack} input: their sum, which the first layer reads", pieces, [.. positions.Select(position => embedding.Input(position).ToArray())]);
    }

    private void ShowEncoder(Alignment alignment, AttentionProbabilities attention)
    {
        terminal.Heading("Padding mask: nothing to mask, because one sentence has no padding");
        terminal.Paragraph(
            $"Every token of the source sees all {alignment.Source.Length}. Of several sentences at once, the shorter ones would be filled up with pad tokens; those would be left out before anything is computed, so they would be neither rows nor columns here.");
        for (int layer = 0; layer < attention.Layers; layer++)
        {
            terminal.Heading($"Self-attention, encoder layer {layer + 1}: how each token (row) shares its attention among all tokens (columns); {terminal.Scale}");
            _maps.ShowSelfAttention(attention, layer, alignment.SourcePieces, isCausal: false);
        }

        ShowRows(
            $"Encoder output, after {attention.Layers} layers",
            alignment.SourcePieces,
            [.. translator.Model.Encode(alignment.Source).Chunk(Translator.Description.ModelDimension)]);
    }

    private void ShowDecoder(Alignment alignment, string[] inputs, AttentionProbabilities attention)
    {
        terminal.Heading("Causal mask: a token sees itself and those before it, not those after it, which are not known yet");
        terminal.Line($"Hidden cells are not computed: {terminal.Masked(2)}");
        for (int layer = 0; layer < attention.Layers; layer++)
        {
            terminal.Heading($"Self-attention, decoder layer {layer + 1}: how each token that is read (row) shares its attention among those that it sees (columns); {terminal.Scale}");
            _maps.ShowSelfAttention(attention, layer, inputs, isCausal: true);
            string scale = _maps.HasNumbers(alignment.CrossAttention) ? "in percent" : terminal.Scale;
            terminal.Heading($"Cross-attention, decoder layer {layer + 1}: how each head shares its attention among the source tokens (columns) when a target token (row) is predicted; {scale}");
            _maps.ShowCrossAttention(alignment.CrossAttention, layer, alignment.TargetPieces, alignment.SourcePieces);
        }
    }

    /// <summary>How many dimensions have room in a row.</summary>
    private int ShownDimensions
    {
        get
        {
            int cells = terminal.Width - AttentionMaps.LabelColumns - 1;
            return Math.Min(MostDimensions, ShowsNumbers ? (cells - RoomForNumbers) / 8 * 8 : cells);
        }
    }

    /// <summary>Whether rows end with their first numbers.</summary>
    private bool ShowsNumbers => terminal.Width - AttentionMaps.LabelColumns - 1 - RoomForNumbers >= LeastDimensions;

    /// <summary>The numbers, and an ellipsis behind them.</summary>
    private static int RoomForNumbers => (ShownNumbers * NumberColumns) + 2;

    private void ShowRows(string heading, string[] labels, float[][] rows)
    {
        float limit = rows.Max(static row => row.Max(MathF.Abs));
        terminal.Heading(string.Create(CultureInfo.InvariantCulture, $"{heading}; from {-limit:F2} to {limit:F2}"));
        for (int i = 0; i < rows.Length; i++)
        {
            string cells = string.Concat(rows[i].Take(ShownDimensions).Select(value => terminal.Signed(value, limit)));
            string numbers = ShowsNumbers
                ? string.Concat(rows[i].Take(ShownNumbers).Select(static value => value.ToString("F3", CultureInfo.InvariantCulture).PadLeft(NumberColumns))) + " …"
                : "";
            terminal.Line($"{Terminal.Column(labels[i], AttentionMaps.LabelColumns, right: true)} {cells}{numbers}");
        }
    }

    private void ShowSteps(Alignment alignment, string[] inputs)
    {
        int vocabulary = translator.Model.TargetVocabularySize;
        int barColumns = Math.Clamp(terminal.Width - RoomBesideBars, LeastBarColumns, MostBarColumns);
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
                terminal.Line($"     {percent} % {Terminal.Bar(probabilities[token], barColumns)} {token,5} {Terminal.Printable(translator.TargetPiece(token))}{taken}");
            }
        }
    }

    /// <summary>What the decoder reads in each step: the start token, then what it wrote.</summary>
    private string[] Inputs(Alignment alignment) => [translator.TargetPiece(translator.Model.StartToken), .. alignment.TargetPieces[..^1]];

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
