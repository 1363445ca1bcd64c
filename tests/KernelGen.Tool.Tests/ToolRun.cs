using System.Text;
using System.Text.Json;
using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Tests;

/// <summary>One run of the tool, as a shell would start it with its output going to a file.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>The output as the JSON that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static ToolRun Of(params string[] arguments) => With([], arguments);

    /// <summary>A run with standard input.</summary>
    /// <param name="input">What stands there.</param>
    /// <param name="arguments">The command line.</param>
    public static ToolRun With(string input, params string[] arguments) => With(Encoding.UTF8.GetBytes(input), arguments);

    /// <inheritdoc cref="With(string, string[])"/>
    public static ToolRun With(byte[] input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var streams = new StandardStreams(() => new MemoryStream(input), () => bytes);
        int exitCode = KernelGenCommand.Run(arguments, new Terminal(output, error, isInteractive: false, streams));
        return new ToolRun(exitCode, output.ToString() + Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    /// <summary>The path of a model of the goldens.</summary>
    public static string Weights(string model) => Path.Combine(AppContext.BaseDirectory, "Weights", model, "model.safetensors");

    /// <summary>The path of a small Whisper as OpenAI saves its models, and the tokens that its file does not tell.</summary>
    public static string[] Speech => [Path.Combine(AppContext.BaseDirectory, "Weights", "openai.pt"), "--set", "StartToken=31", "--set", "EndToken=30", "--set", "PadToken=30"];

    // Output that is no JSON is shown, too.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"ExitCode = {ExitCode}, Output = {Output}, Error = {Error}");
        return true;
    }

    /// <summary>Asserts that the run was refused with one line that a person can use.</summary>
    public void AssertRefused(string part)
    {
        Assert.Equal(2, ExitCode);
        Assert.Empty(Output);
        Assert.StartsWith("kernelgen: ", Error, StringComparison.Ordinal);
        Assert.Contains(part, Error, StringComparison.Ordinal);
        Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
