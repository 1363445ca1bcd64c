namespace KernelGen.Audio;

/// <summary>
/// Says where in audio somebody speaks, so that a model is not asked about silence. It is given the audio in parts, in their order, and says spans of speech once it is sure of
/// them. <see cref="EnergyVoiceActivityDetector"/> is one that needs no model; one that asks a model fits, too. Implementations need not be thread-safe.
/// </summary>
public interface IVoiceActivityDetector
{
    /// <summary>The sample rate that it takes, in Hz.</summary>
    int SampleRate { get; }

    /// <summary>Takes the next samples.</summary>
    /// <param name="samples">One channel, [samples], any number of them.</param>
    /// <param name="speech">
    /// Receives the spans that are known to have ended, in their order; no two of all that are ever added overlap. They may have ended some time ago.
    /// </param>
    void Append(ReadOnlySpan<float> samples, ICollection<SpeechSpan> speech);

    /// <summary>The audio has ended. The next call of <see cref="Append"/> begins with other audio, at sample 0.</summary>
    /// <param name="speech">Receives the spans that have not been added yet; the last may end where the audio does.</param>
    void Complete(ICollection<SpeechSpan> speech);
}
