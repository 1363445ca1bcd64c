using System.CommandLine;
using System.CommandLine.Parsing;
using KernelGen.Samples.Training;

namespace KernelGen.Samples.Pronounce;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const string Description = """
        Says how English words are pronounced, in phonemes (ARPAbet without stress).

        Without words, one is read from each line of standard input (UTF-8) until its end. Each pronunciation is one line of standard output.

        Exit status: 0 when all was pronounced, 1 when something was not, 2 when the command line is wrong.
        """;

    private readonly Argument<string[]> _words = new("word")
    {
        Description = "A word to pronounce, in any case. Put -- before the first one that begins with a dash, and before the word train.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "Weights to pronounce with, as train makes them; unless given, those within this program.",
        HelpName = "file",
    };

    private readonly Option<string?> _dictionary = new("--dictionary")
    {
        Description = "The folder with train.tsv and dev.tsv; unless given, the one beside this program.",
        HelpName = "folder",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "Weights to begin with, which learn new words slowly; random ones unless given.",
        HelpName = "file",
    };

    private readonly Option<string> _output = new("--output")
    {
        Description = "The folder for the model, the log, and the state from which an interrupted run goes on.",
        HelpName = "folder",
        DefaultValueFactory = static _ => "pronouncer",
    };

    private readonly Option<int> _epochs = CountOption.Create("--epochs", "How often every word is seen.", 30);

    private readonly Option<int> _threads = CountOption.Create("--threads", "Threads that share the work.", Environment.ProcessorCount);

    private readonly Command _train;

    private readonly ParseResult _result;

    /// <param name="arguments">The program's arguments.</param>
    public CommandLine(string[] arguments)
    {
        _train = new Command("train", "Makes the model again from the dictionary; an interrupted run goes on where it was.") { _dictionary, _from, _output, _epochs, _threads };
        var command = new RootCommand(Description) { _words, _model, _train };
        command.Directives.Clear();

        // Without actions of their own the parser would ask for another command.
        command.SetAction(static _ => 0);
        _train.SetAction(static _ => 0);
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is" : UnknownOption ?? NoModel ?? WordsBeforeTrain;

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action != _result.CommandResult.Command.Action;

    /// <summary>Whether the model is to be trained.</summary>
    public bool IsTraining => _result.CommandResult.Command == _train;

    public string[] Words => _result.GetValue(_words) ?? [];

    /// <summary>The file with the weights; <see langword="null"/> for those within the program.</summary>
    public string? Model => _result.GetValue(_model);

    /// <summary>The folder of the dictionary.</summary>
    public string Dictionary => _result.GetValue(_dictionary) ?? Path.Combine(AppContext.BaseDirectory, "dictionary");

    /// <summary>The weights that training begins with; <see langword="null"/> for random ones.</summary>
    public string? From => _result.GetValue(_from);

    /// <summary>The folder that training writes to.</summary>
    public string Output => _result.GetValue(_output)!;

    public int Epochs => _result.GetValue(_epochs);

    public int Threads => _result.GetValue(_threads);

    /// <summary>The parser takes an option that it does not know for a word; that would be a surprise.</summary>
    private string? UnknownOption =>
        !IsTraining && Words.FirstOrDefault(static word => word is ['-', _, ..]) is { } option && !_result.Tokens.Any(static token => token.Type == TokenType.DoubleDash)
            ? $"there is no option '{option}'; --help shows what there is. Put -- before a word that begins with a dash"
            : null;

    private string? NoModel => !IsQuestion && Model is { } model && string.IsNullOrWhiteSpace(model) ? "--model names no file: its value is empty" : null;

    private string? WordsBeforeTrain => IsTraining && Words.Length > 0 ? "train takes no words; put -- before words of which one is train" : null;

    /// <summary>Shows help or the version.</summary>
    public void Show() => _result.Invoke();
}
