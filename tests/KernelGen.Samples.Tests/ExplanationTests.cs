using System.Text.RegularExpressions;
using KernelGen.Samples.Translate;
using KernelGen.Tests;

namespace KernelGen.Samples.Tests;

/// <summary>What the translator shows of a sentence's way: every layer and head with its mask, in lines that fit.</summary>
public sealed class ExplanationTests : IDisposable
{
    private const int Layers = 3;
    private const int Heads = 4;

    private readonly TextTranslator _translator = new(weights: null, new ModelLoadOptions());

    public void Dispose() => _translator.Dispose();

    [Fact]
    public async Task The_program_shows_every_layer_and_head()
    {
        ChildProgram program = await ChildProgram.Run("Translate", "", "--explain", "狗追猫。");
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.StartsWith("狗追猫。 → The dog chases the cat.\n", program.Output);
        foreach (string attention in new[] { "Self-attention, encoder", "Self-attention, decoder", "Cross-attention, decoder" })
        {
            for (int layer = 1; layer <= Layers; layer++)
            {
                string map = Section(program.Output, $"{attention} layer {layer}: ");
                Assert.Equal(Heads, Regex.Count(map, "head [1-4]"));
            }
        }

        Assert.Contains("Padding mask: nothing to mask, because one sentence has no padding", program.Output);
    }

    [Fact]
    public async Task Every_sentence_is_explained()
    {
        ChildProgram program = await ChildProgram.Run("Translate", "", "--explain", "狗追猫。猫追龘。");
        Assert.Equal(0, program.ExitCode);
        Assert.Equal("Translate: the text holds what the model does not know: 龘 (character 7); there it guesses\n", program.Error);
        Assert.StartsWith("Sentence 1 of 2\n狗追猫。 → The dog chases the cat.\n", program.Output);
        Assert.Contains("狗追猫。 → The dog chases the cat.\n\nSentence 2 of 2\n猫追龘。 → ", program.Output);
    }

    [Theory]
    [InlineData("狗追猫。", 100)]
    [InlineData("狗追猫。", 40)]
    [InlineData("我昨天在图书馆借了一本关于中国历史的书。", 60)]
    [InlineData("我昨天在图书馆借了一本关于中国历史的书，他们说明天会下雨，所以我们不去公园。", 200)]
    public void Masked_cells_are_dots_and_no_others_are(string sentence, int width)
    {
        string text = Explain(sentence, width);
        int tokens = Regex.Count(text, "^  [0-9]+\\. after ", RegexOptions.Multiline);
        for (int layer = 1; layer <= Layers; layer++)
        {
            // Below the line with the columns of each group of heads, a row for each token: it sees one token more than the row before.
            string[] rows = [.. Lines(Section(text, $"Self-attention, decoder layer {layer}: ")).Where(static line => Regex.IsMatch(line, "^ *[0-9]+ +[^ ]+  "))];
            Assert.Equal(0, rows.Length % tokens);
            for (int row = 0; row < rows.Length; row++)
            {
                string[] masks = [.. Regex.Matches(rows[row], "·+").Select(static match => match.Value)];
                int hidden = tokens - 1 - (row % tokens);
                Assert.Equal(hidden == 0 ? 0 : Heads / (rows.Length / tokens), masks.Length);
                Assert.All(masks, mask => Assert.Equal(2 * hidden, mask.Length));
            }

            Assert.DoesNotContain('·', Section(text, $"Self-attention, encoder layer {layer}: "));
            Assert.DoesNotContain('·', Section(text, $"Cross-attention, decoder layer {layer}: "));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(128)]
    public void Every_line_fits_whatever_the_width(int characters)
    {
        string sentence = string.Concat(Enumerable.Range(0, characters).Select(static i => "狗追猫人在家看书，"[i % 9]));
        foreach (int width in new[] { 40, 60, 80, 100, 133, 600 })
        {
            string[] lines = Lines(Explain(sentence, width));

            // The first and the last are the sentence and its translation, in one piece.
            Assert.All(lines[1..^1], line => Assert.True(Terminal.ColumnsOf(line) <= width, $"{width} columns, {characters} characters: {line}"));
            Assert.Equal(lines[0], lines[^1]);
        }
    }

    [Fact]
    public void A_packed_file_is_explained_with_the_same_numbers()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.packed");
        try
        {
            _translator.Pack(path);
            using var packed = new TextTranslator(path, new ModelLoadOptions());
            Assert.Equal(Explain("狗追猫。", 100), Explain("狗追猫。", 100, packed));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private string Explain(string sentence, int width, TextTranslator? translator = null)
    {
        translator ??= _translator;
        using var writer = new StringWriter { NewLine = "\n" };
        new Explanation(translator, new Terminal(writer, isFile: true) { Width = width }).Show(Assert.Single(translator.Align(sentence)));
        return writer.ToString();
    }

    /// <summary>From a heading to the next empty line.</summary>
    private static string Section(string text, string heading)
    {
        // At a narrow width the heading is broken between words.
        Match match = Regex.Match(text, "^" + Regex.Escape(heading.TrimEnd()).Replace("\\ ", "[ \n]") + ".*?\n(?=\n)", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(match.Success, $"There is no '{heading}'.");
        return match.Value;
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
