namespace KernelGen.Audio;

/// <summary>Checks the options of a call of a model that writes nothing but the text of a piece, as Moonshine does.</summary>
/// <param name="options">The options.</param>
/// <param name="shape">The sizes of the model.</param>
internal sealed class PieceOptionChecks(TranscriptionOptions options, PieceShape shape)
{
    /// <summary>Throws for the first option that is not usable.</summary>
    /// <exception cref="ArgumentException">An option is not usable: what it is, and what would be.</exception>
    public void Check()
    {
        new OptionChecks(options, shape.VocabularySize, shape.MaximumTargetLength).Check();
        Refuse(options.Language is not null, nameof(options.Language), "hears the one language that it was trained for, and is told none");
        Refuse(options.Task != TranscriptionTask.Transcribe, nameof(options.Task), "does not translate");
        Refuse(options.WordTimestamps, nameof(options.WordTimestamps), "gives words no times");
        Refuse(options.HallucinationSilenceThreshold is not null, nameof(options.HallucinationSilenceThreshold), "gives words no times");
        Refuse(!string.IsNullOrWhiteSpace(options.InitialPrompt), nameof(options.InitialPrompt), "looks at no text before its own");
        Refuse(options.ConditionOnPreviousText, nameof(options.ConditionOnPreviousText), "looks at no text before its own");
        Refuse(!string.IsNullOrWhiteSpace(options.Prefix), nameof(options.Prefix), "is told no text to begin with");
    }

    private static void Refuse(bool isSet, string option, string reason) =>
        OptionChecks.Require(!isSet, option, $"is set, and a Moonshine {reason}; leave it out, or take a Whisper");
}
