namespace KernelGen.Audio;

/// <summary>How <see cref="EnergyVoiceActivityDetector"/> decides.</summary>
public sealed record EnergyVoiceActivityOptions
{
    /// <summary>The sample rate of the audio, in Hz: <see cref="AudioFile.LowestSampleRate"/> to <see cref="AudioFile.HighestSampleRate"/>.</summary>
    public int SampleRate { get; init; } = 16_000;

    /// <summary>How far above the noise speech begins, in dB. More misses quiet speech, less takes noise for speech.</summary>
    public double Onset { get; init; } = 9;

    /// <summary>How far above the noise speech goes on, in dB; at most <see cref="Onset"/>.</summary>
    public double Offset { get; init; } = 5;

    /// <summary>The level below which nothing is speech, in dB of full scale (the mean square of samples of 1).</summary>
    public double LowestLevel { get; init; } = -80;

    /// <summary>What is louder than <see cref="Onset"/> for less time than this is a click, and no speech.</summary>
    public TimeSpan MinimumSpeech { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Speech ends where it is silent for this long; shorter pauses belong to it.</summary>
    public TimeSpan MinimumSilence { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How much is added before and behind speech, as quiet sounds begin and end words.</summary>
    public TimeSpan Padding { get; init; } = TimeSpan.FromMilliseconds(200);
}
