using System.Text.RegularExpressions;

namespace KernelGen.Tool.Tests;

/// <summary>The commands of the tool's README, run as they stand, with small models in the place of those that they name.</summary>
[Collection("Kernels of several families")]
public sealed partial class ReadmeTests(ModelFolders models) : IDisposable
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Commands");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_command_does_what_it_says()
    {
        string[] commands = [.. CodeBlock().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")))
            .SelectMany(static block => block.Groups[1].Value.Split('\n'))
            .Where(static line => line.StartsWith("kernelgen ", StringComparison.Ordinal))];
        Assert.Equal(11, commands.Length);
        var names = new Dictionary<string, string>
        {
            ["opus-mt-en-de"] = models.Marian,
            ["mbart-large-50-many-to-many-mmt"] = TextFolder.MBart(_folder.File("mbart")),
            ["flan-t5-base"] = TextFolder.T5(_folder.File("t5")),
            ["whisper-base"] = Data,
            ["talk.wav"] = Path.Combine(Data, "012.flac"),
            ["in.txt"] = _folder.Write("in.txt", "abc def\n\nfed\n"),
            ["pairs.tsv"] = _folder.Write("pairs.tsv", "abc\tdef\n"),
            ["out.txt"] = _folder.File("out.txt"),
            ["transcripts"] = _folder.File("transcripts"),
        };
        foreach (string command in commands)
        {
            string[] words = [.. Word().Matches(command["kernelgen ".Length..]).Select(match => names.GetValueOrDefault(match.Value, match.Value.Trim('"')))];
            string input = words.SkipWhile(static word => word != "<").Skip(1).FirstOrDefault() is { } file ? File.ReadAllText(file) : "";
            string[] arguments = [.. words.TakeWhile(static word => word is not "<" and not ">")];
            bool runsModel = arguments[0] is "translate" or "score" or "transcribe";
            ToolRun run = ToolRun.With(input, runsModel ? [.. arguments, "--cache", models.Cache] : arguments);
            Assert.True(run.ExitCode == 0, $"{command}: {run}");
            if (runsModel && !arguments.Contains("--output"))
            {
                Assert.NotEmpty(run.Output);
            }
        }

        Assert.Equal(3, File.ReadAllLines(names["out.txt"]).Length);
        Assert.Equal(["012.json", "012.vtt"], Directory.GetFiles(names["transcripts"]).Select(Path.GetFileName).Order());
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();
}
