using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>The arguments and options that say what to transcribe, how, and what to write of it.</summary>
internal sealed class RequestOptions
{
    private const int MostHypotheses = 32;
    private const int MostThreads = 64;

    private readonly Argument<string[]> _files = new("audio")
    {
        Description = "A WAV or FLAC file; - is standard input. Put -- before the first one that begins with a dash.",
        Arity = ArgumentArity.ZeroOrMore,
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

    private readonly Option<int?> _threads = Count("--threads", "Threads that share the work: one for each processor unless given", MostThreads);

    /// <summary>The audio files.</summary>
    public Argument<string[]> Files => _files;

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> Options => [_srt, _vtt, _tsv, _json, _words, _output, _language, _translate, _detectLanguage, _beam, _prompt, _noTimestamps, _keepSilence, _threads];

    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>An option that is a number.</summary>
    public static Option<int?> Count(string name, string description, int most, int least = 1) => new(name)
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

    /// <summary>An option that there is not, as a message, or <see langword="null"/>: the parser takes it for a file, and that would be a surprise.</summary>
    public string? UnknownOption(ParseResult result)
    {
        IReadOnlyList<Token> files = result.GetResult(_files)?.Tokens ?? [];
        int left = files.Count - FilesAfterDoubleDash(result);
        return files.Take(left).FirstOrDefault(static file => file.Value is ['-', _, ..]) is { } unknown
            ? $"there is no option '{unknown.Value}'; --help shows what there is. Put -- before a file that begins with a dash"
            : null;
    }

    /// <summary>What is asked for. Whether it goes together, <see cref="TranscriptionRequest.Problem"/> says.</summary>
    public TranscriptionRequest Read(ParseResult result)
    {
        (Option<bool> Option, OutputForm Form)[] forms = [(_srt, OutputForm.Srt), (_vtt, OutputForm.Vtt), (_tsv, OutputForm.Tsv), (_json, OutputForm.Json)];
        string? language = result.GetValue(_language);
        var options = new TranscriptionOptions
        {
            Language = language is null ? null : SpeechLanguages.Find(language)?.Code,
            Task = result.GetValue(_translate) ? TranscriptionTask.Translate : TranscriptionTask.Transcribe,
            BeamSize = result.GetValue(_beam) ?? 1,
            InitialPrompt = result.GetValue(_prompt),
            Timestamps = !result.GetValue(_noTimestamps),
            WordTimestamps = result.GetValue(_words),
            Threads = result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
        };
        return new TranscriptionRequest
        {
            Inputs = result.GetValue(_files) is { Length: > 0 } files ? [.. files.Select(static file => new AudioInput(file))] : [new AudioInput(AudioInput.StandardInput)],
            AskedForms = [.. forms.Where(one => result.GetValue(one.Option)).Select(static one => one.Form)],
            Output = result.GetValue(_output),
            Language = language,
            DetectsLanguage = result.GetValue(_detectLanguage),
            HasBeam = result.GetValue(_beam) is not null,
            Options = result.GetValue(_keepSilence) ? options with { VoiceActivity = null } : options,
        };
    }

    private static int FilesAfterDoubleDash(ParseResult result)
    {
        for (int i = 0; i < result.Tokens.Count; i++)
        {
            if (result.Tokens[i].Type == TokenType.DoubleDash)
            {
                return result.Tokens.Count - i - 1;
            }
        }

        return 0;
    }
}
