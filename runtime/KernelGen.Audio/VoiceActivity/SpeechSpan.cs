namespace KernelGen.Audio;

/// <summary>A part of audio in which somebody seems to speak.</summary>
/// <param name="Start">The first sample, counted from the beginning of the audio.</param>
/// <param name="End">The sample behind the last.</param>
public readonly record struct SpeechSpan(long Start, long End)
{
    /// <summary>How many samples there are.</summary>
    public long Length => End - Start;

    /// <summary>When the part begins.</summary>
    /// <param name="sampleRate">Samples in a second.</param>
    public TimeSpan StartTime(int sampleRate) => Time(Start, sampleRate);

    /// <summary>When the part ends.</summary>
    /// <param name="sampleRate">Samples in a second.</param>
    public TimeSpan EndTime(int sampleRate) => Time(End, sampleRate);

    private static TimeSpan Time(long sample, int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampleRate);
        return new TimeSpan((long)((Int128)sample * TimeSpan.TicksPerSecond / sampleRate));
    }
}
