namespace KernelGen.Audio;

/// <summary>Checks the options of a call of a model that hears windows, as Whisper does.</summary>
/// <param name="options">The options.</param>
/// <param name="tokens">The tokens of the model.</param>
/// <param name="shape">The sizes of the model.</param>
internal sealed class WindowOptionChecks(TranscriptionOptions options, WhisperTokens tokens, WindowShape shape)
{
    /// <summary>Throws for the first option that is not usable.</summary>
    /// <returns>The code of the language that the options name, or <see langword="null"/> where the model is to tell it.</returns>
    /// <exception cref="ArgumentException">An option is not usable: what it is, and what would be.</exception>
    public string? Check()
    {
        new OptionChecks(options, shape.VocabularySize, shape.LongestText).Check();
        OptionChecks.RequireNumber(options.MaximumInitialTimestamp?.TotalSeconds, nameof(options.MaximumInitialTimestamp), 0, (double)shape.Frames / WindowShape.FramesPerSecond);
        Require(options.HallucinationSilenceThreshold is null || options.WordTimestamps, nameof(options.HallucinationSilenceThreshold), "looks at the times of words; set WordTimestamps, too");
        Require(options.HallucinationSilenceThreshold is not { } silence || silence >= TimeSpan.Zero, nameof(options.HallucinationSilenceThreshold), $"is {options.HallucinationSilenceThreshold}; it cannot be negative");
        Require(options.PrependedPunctuation is not null, nameof(options.PrependedPunctuation), "is null; an empty string stands for none");
        Require(options.AppendedPunctuation is not null, nameof(options.AppendedPunctuation), "is null; an empty string stands for none");
        return CheckLanguage();
    }

    private static void Require(bool isUsable, string option, string problem) => OptionChecks.Require(isUsable, option, problem);

    private string? CheckLanguage()
    {
        Require(tokens.IsMultilingual || options.Task == TranscriptionTask.Transcribe, nameof(options.Task), "is Translate, and the model is for English alone; take one that hears several languages");
        if (options.Language is null)
        {
            return tokens.IsMultilingual ? null : "en";
        }

        SpeechLanguage? language = SpeechLanguages.Find(options.Language);
        string shown = ShownText.Of(options.Language, 40);
        Require(language is not null, nameof(options.Language), $"is {shown}, which is no language of SpeechLanguages; expected a code or a name such as de or German");
        Require(tokens.IsMultilingual || language!.Code == "en", nameof(options.Language), $"is {shown}, and the model is for English alone; take one that hears several languages");
        Require(!tokens.IsMultilingual || tokens.TokenOf(language!.Code) is not null, nameof(options.Language), $"is {shown}, which this model has no token for");
        return language!.Code;
    }
}
