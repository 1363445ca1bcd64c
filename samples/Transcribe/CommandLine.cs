using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const int MostHypotheses = 32;
    private const int MostThreads = 64;

    private const string Description = """
        Writes what is said in audio files, with a Whisper or a Moonshine whose kernels are part of this program.

        Audio is WAV or FLAC, of any length; without files, or where one is named -, it is read from standard input. Text goes to standard output, a line for each segment, once it is final. Of several files each text stands under a line "==> FILE <==".

        Exit status: 0 when all was transcribed, 1 when something failed, 2 when the command line is wrong.
        """;

    private readonly Argument<string[]> _files = new("audio")
    {
        Description = "A WAV or FLAC file; - is standard input. Put -- before the first one that begins with a dash.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "The folder of the model, as it is downloaded from Hugging Face: config.json, model.safetensors, tokenizer.json, generation_config.json.",
        HelpName = "folder",
    };

    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "Weights that are not the folder's own: the path of a packed file or a checkpoint, from the folder on where it is relative.",
        HelpName = "file",
    };

    private readonly Option<bool> _srt = Flag("--srt", "Write SubRip subtitles.");

    private readonly Option<bool> _vtt = Flag("--vtt", "Write WebVTT subtitles.");

    private readonly Option<bool> _tsv = Flag("--tsv", "Write a table with tabs: start and end in milliseconds, text.");

    private readonly Option<bool> _json = Flag("--json", "Write JSON, with the names that OpenAI's whisper gives its parts.");

    private readonly Option<bool> _words = Flag("--words", "Give each word its time; --json shows it, and --vtt underlines the word that is said.");

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Write a file for each audio file and each form into this folder, which is made where it is not there: talk.srt for talk.wav; talk.txt where no form is named.",
        HelpName = "folder",
    };

    private readonly Option<string?> _language = new("--language")
    {
        Description = "The language that is spoken, as a code or a name: de, German. Unless given, the model tells it from the first 30 seconds.",
        HelpName = "language",
    };

    private readonly Option<bool> _translate = Flag("--translate", "Write in English what is said in another language.");

    private readonly Option<bool> _detectLanguage = Flag("--detect-language", "Write only the language of the first 30 seconds, and how probable it is, with a tab between; the name of the file before them where there are several.");

    private readonly Option<int?> _beam = Count("--beam", "How many hypotheses beam search follows: 1, greedy search, unless given", MostHypotheses);

    private readonly Option<string?> _prompt = new("--prompt")
    {
        Description = "A text as if it had been said before: names and words as they should be spelt.",
        HelpName = "text",
    };

    private readonly Option<bool> _noTimestamps = Flag("--no-timestamps", "Have the model write no timestamps: each 30 seconds are one segment.");

    private readonly Option<bool> _keepSilence = Flag("--keep-silence", "Have the model hear silence, too; unless given, silences of three seconds and more are skipped.");

    private readonly Option<bool> _live = Flag("--live", "Transcribe standard input while it comes, as from a microphone: raw samples of 16 bits, little-endian, one channel. A line is written for each sentence, and before a pause; a terminal shows the words as they come.");

    private readonly Option<int?> _rate = Count("--rate", "How many samples a second has with --live: 16000 unless given", AudioFile.HighestSampleRate, AudioFile.LowestSampleRate);

    private readonly Option<bool> _int8 = Flag("--int8", "Store weights in 8 bits: faster, and a little less exact.");

    private readonly Option<int?> _threads = Count("--threads", "Threads that share the work: one for each processor unless given", MostThreads);

    private readonly string[] _arguments;
    private readonly ParseResult _result;
    private readonly bool _hasStandardInput;

    /// <param name="arguments">The program's arguments.</param>
    /// <param name="hasStandardInput">Whether standard input is a file or another program, and no terminal.</param>
    public CommandLine(string[] arguments, bool hasStandardInput)
    {
        var command = new RootCommand(Description)
        {
            _files, _model, _weights, _srt, _vtt, _tsv, _json, _words, _output, _language, _translate, _detectLanguage, _beam, _prompt, _noTimestamps, _keepSilence, _live, _rate, _int8, _threads,
        };

        // The name of a file may begin with "[" or "@", which would be a directive and a file of arguments.
        command.Directives.Clear();
        _arguments = arguments;
        _hasStandardInput = hasStandardInput;
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is"
        : IsQuestion ? null
        : UnknownOption ?? FlagWithValue ?? EmptyValue ?? Missing ?? Contradiction ?? SameOutput;

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action is not null;

    /// <summary>The audio, at least one.</summary>
    public IReadOnlyList<AudioInput> Inputs => _result.GetValue(_files) is { Length: > 0 } files ? [.. files.Select(static file => new AudioInput(file))] : [new AudioInput(AudioInput.StandardInput)];

    /// <summary>The folder of the model.</summary>
    public string Model => _result.GetValue(_model)!;

    /// <summary>The file of the weights, or <see langword="null"/> for those of the folder.</summary>
    public string? Weights => _result.GetValue(_weights);

    /// <summary>What is written of each file; at least one form.</summary>
    public IReadOnlyList<OutputForm> Forms => AskedForms is { Count: > 0 } forms ? forms : [OutputForm.Text];

    /// <summary>The folder that files are written to, or <see langword="null"/> for standard output.</summary>
    public string? Output => _result.GetValue(_output);

    /// <summary>Whether only the language is written.</summary>
    public bool DetectsLanguage => _result.GetValue(_detectLanguage);

    /// <summary>The language that is spoken, or <see langword="null"/> where the model is to tell it.</summary>
    public string? Language => _result.GetValue(_language);

    /// <summary>Whether what is written is English, whatever is said.</summary>
    public bool Translates => _result.GetValue(_translate);

    /// <summary>Whether words are given times.</summary>
    public bool ShowsWords => _result.GetValue(_words);

    /// <summary>Whether weights are stored in 8 bits.</summary>
    public bool UsesInt8 => _result.GetValue(_int8);

    /// <summary>Whether standard input is transcribed while it comes.</summary>
    public bool IsLive => _result.GetValue(_live);

    /// <summary>The samples in a second of what comes.</summary>
    public int Rate => _result.GetValue(_rate) ?? LogMelSpectrogram.SampleRate;

    /// <summary>How weights are loaded.</summary>
    public ModelLoadOptions LoadOptions => new() { Precision = UsesInt8 ? WeightPrecision.Int8 : null };

    /// <summary>How to transcribe.</summary>
    public TranscriptionOptions Options
    {
        get
        {
            var options = new TranscriptionOptions
            {
                Language = Language is { } language ? SpeechLanguages.Find(language)?.Code : null,
                Task = Translates ? TranscriptionTask.Translate : TranscriptionTask.Transcribe,
                BeamSize = _result.GetValue(_beam) ?? 1,
                InitialPrompt = _result.GetValue(_prompt),
                Timestamps = !_result.GetValue(_noTimestamps),
                WordTimestamps = ShowsWords,
                Threads = _result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
            };
            return _result.GetValue(_keepSilence) ? options with { VoiceActivity = null } : options;
        }
    }

    private List<OutputForm> AskedForms
    {
        get
        {
            (Option<bool> Option, OutputForm Form)[] all = [(_srt, OutputForm.Srt), (_vtt, OutputForm.Vtt), (_tsv, OutputForm.Tsv), (_json, OutputForm.Json)];
            return [.. all.Where(one => _result.GetValue(one.Option)).Select(static one => one.Form)];
        }
    }

    /// <summary>The parser takes an option that it does not know for a file; that would be a surprise.</summary>
    private string? UnknownOption
    {
        get
        {
            IReadOnlyList<Token> files = _result.GetResult(_files)?.Tokens ?? [];
            int left = files.Count - FilesAfterDoubleDash;
            foreach (Token file in files)
            {
                if (left-- > 0 && file.Value is ['-', _, ..])
                {
                    return $"there is no option '{file.Value}'; --help shows what there is. Put -- before a file that begins with a dash";
                }
            }

            return null;
        }
    }

    /// <summary>The parser takes the value of an option that has none for a file, too.</summary>
    private string? FlagWithValue
    {
        get
        {
            Option<bool>[] flags = [_srt, _vtt, _tsv, _json, _words, _translate, _detectLanguage, _noTimestamps, _keepSilence, _live, _int8];
            return flags.FirstOrDefault(flag => _arguments.TakeWhile(static argument => argument != "--").Any(argument =>
                argument.StartsWith(flag.Name, StringComparison.Ordinal) && argument.AsSpan(flag.Name.Length) is ['=' or ':', ..])) is { } found
                ? $"{found.Name} takes no value"
                : null;
        }
    }

    private string? EmptyValue
    {
        get
        {
            foreach (Option<string?> option in (Option<string?>[])[_model, _weights, _output, _language, _prompt])
            {
                if (_result.GetValue(option) is { } value && string.IsNullOrWhiteSpace(value))
                {
                    return $"{option.Name} has an empty value";
                }
            }

            return (_result.GetValue(_files) ?? []).Any(string.IsNullOrEmpty) ? "the name of a file is empty" : null;
        }
    }

    private string? Missing =>
        _result.GetValue(_model) is null ? "--model is missing: the folder of a Whisper, as it is downloaded from Hugging Face; --help tells more"
        : !_hasStandardInput && IsLive ? "there is no sound: give raw samples on standard input, as arecord -t raw does"
        : !_hasStandardInput && Inputs.Any(static input => input.IsStandardInput) ? "there is no audio: name files, or give a WAV or FLAC file on standard input"
        : Language is { } language && SpeechLanguages.Find(language) is null ? $"--language cannot be '{language}': it is a code or a name such as de or German"
        : null;

    /// <summary>What does not go together.</summary>
    private string? Contradiction
    {
        get
        {
            List<OutputForm> forms = AskedForms;
            if (Inputs.Count(static input => input.IsStandardInput) > 1)
            {
                return "standard input can be read once; - is there more often";
            }

            if (IsLive)
            {
                (string Name, bool IsThere)[] others =
                [
                    ("files", Inputs.Any(static input => !input.IsStandardInput)), ("--srt, --vtt, --tsv and --json", forms.Count > 0), ("--output", Output is not null), ("--words", ShowsWords),
                    ("--detect-language", DetectsLanguage),
                ];
                return others.FirstOrDefault(static other => other.IsThere).Name is { } name ? $"--live writes what is said on standard input as text; it does not go with {name}" : null;
            }

            if (_result.GetValue(_rate) is not null)
            {
                return "--rate is that of raw samples, and goes with --live; files say their own";
            }

            if (DetectsLanguage)
            {
                (string Name, bool IsThere)[] others =
                [
                    ("--srt, --vtt, --tsv and --json", forms.Count > 0), ("--output", Output is not null), ("--words", ShowsWords), ("--language", Language is not null), ("--translate", Translates),
                    ("--beam", _result.GetValue(_beam) is not null), ("--prompt", _result.GetValue(_prompt) is not null), ("--no-timestamps", _result.GetValue(_noTimestamps)),
                ];
                return others.FirstOrDefault(static other => other.IsThere).Name is { } name ? $"--detect-language writes the language only; it does not go with {name}" : null;
            }

            if (Output is null && forms.Count > 1)
            {
                return "standard output takes one form; give --output, a folder, for several";
            }

            if (Output is null && forms.Count > 0 && Inputs.Count > 1)
            {
                return "of several files, standard output takes text only; give --output, a folder, for one file each";
            }

            return ShowsWords && !forms.Contains(OutputForm.Json) && !forms.Contains(OutputForm.Vtt) ? "--words is shown by --json and --vtt; give one of them, too" : null;
        }
    }

    private string? SameOutput
    {
        get
        {
            if (Output is null)
            {
                return null;
            }

            IGrouping<string, AudioInput>? same = Inputs.GroupBy(static input => input.OutputName, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1);
            return same is null ? null : $"{string.Join(" and ", same)} would be written to the same file, {same.Key}{OutputForms.Extension(Forms[0])}; transcribe them one after another, to folders of their own";
        }
    }

    private int FilesAfterDoubleDash
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

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static Option<int?> Count(string name, string description, int most, int least = 1) => new(name)
    {
        Description = $"{description}; {(least > 1 ? $"{least} to" : "at most")} {most}.",
        HelpName = "n",
        CustomParser = argument =>
        {
            string text = argument.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most)
            {
                return count;
            }

            argument.AddError($"{name} cannot be '{text}': it is a number from {least} to {most}");
            return null;
        },
    };
}
