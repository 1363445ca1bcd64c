using System.Globalization;
using KernelGen.Text;

namespace KernelGen.Tool.Tests;

/// <summary>How probable given targets are.</summary>
public sealed class ScoreTests(ModelFolders models) : IDisposable
{
    private static readonly (string Source, string Target)[] Pairs = [("The dog.", "abc"), ("A b c", ""), ("", "x"), ("?", "The dog.")];
    private static readonly string Text = string.Concat(Pairs.Select(static pair => $"{pair.Source}\t{pair.Target}\n"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_pair_has_the_log_probability_of_its_target()
    {
        using TextGenerator generator = models.Open();
        string expected = string.Concat(Pairs.Select(pair => generator.Score(pair.Source, pair.Target).LogProbability.ToString("F4", CultureInfo.InvariantCulture) + "\n"));

        Assert.Equal(new ToolRun(0, expected, ""), models.Run(Text, "score"));
        Assert.Equal(new ToolRun(0, expected, ""), models.Run(Text, "score", "--threads", "1"));
        string sources = _folder.Write("sources.txt", string.Concat(Pairs.Select(static pair => pair.Source + "\r\n")));
        string targets = _folder.Write("targets.txt", string.Join('\n', Pairs.Select(static pair => pair.Target)));
        Assert.Equal(new ToolRun(0, expected, ""), models.Run("", "score", "--input", sources, "--target", targets));

        // Many pairs, several at once, come in their order.
        string many = string.Concat(Enumerable.Repeat(Text, 50));
        Assert.Equal(string.Concat(Enumerable.Repeat(expected, 50)), models.Run(many, "score", "--threads", "4").Output);
    }

    [Fact]
    public void Tokens_have_theirs()
    {
        using TextGenerator generator = models.Open();
        ScoreResult score = generator.Score("The dog.", "ab");
        string[] pieces = ["\u2581", "a", "b", "</s>"];
        string tokens = string.Concat(pieces.Select((piece, i) => string.Create(CultureInfo.InvariantCulture, $"\t{piece}\t{score.TokenLogProbabilities[i]:F4}")));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{score.LogProbability:F4}{tokens}\n"), models.Run("The dog.\tab\n", "score", "--tokens").Output);
        ToolRun json = models.Run("The dog.\tab\n", "score", "--json");
        Assert.Equal(pieces, json.Json.GetProperty("tokens").EnumerateArray().Select(static token => token.GetProperty("piece").GetString()));
        Assert.Equal(score.LogProbability, json.Json.GetProperty("logProbability").GetSingle());
    }

    [Fact]
    public void An_interrupted_file_is_resumed_with_its_targets()
    {
        string sources = _folder.Write("sources.txt", string.Concat(Enumerable.Repeat("The dog.\n?\nA\n", 20)));
        string targets = _folder.Write("targets.txt", string.Concat(Enumerable.Range(0, 60).Select(static i => $"{i}\n")));
        string output = _folder.File("out.txt");
        string[] arguments = ["--input", sources, "--target", targets, "-o", output];
        Assert.Equal(0, models.Run("", "score", arguments).ExitCode);
        byte[] all = File.ReadAllBytes(output);
        File.WriteAllBytes(output, all[..(all.Length * 3 / 4)]);
        Assert.Equal(new ToolRun(0, "", ""), models.Run("", "score", [.. arguments, "--resume"]));
        Assert.Equal(all, File.ReadAllBytes(output));
    }

    [Fact]
    public void Lines_that_are_no_pairs_are_refused()
    {
        ToolRun run = models.Run("The dog.\tabc\nThe dog.\n", "score");
        Assert.Equal((2, models.Run("The dog.\tabc\n", "score").Output), (run.ExitCode, run.Output));
        Assert.StartsWith("kernelgen: line 2: It has 0 tabs", run.Error, StringComparison.Ordinal);
        models.Run("a\tb\tc\n", "score").AssertRefused("line 1: It has 2 tabs");
        models.Run("a\n", "score", "--target", _folder.Write("none.txt", "")).AssertRefused("line 1: There are fewer targets than sources.");
        Assert.Equal(2, models.Run("a\n", "score", "--target", _folder.Write("two.txt", "b\nc\n")).ExitCode);
        models.Run("a\n", "score", "--target", _folder.File("missing.txt")).AssertRefused("missing.txt' cannot be read: there is no such file.");
        models.Run("a\t" + new string('x', 200), "score").AssertRefused("line 1: The target text has 202 tokens; the model takes at most 64");
        models.Run("", "score", "--tokens", "--json").AssertRefused("--json has the tokens");
    }
}
