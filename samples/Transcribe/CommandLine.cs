using System.CommandLine;
using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>What the program was asked to do.</summary>
internal sealed class CommandLine
{
    private const string Description = """
        Writes what is said in audio files, with a Whisper or a Moonshine whose kernels are part of this program.

        Audio is WAV or FLAC, of any length; without files, or where one is named -, it is read from standard input. Text goes to standard output, a line for each segment, once it is final. Of several files each text stands under a line "==> FILE <==".

        Exit status: 0 when all was transcribed, 1 when something failed, 2 when the command line is wrong.
        """;

    private readonly RequestOptions _request = new();

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

    private readonly Option<bool> _live = RequestOptions.Flag("--live", "Transcribe standard input while it comes, as from a microphone: raw samples of 16 bits, little-endian, one channel. A line is written for each sentence, and before a pause; a terminal shows the words as they come.");

    private readonly Option<int?> _rate = RequestOptions.Count("--rate", "How many samples a second has with --live: 16000 unless given", AudioFile.HighestSampleRate, AudioFile.LowestSampleRate);

    private readonly Option<bool> _int8 = RequestOptions.Flag("--int8", "Store weights in 8 bits: faster, and a little less exact.");

    private readonly string[] _arguments;
    private readonly ParseResult _result;
    private readonly bool _hasStandardInput;

    /// <param name="arguments">The program's arguments.</param>
    /// <param name="hasStandardInput">Whether standard input is a file or another program, and no terminal.</param>
    public CommandLine(string[] arguments, bool hasStandardInput)
    {
        var command = new RootCommand(Description) { _request.Files, _model, _weights, _live, _rate, _int8 };
        foreach (Option option in _request.Options)
        {
            command.Add(option);
        }

        // The name of a file may begin with "[" or "@", which would be a directive and a file of arguments.
        command.Directives.Clear();
        _arguments = arguments;
        _hasStandardInput = hasStandardInput;
        _result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
    }

    /// <summary>What is wrong with the arguments, in one line, or <see langword="null"/>.</summary>
    public string? Error => _result.Errors.Count > 0 ? $"{_result.Errors[0].Message.TrimEnd('.')}; --help shows what there is"
        : IsQuestion ? null
        : _request.UnknownOption(_result) ?? FlagWithValue ?? EmptyValue ?? Missing ?? (IsLive ? LiveContradiction : RateContradiction ?? Request.Problem(_hasStandardInput));

    /// <summary>Whether help or the version is asked for, which <see cref="Show"/> shows.</summary>
    public bool IsQuestion => _result.Action is not null;

    /// <summary>What to transcribe, how, and what to write of it.</summary>
    public TranscriptionRequest Request => _request.Read(_result);

    /// <summary>The folder of the model.</summary>
    public string Model => _result.GetValue(_model)!;

    /// <summary>The file of the weights, or <see langword="null"/> for those of the folder.</summary>
    public string? Weights => _result.GetValue(_weights);

    /// <summary>Whether weights are stored in 8 bits.</summary>
    public bool UsesInt8 => _result.GetValue(_int8);

    /// <summary>Whether standard input is transcribed while it comes.</summary>
    public bool IsLive => _result.GetValue(_live);

    /// <summary>The samples in a second of what comes.</summary>
    public int Rate => _result.GetValue(_rate) ?? LogMelSpectrogram.SampleRate;

    /// <summary>How weights are loaded.</summary>
    public ModelLoadOptions LoadOptions => new() { Precision = UsesInt8 ? WeightPrecision.Int8 : null };

    /// <summary>The parser takes the value of an option that has none for a file, too.</summary>
    private string? FlagWithValue
    {
        get
        {
            Option<bool>[] flags = [.. _request.Options.OfType<Option<bool>>(), _live, _int8];
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
            foreach (Option<string?> option in (Option<string?>[])[_model, _weights, .. _request.Options.OfType<Option<string?>>()])
            {
                if (_result.GetValue(option) is { } value && string.IsNullOrWhiteSpace(value))
                {
                    return $"{option.Name} has an empty value";
                }
            }

            return (_result.GetValue(_request.Files) ?? []).Any(string.IsNullOrEmpty) ? "the name of a file is empty" : null;
        }
    }

    private string? Missing =>
        _result.GetValue(_model) is null ? "--model is missing: the folder of a Whisper, as it is downloaded from Hugging Face; --help tells more"
        : !_hasStandardInput && IsLive ? "there is no sound: give raw samples on standard input, as arecord -t raw does"
        : null;

    /// <summary>What does not go with live sound.</summary>
    private string? LiveContradiction
    {
        get
        {
            TranscriptionRequest request = Request;
            (string Name, bool IsThere)[] others =
            [
                ("files", request.Inputs.Any(static input => !input.IsStandardInput)), ("--srt, --vtt, --tsv and --json", request.AskedForms.Count > 0), ("--output", request.Output is not null),
                ("--words", request.ShowsWords), ("--detect-language", request.DetectsLanguage),
            ];
            return others.FirstOrDefault(static other => other.IsThere).Name is { } name ? $"--live writes what is said on standard input as text; it does not go with {name}"
                : request.Problem(_hasStandardInput);
        }
    }

    private string? RateContradiction => _result.GetValue(_rate) is null ? null : "--rate is that of raw samples, and goes with --live; files say their own";

    /// <summary>Shows help or the version.</summary>
    public void Show() => _result.Invoke();
}
