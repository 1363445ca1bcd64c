using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("'bogus' is no command. 'kernelgen --help'", "bogus")]
    [InlineData("'inspekt' is no command. Did you mean 'inspect'?", "inspekt", "model.safetensors")]
    [InlineData("'Packs' is no command. Did you mean 'pack'?", "Packs")]
    [InlineData("'--jsn'. Did you mean '--json'?", "check", "file", "--jsn")]
    [InlineData("Did you mean Heads?", "check", "WEIGHTS", "--set", "Head=4")]
    [InlineData("'file'", "inspect")]
    [InlineData("--bogus", "inspect", "file", "--bogus")]
    [InlineData("--output", "pack", "file")]
    [InlineData("'float8'", "pack", "file", "-o", "out", "--precision", "float8")]
    [InlineData("'tcsh'", "completions", "tcsh")]
    public void Wrong_usage_ends_with_two(string part, params string[] arguments) =>
        ToolRun.Of([.. arguments.Select(static argument => argument == "WEIGHTS" ? ToolRun.Weights("bart") : argument)]).AssertRefused(part);

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_names_the_commands_and_the_exit_status(params string[] arguments)
    {
        ToolRun run = ToolRun.Of(arguments);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(["kernelgen", "inspect", "check", "pack", "bench", "completions", "Exit status"], word => Assert.Contains(word, run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("p", 1, "pack")]
    [InlineData("pack file --precision ", 22, "bfloat16,float32,int4,int8")]
    [InlineData("inspect file --no", 17, "--no-tensors")]
    [InlineData("check file --set Heads", 22, "Heads=")]
    public void Completions_are_suggested(string line, int position, string expected)
    {
        ToolRun run = ToolRun.Of($"[suggest:{position}]", line);

        Assert.Equal(0, run.ExitCode);
        string[] suggested = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(expected.Split(','), word => Assert.Contains(word, suggested));
        Assert.DoesNotContain("BFloat16", suggested);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _kernelgen kernelgen")]
    [InlineData("zsh", "compdef _kernelgen kernelgen")]
    [InlineData("fish", "complete -c kernelgen")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void Each_shell_has_a_script(string shell, string part) =>
        Assert.Contains(part, ToolRun.Of("completions", shell).Output, StringComparison.Ordinal);

    [Fact]
    public void A_terminal_gets_no_colour_where_the_output_is_a_file()
    {
        using var output = new StringWriter();
        Assert.False(new Terminal(output, output, isInteractive: false).Rich.Profile.Capabilities.Ansi);
    }
}
