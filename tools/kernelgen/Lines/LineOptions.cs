using System.CommandLine;

namespace KernelGen.Tool.Lines;

/// <summary>The options of commands that read lines and write lines.</summary>
internal sealed class LineOptions
{
    private readonly Option<string?> _input = new("--input", "-i") { Description = "The file with the lines, UTF-8 (default: standard input).", HelpName = "file" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file to write (default: standard output).", HelpName = "file" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on where the output file ends, after an interruption of any kind. Its last lines are made again and compared first." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an output file that is there." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_input);
        command.Add(_output);
        command.Add(_resume);
        command.Add(_overwrite);
        command.Validators.Add(result =>
        {
            string? output = result.GetValue(_output);
            bool resumes = result.GetValue(_resume), overwrites = result.GetValue(_overwrite);
            if (resumes && overwrites)
            {
                result.AddError("--resume and --overwrite exclude each other.");
            }
            else if (output is null && (resumes || overwrites))
            {
                result.AddError($"{(resumes ? _resume.Name : _overwrite.Name)} goes with --output, the file that it is about.");
            }
            else if (output is { } path && result.GetValue(_input) is { } input && RealPath(path) == RealPath(input))
            {
                result.AddError($"--output '{path}' is the file that is read.");
            }
        });
    }

    /// <summary>What was given.</summary>
    public GivenLines Read(ParseResult result) => new(result.GetValue(_input), result.GetValue(_output), result.GetValue(_resume), result.GetValue(_overwrite));

    private static string RealPath(string path)
    {
        try
        {
            string full = Path.GetFullPath(path);
            return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Whoever opens it says what is wrong with it.
            return path;
        }
    }
}

/// <summary>What the command line says of lines.</summary>
/// <param name="Input">The file to read, or <see langword="null"/>.</param>
/// <param name="Output">The file to write, or <see langword="null"/>.</param>
/// <param name="Resumes">Whether to go on where the output file ends.</param>
/// <param name="Overwrites">Whether to replace an output file that is there.</param>
internal sealed record GivenLines(string? Input, string? Output, bool Resumes, bool Overwrites);
