using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KernelGen.Documentation.Tests;

/// <summary>
/// Every block of shell commands on the front page and in the guides is run by a test, or says why it is not. An HTML comment right before the block says which:
/// <c>run by X</c> names a class of tests, <c>run by X where VARIABLE is true: ...</c> one that runs it only when it is asked to, and <c>not run: ...</c> gives the reason.
/// What names this class is run here, word for word; a block of text right after it is what the commands must write.
/// </summary>
public partial class DocumentCommandTests
{
    private const string AskedFor = "KERNELGEN_DOCUMENT_COMMANDS";

    public static TheoryData<string> Documents => [.. Guides.Where(static path => Commands(path).Any())];

    /// <summary>The blocks that run here, by document and line, and whether only when asked for.</summary>
    public static TheoryData<string, int, bool> RunHere =>
    [
        .. Guides.SelectMany(static path => Commands(path)
            .Where(static block => Run().Match(block.Note).Groups["test"].Value == nameof(DocumentCommandTests))
            .Select(block => (path, block.Line, block.Note.Contains(AskedFor, StringComparison.Ordinal)))),
    ];

    public static TheoryData<string> WithCommandLines => [.. RepositoryFiles.Documents.Where(static path => CommandLine().IsMatch(Read(path)))];

    private static IEnumerable<string> Guides => RepositoryFiles.Documents.Where(static path =>
        path is "README.md" or "templates/README.md" || path.StartsWith("runtime/docs/", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Its_commands_are_run_or_say_why_not(string document)
    {
        foreach (MarkdownBlock block in Commands(document))
        {
            Match run = Run().Match(block.Note);
            Assert.True(run.Success || NotRun().IsMatch(block.Note), $"{document}, line {block.Line}: a comment before the commands must say \"run by\" a class of tests, or \"not run:\" and why.");
            Assert.True(
                !run.Success || RepositoryFiles.All.Any(path => path.EndsWith($"/{run.Groups["test"].Value}.cs", StringComparison.Ordinal)),
                $"{document}, line {block.Line}: there is no test {run.Groups["test"].Value}.");
        }
    }

    [Theory]
    [MemberData(nameof(RunHere))]
    public async Task Its_commands_do_what_it_says(string document, int line, bool isAskedFor)
    {
        Assert.SkipWhen(isAskedFor && Environment.GetEnvironmentVariable(AskedFor) != "true", $"It takes minutes; with {AskedFor}=true it is run.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It needs bash.");
        MarkdownBlock block = Commands(document).Single(block => block.Line == line);
        (int exitCode, string output, string error) = await RunAsync(block.Text);
        Assert.True(exitCode == 0, $"{block.Text}\n{output}\n{error}");
        if (Written().Match(After(document, block)) is { Success: true } written)
        {
            Assert.Equal(written.Groups["text"].Value, output.ReplaceLineEndings("\n"));
        }
    }

    /// <summary>Also what is never run here, in every document: projects, classes of tests, commands of the benchmarks and of the tool.</summary>
    [Theory]
    [MemberData(nameof(WithCommandLines))]
    public void What_its_commands_name_is_there(string document)
    {
        string[] missing = [.. CommandLine().Matches(Read(document)).SelectMany(static command => Missing(command.Value)).Distinct()];
        Assert.True(missing.Length == 0, $"{document}: {string.Join(", ", missing)}");
    }

    [Fact]
    public void What_is_not_there_is_found()
    {
        Assert.Equal(["benchmarks/None"], Missing("dotnet run -c Release --project benchmarks/None -- peers"));
        Assert.Equal(["samples/None"], Missing("dotnet publish -c Release samples/None -o out"));
        Assert.Equal(["races"], Missing("dotnet run -c Release --project benchmarks/KernelGen.Benchmarks -- races --quick"));
        Assert.Equal(["NoTests"], Missing("dotnet test -c Release -- --filter-class KernelGen.Tests.NoTests"));
        Assert.Equal(["juggle"], Missing("kernelgen juggle opus-mt-en-de"));
        Assert.Empty(Missing("dotnet run -c Release --project benchmarks/KernelGen.Benchmarks -- peers --quick"));
        Assert.Empty(Missing("kernelgen inspect opus-mt-en-de"));
    }

    private static IEnumerable<MarkdownBlock> Commands(string document) =>
        MarkdownBlock.Read(Path.Combine(DocumentTests.Repository, document)).Where(static block => block.Language is "sh" or "bash");

    private static string Read(string document) => File.ReadAllText(Path.Combine(DocumentTests.Repository, document)).ReplaceLineEndings("\n");

    private static string After(string document, MarkdownBlock block)
    {
        string text = Read(document);
        return text[(text.IndexOf(block.Text, StringComparison.Ordinal) + block.Text.Length)..];
    }

    private static IEnumerable<string> Missing(string command)
    {
        foreach (Match place in Place().Matches(command))
        {
            string path = Path.Combine(DocumentTests.Repository, place.Groups["path"].Value);
            if (!Directory.Exists(path) && !File.Exists(path))
            {
                yield return place.Groups["path"].Value;
            }
        }

        if (Filter().Match(command) is { Success: true } filter && !RepositoryFiles.All.Any(path => path.EndsWith($"/{filter.Groups["class"].Value}.cs", StringComparison.Ordinal)))
        {
            yield return filter.Groups["class"].Value;
        }

        if (Benchmark().Match(command) is { Success: true } benchmark && !Declares("benchmarks/KernelGen.Benchmarks/", benchmark.Groups["name"].Value))
        {
            yield return benchmark.Groups["name"].Value;
        }

        if (Tool().Match(command) is { Success: true } tool && !Declares("tools/kernelgen/", tool.Groups["name"].Value))
        {
            yield return tool.Groups["name"].Value;
        }
    }

    // A command's name stands as a literal where it is made.
    private static bool Declares(string folder, string name) => RepositoryFiles.All
        .Where(path => path.StartsWith(folder, StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal))
        .Any(path => Regex.IsMatch(Read(path), $"(?:Command|base)\\(\\s*\"{Regex.Escape(name)}\""));

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string commands)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("bash", ["-c", "set -e\n" + commands])
        {
            WorkingDirectory = DocumentTests.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, output, await error);
    }

    [GeneratedRegex(@"^run by (?<test>\w+)(?: where KERNELGEN_\w+ is true: \S.*|, \S.*)?$", RegexOptions.Singleline)]
    private static partial Regex Run();

    [GeneratedRegex(@"^not run: \S", RegexOptions.Singleline)]
    private static partial Regex NotRun();

    [GeneratedRegex(@"^```\n\n```\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Written();

    // In a block or in a span of code, to the end of the line or of the span.
    [GeneratedRegex(@"(?:(?<=`)|(?<=^ *(?:\$ )?|&& ))(?:dotnet (?:run|test|publish|pack|build|restore)|kernelgen) [^`\n]*", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"(?<=--project |(?:publish|pack|build)(?: -c Release)? )(?<path>(?:benchmarks|runtime|samples|tests|tools|templates)/[\w./]+)")]
    private static partial Regex Place();

    [GeneratedRegex(@"--filter-class [\w.]*?(?<class>\w+)(?![\w.])")]
    private static partial Regex Filter();

    [GeneratedRegex("benchmarks/KernelGen.Benchmarks -- (?<name>[a-z]+)")]
    private static partial Regex Benchmark();

    [GeneratedRegex("^kernelgen (?<name>[a-z]+)")]
    private static partial Regex Tool();
}
