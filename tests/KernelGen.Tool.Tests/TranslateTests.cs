using System.Globalization;
using System.Text;
using System.Text.Json;
using KernelGen.Text;

namespace KernelGen.Tool.Tests;

/// <summary>Lines through the model of a folder, as they come and file to file.</summary>
[Collection("Kernels of several families")]
public sealed class TranslateTests(ModelFolders models) : IDisposable
{
    private const string CutOff = "kernelgen: note: 4 results were cut off at the longest length, 12 tokens (--max-length).\n";

    private static readonly string[] Lines = ["The dog.", "", "Two cats! They ran", "A b c", "  ", "?"];
    private static readonly string Text = string.Join('\n', Lines) + "\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_line_of_input_is_a_line_of_output()
    {
        using TextGenerator generator = models.Open();
        string expected = string.Concat(Lines.Select(line => generator.Generate(line).Text + "\n"));
        Assert.Equal(3, generator.DefaultGeneration.BeamSize);

        Assert.Equal(new ToolRun(0, expected, CutOff), models.Run(Text, "translate"));
        Assert.Equal(new ToolRun(0, expected, CutOff), models.Run(Text, "translate", "--batch", "1", "--threads", "1"));
        Assert.Equal(new ToolRun(0, expected, CutOff), models.Run(Text, "translate", "--batch", "2", "--threads", "3", "-i", "-"));
        Assert.Equal(new ToolRun(0, "", CutOff), models.Run("", "translate", "-i", _folder.Write("in.txt", Text), "-o", _folder.File("out.txt")));
        Assert.Equal(Encoding.UTF8.GetBytes(expected), File.ReadAllBytes(_folder.File("out.txt")));
        Assert.Equal(new ToolRun(0, "", ""), models.Run("", "translate"));
    }

