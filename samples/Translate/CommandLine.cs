using System.CommandLine;
using System.CommandLine.Parsing;

namespace KernelGen.Samples.Translate;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const string Description = """
        Translates short, everyday Chinese sentences into English.

        Without sentences, one is read from each line of standard input (UTF-8) until its end. Each translation is one line of standard output; the line of a sentence that cannot be translated is empty.

        Exit status: 0 when all was translated, 1 when something was not, 2 when the command line is wrong.
        """;

    private readonly Argument<string[]> _sentences = new("sentence")
    {
        Description = "A sentence to translate. Put -- before the first one that begins with a dash.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<InstructionSet?> _instructionSet = new("--isa")
    {
        Description = "What to compute with: avx512, avx2 or portable; the widest that is there unless given. The translations are the same.",
        HelpName = "set",
        CustomParser = ParseInstructionSet,
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "Weights to use instead of the program's own: a file that --pack wrote, which starts sooner, or safetensors of the same shape.",
        HelpName = "file",
    };

    private readonly Option<string?> _pack = new("--pack")
    {
        Description = "Write the weights to a packed file for --model. Without sentences, that is all.",
        HelpName = "file",
    };

    private readonly Option<bool> _time = new("--time")
    {
        Description = "Tell on standard error how long it took.",
        Arity = ArgumentArity.Zero,
    };

    private readonly ParseResult _result;

    /// <param name="arguments">The program's arguments.</param>
    public CommandLine(string[] arguments)
    {
        var command = new RootCommand(Description) { _sentences, _instructionSet, _model, _pack, _time };

        // A sentence may well begin with "[" or "@", which would be a directive and a file of arguments.
        command.Directives.Clear();
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is" : UnknownOption;

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action is not null;

    public string[] Sentences => _result.GetValue(_sentences) ?? [];

    public InstructionSet? InstructionSet => _result.GetValue(_instructionSet);

    /// <summary>The weights file, or <see langword="null"/> for the program's own weights.</summary>
    public string? Model => _result.GetValue(_model);

    /// <summary>The packed file to write, or <see langword="null"/>.</summary>
    public string? Pack => _result.GetValue(_pack);

    public bool ShowsTime => _result.GetValue(_time);

    /// <summary>The parser takes an option that it does not know for a sentence; that would be a surprise.</summary>
    private string? UnknownOption
    {
        get
        {
            IReadOnlyList<Token> sentences = _result.GetResult(_sentences)?.Tokens ?? [];
            int left = sentences.Count - SentencesAfterDoubleDash;
            foreach (Token sentence in sentences)
            {
                if (left-- > 0 && sentence.Value is ['-', _, ..])
                {
                    return $"there is no option '{sentence.Value}'; --help shows what there is. Put -- before a sentence that begins with a dash";
                }
            }

            return null;
        }
    }

    private int SentencesAfterDoubleDash
    {
        get
        {
            for (int i = 0; i < _result.Tokens.Count; i++)
            {
                if (_result.Tokens[i].Type == TokenType.DoubleDash)
                {
                    return _result.Tokens.Count - i - 1;
                }
            }

            return 0;
        }
    }

    /// <summary>Shows help or the version.</summary>
    public void Show() => _result.Invoke();

    private static InstructionSet? ParseInstructionSet(ArgumentResult argument)
    {
        string name = argument.Tokens[0].Value;
        switch (name)
        {
            case "avx512":
                return KernelGen.InstructionSet.Avx512;
            case "avx2":
                return KernelGen.InstructionSet.Avx2;
            case "portable":
                return KernelGen.InstructionSet.Portable;
            default:
                argument.AddError($"--isa cannot be '{name}': it is avx512, avx2 or portable");
                return null;
        }
    }
}
