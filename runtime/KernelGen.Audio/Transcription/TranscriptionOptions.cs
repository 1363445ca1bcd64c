using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>How speech is transcribed. The defaults are those of OpenAI's <c>transcribe</c>, but for <see cref="ConditionOnPreviousText"/>.</summary>
/// <remarks>
/// A sound is worked on in windows of 30 seconds. Each is decoded with the first of the <see cref="Temperatures"/>; where the text repeats itself
/// (<see cref="CompressionRatioThreshold"/>) or the model is unsure of it (<see cref="LogProbabilityThreshold"/>), with the next one. Where the next window begins, the
/// timestamps in the text say.
/// <para>
/// A Moonshine works on pieces of up to 30 seconds, cut at pauses, which are windows here. It is refused what it cannot do: a <see cref="Language"/>,
/// <see cref="TranscriptionTask.Translate"/>, <see cref="WordTimestamps"/>, <see cref="HallucinationSilenceThreshold"/>, and text to go on from (<see cref="InitialPrompt"/>,
/// <see cref="Prefix"/>, <see cref="ConditionOnPreviousText"/>). <see cref="Timestamps"/>, <see cref="MaximumInitialTimestamp"/>, <see cref="NoSpeechThreshold"/>,
/// <see cref="SuppressBlank"/> and <see cref="SuppressNonSpeech"/> change nothing for it.
/// </para>
/// </remarks>
public sealed record TranscriptionOptions
{
    internal static readonly TranscriptionOptions Default = new();

    /// <summary>
    /// The language that is spoken, as a code or a name of <see cref="SpeechLanguages"/>; <see langword="null"/> (the default) has the model tell it from the first 30
    /// seconds. A model for English alone takes nothing but English.
    /// </summary>
    public string? Language { get; init; }

    /// <summary>What is written: what is said (the default), or that in English.</summary>
    public TranscriptionTask Task { get; init; }

    /// <summary>
    /// Whether the model writes timestamps (default: yes). Without them a window is one segment, words at its end may be cut in half, and long sounds come out worse.
    /// </summary>
    public bool Timestamps { get; init; } = true;

    /// <summary>
    /// Whether each word is given times (default: no). They are an estimate, from what the decoder looks at; it costs one more pass of the decoder over each window.
    /// They also say where the next window begins.
    /// </summary>
    public bool WordTimestamps { get; init; }

    /// <summary>A text that stands before that of the first window, as if it had been said before: names and words as they should be spelt. Default: none.</summary>
    public string? InitialPrompt { get; init; }

    /// <summary>Whether <see cref="InitialPrompt"/> stands before every window, and not before the first alone (default: no).</summary>
    public bool CarryInitialPrompt { get; init; }

    /// <summary>What the text of every window begins with, whatever is said. It is no part of the transcript. Default: nothing. For sounds of one window.</summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Whether the text of earlier windows stands before the next one (default: no). It keeps names and style the same throughout. But what goes wrong once then goes wrong
    /// again, and a repetition may repeat itself to the end of a long sound: this is why it is off here, and on in OpenAI's code.
    /// </summary>
    public bool ConditionOnPreviousText { get; init; }

    /// <summary>
    /// The temperatures that are tried one after the other, at least one, each from 0 to 1 as a rule and never above 10. 0 takes the most probable tokens, others draw them.
    /// Default: 0, 0.2, 0.4, 0.6, 0.8, 1. The text of a window that took more than 0.5 never stands before the next one.
    /// </summary>
    public ImmutableArray<double> Temperatures { get; init; } = [0, 0.2, 0.4, 0.6, 0.8, 1];

    /// <summary>How many hypotheses are followed with temperature 0: 1 (the default) is greedy search, more is beam search. From 1 to 32.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>How many samples are drawn with a temperature above 0, of which the most probable is taken. From 1 (the default) to 64.</summary>
    public int BestOf { get; init; } = 1;

    /// <summary>How many finished hypotheses beam search waits for, in sizes of the beam (Kasai et al. 2022). From 0.01 to 32; default: 1.</summary>
    public double Patience { get; init; } = 1;

    /// <summary>
    /// How hypotheses and samples of unequal length are compared: <see langword="null"/> (the default) by the mean of log-probabilities over tokens, else by the sum over
    /// <c>((5 + tokens) / 6)^LengthPenalty</c> (Wu et al. 2016). From 0 to 1.
    /// </summary>
    public double? LengthPenalty { get; init; }

