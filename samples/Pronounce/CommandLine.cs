using System.CommandLine;
using System.CommandLine.Parsing;

namespace KernelGen.Samples.Pronounce;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const string Description = """
        Says how English words are pronounced, in phonemes, with a BART model that is not part of this program.

        Without words, one is read from each line of standard input (UTF-8) until its end. Each pronunciation is one line of standard output.

        Exit status: 0 when all was pronounced, 1 when something was not, 2 when the command line is wrong.
        """;

    private readonly Argument<string[]> _words = new("word")
    {
        Description = "A word to pronounce. Put -- before the first one that begins with a dash.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _model = new("--model")
    {
        Description = "The folder of the model: config.json, which also says what characters its tokens are, and model.safetensors.",
        HelpName = "folder",
        Required = true,
    };

    private readonly ParseResult _result;

    /// <param name="arguments">The program's arguments.</param>
    public CommandLine(string[] arguments)
    {
        var command = new RootCommand(Description) { _words, _model };
        command.Directives.Clear();
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is" : UnknownOption ?? NoModel;

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action is not null;

    public string[] Words => _result.GetValue(_words) ?? [];

    /// <summary>The folder of the model.</summary>
    public string Model => _result.GetValue(_model)!;

    /// <summary>The parser takes an option that it does not know for a word; that would be a surprise.</summary>
    private string? UnknownOption =>
        Words.FirstOrDefault(static word => word is ['-', _, ..]) is { } option && !_result.Tokens.Any(static token => token.Type == TokenType.DoubleDash)
            ? $"there is no option '{option}'; --help shows what there is. Put -- before a word that begins with a dash"
            : null;

    private string? NoModel => !IsQuestion && string.IsNullOrWhiteSpace(Model) ? "--model names no folder: its value is empty" : null;

    /// <summary>Shows help or the version.</summary>
    public void Show() => _result.Invoke();
}
