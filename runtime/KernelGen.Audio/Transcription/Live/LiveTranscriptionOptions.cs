namespace KernelGen.Audio;

/// <summary>
/// How often a live sound is transcribed while it grows, and what of it is kept. A word is seen about one <see cref="Interval"/> and one pass after it was said, and is final one pass later;
/// memory does not grow with the length of the sound.
/// </summary>
public sealed record LiveTranscriptionOptions
{
    internal static readonly LiveTranscriptionOptions Default = new();

    /// <summary>
    /// The samples in a second of the sound, in Hz: <see cref="AudioFile.LowestSampleRate"/> to <see cref="AudioFile.HighestSampleRate"/>. Default: 16,000; what has another rate is resampled.
    /// </summary>
    public int SampleRate { get; init; } = LogMelSpectrogram.SampleRate;

    /// <summary>
    /// How much new sound there is before the next pass. Less shows words earlier, and takes more work: each pass costs about as much as a whole window. From 0.1 to 10 seconds; default: 1 second.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How much sound a pass hears before that of which the words are final is cut off, after the last sentence where one has ended. More helps the model to understand, less makes passes shorter.
    /// From 2 seconds to those of a window (30) less <see cref="Interval"/> and 2; default: 15 seconds.
    /// </summary>
    public TimeSpan LongestSound { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A silence of this length ends a segment: all before it is final at once. <see cref="TranscriptionOptions.VoiceActivity"/> tells where silence is; without it there is none.
    /// From 0.2 to 10 seconds; default: 1 second.
    /// </summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether passes are made less often where they take longer than <see cref="Interval"/>, so that a slow machine does not fall behind what is said (default: yes). The text then depends a little on
    /// how fast the machine is; otherwise it follows from the sound alone, and from <see cref="TranscriptionOptions.Seed"/> where a temperature above 0 was tried.
    /// </summary>
    public bool KeepsUp { get; init; } = true;

    /// <summary>Throws for the first option that is not usable.</summary>
    /// <param name="window">The longest sound that the model hears at once.</param>
    /// <exception cref="ArgumentException">An option is not usable: what it is, and what would be.</exception>
    internal void Check(TimeSpan window)
    {
        if (SampleRate is < AudioFile.LowestSampleRate or > AudioFile.HighestSampleRate)
        {
            throw new ArgumentException($"{nameof(SampleRate)} is {SampleRate}; expected {AudioFile.LowestSampleRate} to {AudioFile.HighestSampleRate} Hz.", nameof(SampleRate));
        }

        CheckTime(Interval, nameof(Interval), 0.1, 10);
        CheckTime(Pause, nameof(Pause), 0.2, 10);
        CheckTime(LongestSound, nameof(LongestSound), 2, (window - Interval - LiveTranscription.SilenceBefore).TotalSeconds);
    }

    private static void CheckTime(TimeSpan time, string name, double least, double most)
    {
        if (!(time.TotalSeconds >= least && time.TotalSeconds <= most))
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} is {time.TotalSeconds} seconds; expected {least} to {most}."), name);
        }
    }
}