    /// <summary>
    /// A text repeats itself where it has more than so many times the bytes that zlib makes of it. Default: 2.4; <see langword="null"/> for no limit.
    /// </summary>
    public double? CompressionRatioThreshold { get; init; } = 2.4;

    /// <summary>The model is unsure of a text whose mean log-probability is below this. Default: -1; <see langword="null"/> for no limit.</summary>
    public double? LogProbabilityThreshold { get; init; } = -1;

    /// <summary>
    /// A window has no speech where the probability of that is above this, and the model is unsure of its text (<see cref="LogProbabilityThreshold"/>). Default: 0.6;
    /// <see langword="null"/> takes every text.
    /// </summary>
    public double? NoSpeechThreshold { get; init; } = 0.6;

    /// <summary>How late the first segment of a window begins at most. From 0 to 30 seconds; default: 1 second; <see langword="null"/> for any.</summary>
    public TimeSpan? MaximumInitialTimestamp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a text neither is empty nor begins with a token that is a space alone (default: yes).</summary>
    public bool SuppressBlank { get; init; } = true;

    /// <summary>Whether what is written about sound and not said, such as brackets and musical notes, is not written (default: yes).</summary>
    public bool SuppressNonSpeech { get; init; } = true;

    /// <summary>More tokens that are not written. Default: none.</summary>
    public ImmutableArray<int> SuppressedTokens { get; init; } = [];

    /// <summary>
    /// Text after a silence longer than this is left out where its words look as if nobody had said them: too short, too long or improbable. Needs
    /// <see cref="WordTimestamps"/>. Default: <see langword="null"/>, which leaves nothing out.
    /// </summary>
    public TimeSpan? HallucinationSilenceThreshold { get; init; }

    /// <summary>The parts of the sound that are transcribed, in ascending order. Default: none, which is all of it.</summary>
    public ImmutableArray<ClipRange> Clips { get; init; } = [];

    /// <summary>
    /// What makes the detector of speech that silences are found with: those of three seconds and more are skipped, so that no model imagines text in them. A Moonshine's pieces
    /// are cut at shorter ones, too, and without it where audio is quietest.
    /// Default: <see cref="EnergyVoiceActivityDetector"/>; <see langword="null"/> skips nothing, and so does whoever names <see cref="Clips"/>.
    /// </summary>
    public Func<IVoiceActivityDetector>? VoiceActivity { get; init; } = static () => new EnergyVoiceActivityDetector();

    /// <summary>
    /// The most tokens that are written for a window: from 1 to half the model's target length (224), which <see langword="null"/> (the default) stands for. A Moonshine writes six
    /// and a half a second at most, up to its target length.
    /// </summary>
    public int? MaximumTokensPerWindow { get; init; }

    /// <summary>
    /// How many windows are decoded together at most, from 1 to 64. Each step then reads the weights once for all of them, and each takes the memory of a window that is encoded.
    /// Of one file those of clips of up to five minutes are together, which silences or <see cref="Clips"/> make, unless one depends on the other
    /// (<see cref="ConditionOnPreviousText"/>, <see cref="WordTimestamps"/>, an <see cref="InitialPrompt"/> that is not carried), and a Moonshine's pieces; of several files
    /// windows of all of them. <see langword="null"/> (the default) stands for 1 with one file, and for 8 with several. Results are the same bits whatever it is.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>What the random numbers follow from where temperatures are above 0; <see langword="null"/> (the default) draws a fresh seed for each call.</summary>
    public long? Seed { get; init; }

    /// <summary>How many threads share the work of this call: 1 (the default) to 64. Results are the same bits whatever it is.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Punctuation that belongs to the word after it.</summary>
    public string PrependedPunctuation { get; init; } = "\"'“¿([{-";

    /// <summary>Punctuation that belongs to the word before it.</summary>
    public string AppendedPunctuation { get; init; } = "\"'.。,，!！?？:：”)]}、";

    /// <summary>Whether tokens that steer the model are not written. Only tests say no, for OpenAI's code does where a user suppresses nothing.</summary>
    internal bool SuppressSpecial { get; init; } = true;
}
