using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>What to transcribe, how, and what to write of it.</summary>
internal sealed record TranscriptionRequest
{
    /// <summary>The audio, at least one.</summary>
    public required IReadOnlyList<AudioInput> Inputs { get; init; }

    /// <summary>The forms that are asked for; none stands for text.</summary>
    public required IReadOnlyList<OutputForm> AskedForms { get; init; }

    /// <summary>What is written of each file; at least one form.</summary>
    public IReadOnlyList<OutputForm> Forms => AskedForms.Count > 0 ? AskedForms : [OutputForm.Text];

    /// <summary>The folder that files are written to, or <see langword="null"/> for standard output.</summary>
    public string? Output { get; init; }

    /// <summary>Whether a file of audio is passed over whose files are there already.</summary>
    public bool SkipsWritten { get; init; }

    /// <summary>The language that is spoken, as it is named, or <see langword="null"/> where the model is to tell it.</summary>
    public string? Language { get; init; }

    /// <summary>Whether only the language is written.</summary>
    public bool DetectsLanguage { get; init; }

    /// <summary>Whether a number of hypotheses is asked for.</summary>
    public bool HasBeam { get; init; }

    /// <summary>How to transcribe.</summary>
    public required TranscriptionOptions Options { get; init; }

    /// <summary>Whether what is written is English, whatever is said.</summary>
    public bool Translates => Options.Task == TranscriptionTask.Translate;

    /// <summary>Whether words are given times.</summary>
    public bool ShowsWords => Options.WordTimestamps;

    /// <summary>What cannot be done, as a message, or <see langword="null"/>.</summary>
    /// <param name="hasStandardInput">Whether standard input is a file or another program, and no terminal.</param>
    public string? Problem(bool hasStandardInput) => Missing(hasStandardInput) ?? Contradiction ?? SameOutput;

    private string? Missing(bool hasStandardInput) =>
        !hasStandardInput && Inputs.Any(static input => input.IsStandardInput) ? "there is no audio: name files, or give a WAV or FLAC file on standard input"
        : Language is { } language && SpeechLanguages.Find(language) is null ? $"--language cannot be '{language}': it is a code or a name such as de or German"
        : null;

    /// <summary>What does not go together.</summary>
    private string? Contradiction
    {
        get
        {
            if (Inputs.Count(static input => input.IsStandardInput) > 1)
            {
                return "standard input can be read once; - is there more often";
            }

            if (DetectsLanguage)
            {
                (string Name, bool IsThere)[] others =
                [
                    ("--srt, --vtt, --tsv and --json", AskedForms.Count > 0), ("--output", Output is not null), ("--words", ShowsWords), ("--language", Language is not null), ("--translate", Translates),
                    ("--beam", HasBeam), ("--prompt", Options.InitialPrompt is not null), ("--no-timestamps", !Options.Timestamps),
                ];
                return others.FirstOrDefault(static other => other.IsThere).Name is { } name ? $"--detect-language writes the language only; it does not go with {name}" : null;
            }

            if (Output is null && AskedForms.Count > 1)
            {
                return "standard output takes one form; give --output, a folder, for several";
            }

            if (Output is null && AskedForms.Count > 0 && Inputs.Count > 1)
            {
                return "of several files, standard output takes text only; give --output, a folder, for one file each";
            }

            return ShowsWords && !AskedForms.Contains(OutputForm.Json) && !AskedForms.Contains(OutputForm.Vtt) ? "--words is shown by --json and --vtt; give one of them, too" : null;
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
}