    [Theory]
    [InlineData("A b c\r\n?\r\n", "A b c\n?\n")]
    [InlineData("\uFEFFA b c\n?", "A b c\n?\n")]
    [InlineData("A b c\r?\n", "A b c ?\n")]
    [InlineData("A b c\f\n\u2028?\n", "A b c \n ?\n")]
    public void A_line_ends_with_a_line_feed_and_with_nothing_else(string input, string same)
    {
        // What is left of a break within a line is white space to the tokenizer, as is a space.
        ToolRun run = models.Run(input, "translate", "--beam", "1");
        Assert.Equal(same.Count(static letter => letter == '\n'), run.Output.Count(static letter => letter == '\n'));
        Assert.Equal(models.Run(input.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal), "translate", "--beam", "1"), run);
        Assert.DoesNotContain('\r', run.Output);
    }

    [Fact]
    public void Options_say_how_to_search()
    {
        using TextGenerator generator = models.Open();
        string Expected(GenerationOptions options) => string.Concat(Lines.Select(line => generator.Generate(line, options).Text + "\n"));

        Assert.Equal(Expected(generator.DefaultGeneration with { BeamSize = 1, EarlyStopping = EarlyStopping.Heuristic }), models.Run(Text, "translate", "--beam", "1").Output);
        Assert.Equal(Expected(generator.DefaultGeneration with { BeamSize = 5, MaxLength = 4 }), models.Run(Text, "translate", "--beam", "5", "--max-length", "4").Output);
        Assert.NotEqual(models.Run(Text, "translate").Output, models.Run(Text, "translate", "--max-length", "4").Output);
        ToolRun split = models.Run("The dog. Two cats!\n", "translate", "--split", "--json");
        Assert.Equal(generator.Generate("The dog.").Text + " " + generator.Generate("Two cats!").Text, split.Json.GetProperty("text").GetString());
        Assert.Equal(generator.Generate("x A b.").Text + "\n\n", models.Run("A b.\n\n", "translate", "--prefix", "x ").Output);
    }

    [Fact]
    public void Several_results_of_each_line_are_numbered()
    {
        using TextGenerator generator = models.Open();
        GenerationOptions options = generator.DefaultGeneration with { BeamSize = 4, HypothesisCount = 4 };
        var expected = new StringBuilder();
        for (int i = 0; i < Lines.Length; i++)
        {
            foreach (TextHypothesis hypothesis in generator.Generate(Lines[i], options).Hypotheses)
            {
                expected.Append(CultureInfo.InvariantCulture, $"{i + 1}\t{hypothesis.Score:F4}\t{hypothesis.Text}\n");
            }
        }

        Assert.Equal(expected.ToString(), models.Run(Text, "translate", "--n-best", "4").Output);
    }

    [Fact]
    public void Json_has_an_object_for_each_line()
    {
        ToolRun run = models.Run("A \u72d7\n\n", "translate", "--json", "--n-best", "2");
        JsonElement[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["A \u72d7", ""], lines.Select(static line => line.GetProperty("source").GetString()));
        Assert.Equal(2, lines[0].GetProperty("hypotheses").GetArrayLength());
        Assert.Equal(lines[0].GetProperty("text").GetString(), lines[0].GetProperty("hypotheses")[0].GetProperty("text").GetString());
        Assert.True(lines[0].GetProperty("hypotheses")[0].GetProperty("score").GetDouble() >= lines[0].GetProperty("hypotheses")[1].GetProperty("score").GetDouble());
        JsonElement unknown = Assert.Single(lines[0].GetProperty("unknown").EnumerateArray());
        Assert.Equal(("\u72d7", 2), (unknown.GetProperty("text").GetString(), unknown.GetProperty("start").GetInt32()));
        Assert.False(lines[1].TryGetProperty("unknown", out _));
        Assert.Contains("\u72d7", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_too_long_is_split_or_cut_off_or_refused()
    {
        string line = string.Join(' ', Enumerable.Repeat("abcdefg", 20));
        using TextGenerator generator = models.Open();
        Assert.Equal(64, generator.Model.MaxSourceLength);

        Assert.True(models.Run(line, "translate", "--json").Json.GetProperty("text").GetString()!.Length > 12);
        JsonElement truncated = models.Run(line, "translate", "--long-lines", "truncate", "--json").Json;
        Assert.True(truncated.GetProperty("truncated").GetBoolean());
        ToolRun refused = models.Run("A b c\n" + line, "translate", "--long-lines", "refuse");
        Assert.Equal((2, models.Run("A b c\n", "translate").Output), (refused.ExitCode, refused.Output));
        Assert.StartsWith("kernelgen: line 2: It has 161 tokens; the model takes at most 64", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--long-lines can have it split or cut off", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_may_hold_packed_weights_alone()
    {
        // What is kept in a cache is a packed file.
        string cache = _folder.File("cache");
        Directory.CreateDirectory(Path.Combine(cache, "kernels"));
        File.Copy(models.Kernels, Path.Combine(cache, "kernels", Path.GetFileName(models.Kernels)));
        ToolRun run = ToolRun.With(Text, "translate", models.Marian, "--cache", cache, "--precision", "int8");
        Assert.Equal((0, CutOff), (run.ExitCode, run.Error));
        string packed = Assert.Single(Directory.GetFiles(Path.Combine(cache, "weights")));
        Assert.Equal(run, models.Run(Text, "translate", "--weights", packed));
        models.Run(Text, "translate", "--weights", packed, "--precision", "bfloat16").AssertRefused("is packed with int8 weights, and --precision asks for bfloat16");

        string folder = TextFolder.Marian(_folder.File("packed"));
        File.Delete(Path.Combine(folder, "model.safetensors"));
        File.Move(packed, Path.Combine(folder, "any.packed"));
        Assert.Equal(run, ToolRun.With(Text, "translate", folder, "--cache", models.Cache));
    }

    [Fact]
    public void A_model_of_many_languages_is_told_which()
    {
        string folder = TextFolder.MBart(_folder.File("mbart"));
        ToolRun Run(params string[] languages) => ToolRun.With("abc def\n", ["translate", folder, "--cache", models.Cache, "--json", .. languages]);

        // It is refused before its kernels are compiled.
        Run().AssertRefused("needs --source-language: ar_AR, cs_CZ, de_DE, en_XX, es_XX and others. For example: --source-language ar_AR --target-language sl_SI.");
        Run("--source-language", "en_XX", "--target-language", "de").AssertRefused("--target-language is \"de\", which the model in");
        ToolRun run = Run("--source-language", "en_XX", "--target-language", "de_DE");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("abc def", run.Json.GetProperty("source").GetString());
        models.Run("", "translate", "--source-language", "en").AssertRefused("leave --source-language out");
    }

    [Fact]
    public void A_folder_that_names_no_lengths_has_some()
    {
        string folder = TextFolder.T5(_folder.File("t5"));
        ToolRun run = ToolRun.With("abc\n", "score", folder, "--cache", models.Cache);
        run.AssertRefused("line 1: It has 0 tabs");
        run = ToolRun.With("abc\n", "translate", folder, "--cache", models.Cache, "--prefix", "de: ", "--max-length", "512");
        Assert.Equal((0, 1), (run.ExitCode, run.Output.Count(static letter => letter == '\n')));
        ToolRun.With("abc\n", "translate", folder, "--cache", models.Cache, "--max-length", "513").AssertRefused("--max-length 513 is more than the 512 tokens that the model writes");
    }
}
