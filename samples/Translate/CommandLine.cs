using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelGen.Samples.Translate;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const int MaxBeam = 32;

    private const string Description = """
        Translates short, everyday Chinese sentences into English.

        Without sentences, one is read from each line of --file or of standard input (UTF-8) until its end. Each translation is one line of output, in the same order. A line of several sentences is translated sentence by sentence. Standard error names the characters that the model does not know.

        Exit status: 0 when all was translated, 1 when something failed, 2 when the command line is wrong.
        """;

    private readonly Argument<string[]> _sentences = new("sentence")
    {
        Description = "A sentence to translate. Put -- before the first one that begins with a dash.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "A file with a sentence in each line, instead of standard input.",
        HelpName = "file",
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "The file to write translations to, instead of standard output.",
        HelpName = "file",
    };

    private readonly Option<int?> _beam = new("--beam")
    {
        Description = $"How many hypotheses beam search follows: 1, greedy search, unless given; at most {MaxBeam}.",
        HelpName = "n",
        CustomParser = argument => OptionValues.Count(argument, "--beam", MaxBeam),
    };

    private readonly Option<int?> _nBest = new("--n-best")
    {
        Description = "Write so many translations of each sentence, the best first, each a line: number of the input line, score, translation, with tabs between. At most --beam, which is as many unless given.",
        HelpName = "n",
        CustomParser = argument => OptionValues.Count(argument, "--n-best", MaxBeam),
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write a JSON object for each line: source, translation, and its sentences with the score of each translation and what of them the model does not know.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<string?> _explain = new("--explain")
    {
        Description = "Show how a text is translated, sentence by sentence: tokens, embedding, positions, attention, and the most probable tokens of each step.",
        HelpName = "sentence",
    };

    private readonly Option<string?> _attention = new("--attention")
    {
        Description = "Draw where the decoder looked while it translated the one sentence that is given: an SVG file, whose name ends with .svg.",
        HelpName = "file",
    };

    private readonly Option<AttentionHead?> _head = new("--head")
    {
        Description = "What --attention draws: layer 2, head 3, for example, is 2.3. Unless given, the mean of the last layer's heads.",
        HelpName = "layer.head",
        CustomParser = ParseHead,
    };

    private readonly Option<WeightPrecision?> _precision = new("--precision")
    {
        Description = "How weights are stored and multiplied: float32 unless given, bfloat16, int8 or int4. A packed file has its own.",
        HelpName = "type",
        CustomParser = OptionValues.Precision,
    };

    private readonly Option<InstructionSet?> _instructionSet = new("--isa")
    {
        Description = "What to compute with: avx512, avxvnni, avx2 or portable; the widest that is there unless given. The translations are the same.",
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

    private readonly string[] _arguments;
    private readonly ParseResult _result;

    /// <param name="arguments">The program's arguments.</param>
    public CommandLine(string[] arguments)
    {
        var command = new RootCommand(Description)
        {
            _sentences, _file, _output, _beam, _nBest, _json, _explain, _attention, _head, _precision, _instructionSet, _model, _pack, _time,
        };

        // A sentence may well begin with "[" or "@", which would be a directive and a file of arguments.
        command.Directives.Clear();
        _arguments = arguments;
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is" : UnknownOption ?? FlagWithValue ?? Contradiction;

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action is not null;

    public string[] Sentences => _result.GetValue(_sentences) ?? [];

    /// <summary>The file with a sentence in each line, or <see langword="null"/>.</summary>
    public string? File => _result.GetValue(_file);

    /// <summary>The file to write to, or <see langword="null"/> for standard output.</summary>
    public string? Output => _result.GetValue(_output);

    public int Beam => _result.GetValue(_beam) ?? NBest ?? 1;

    /// <summary>How many translations of each sentence are written, or <see langword="null"/> for one without its score.</summary>
    public int? NBest => _result.GetValue(_nBest);

    public bool WritesJson => _result.GetValue(_json);

    /// <summary>The sentence to explain, or <see langword="null"/>.</summary>
    public string? Explain => _result.GetValue(_explain);

    /// <summary>The picture to draw, or <see langword="null"/>.</summary>
    public string? Attention => _result.GetValue(_attention);

    /// <summary>What to draw, or <see langword="null"/> for the mean of the last layer's heads.</summary>
    public AttentionHead? Head => _result.GetValue(_head);

    public WeightPrecision? Precision => _result.GetValue(_precision);

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

    /// <summary>The parser takes the value of an option that has none for a sentence, too.</summary>
    private string? FlagWithValue
    {
        get
        {
            foreach (string argument in _arguments.TakeWhile(static argument => argument != "--"))
            {
                foreach (Option<bool> flag in (Option<bool>[])[_json, _time])
                {
                    if (argument.StartsWith(flag.Name, StringComparison.Ordinal) && argument.AsSpan(flag.Name.Length) is ['=' or ':', ..])
                    {
                        return $"{flag.Name} takes no value";
                    }
                }
            }

            return null;
        }
    }

    /// <summary>What does not go together.</summary>
    private string? Contradiction
    {
        get
        {
            foreach (Option<string?> option in (Option<string?>[])[_file, _output, _attention, _model, _pack])
            {
                if (_result.GetValue(option) is { } path && string.IsNullOrWhiteSpace(path))
                {
                    return $"{option.Name} names no file: its value is empty";
                }
            }

            if (Attention is { } picture && Path.GetExtension(picture) is { Length: > 0 } extension && !extension.Equals(".svg", StringComparison.OrdinalIgnoreCase))
            {
                return $"--attention writes SVG, and {picture} is named as something else: give it a name that ends with .svg";
            }

            if (File is not null && Sentences.Length > 0)
            {
                return "give sentences or --file, not both";
            }

            if (NBest > Beam)
            {
                return $"--n-best {NBest} is more than the {Beam} hypotheses that --beam follows";
            }

            if (Head is not null && Attention is null)
            {
                return "--head says what --attention draws; give that, too";
            }

            if (Explain is not null && (Sentences.Length > 0 || File is not null || WritesJson || NBest is not null || Beam > 1))
            {
                return "--explain shows one text, by greedy search: no other sentences, --file, --json, --beam or --n-best";
            }

            return Attention is not null && Explain is null && Sentences.Length != 1 ? "--attention draws one sentence; give exactly one" : null;
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
        if (InstructionSets.TryParse(name, out InstructionSet instructionSet))
        {
            return instructionSet;
        }

        argument.AddError($"--isa cannot be '{name}': it is avx512, avxvnni, avx2 or portable");
        return null;
    }

    private static AttentionHead? ParseHead(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (text.Split('.') is [string layer, string head]
            && int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out int layerNumber) && layerNumber >= 1
            && int.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out int headNumber) && headNumber >= 1)
        {
            return new AttentionHead(layerNumber, headNumber);
        }

        argument.AddError($"--head cannot be '{text}': it is the number of a layer, a dot, and the number of a head, such as 3.1");
        return null;
    }
}
