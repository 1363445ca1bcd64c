namespace KernelGen.Audio;

/// <summary>Ways to ask an <see cref="IVoiceActivityDetector"/> about whole audio.</summary>
public static class VoiceActivityDetectorExtensions
{
    private const int PartLength = 1 << 13;

    /// <summary>Where somebody speaks in a clip.</summary>
    /// <param name="detector">The detector, which has no other audio begun.</param>
    /// <param name="samples">One channel at the detector's rate, [samples].</param>
    public static IReadOnlyList<SpeechSpan> Detect(this IVoiceActivityDetector detector, ReadOnlySpan<float> samples)
    {
        ArgumentNullException.ThrowIfNull(detector);
        var speech = new List<SpeechSpan>();
        detector.Append(samples, speech);
        detector.Complete(speech);
        return speech;
    }

    /// <summary>Where somebody speaks in audio of any length, as it is read.</summary>
    /// <param name="detector">The detector, which has no other audio begun.</param>
    /// <param name="audio">One channel at the detector's rate. It is read to its end, and not disposed.</param>
    /// <exception cref="ArgumentException">The audio has another rate, or more than one channel.</exception>
    public static IEnumerable<SpeechSpan> Detect(this IVoiceActivityDetector detector, AudioReader audio)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(audio);
        if (audio.Channels != 1 || audio.SampleRate != detector.SampleRate)
        {
            throw new ArgumentException(
                $"The audio has {audio.Channels} channel{(audio.Channels == 1 ? "" : "s")} at {audio.SampleRate} Hz; expected one at {detector.SampleRate} Hz. "
                + $"Call {nameof(AudioReader.ToMono)}().{nameof(AudioReader.Resample)}({detector.SampleRate}) on it.",
                nameof(audio));
        }

        return Detect();

        IEnumerable<SpeechSpan> Detect()
        {
            float[] samples = new float[PartLength];
            var speech = new List<SpeechSpan>();
            for (int read; (read = audio.Read(samples)) > 0;)
            {
                detector.Append(samples.AsSpan(0, read), speech);
                foreach (SpeechSpan span in speech)
                {
                    yield return span;
                }

                speech.Clear();
            }

            detector.Complete(speech);
            foreach (SpeechSpan span in speech)
            {
                yield return span;
            }
        }
    }
}
