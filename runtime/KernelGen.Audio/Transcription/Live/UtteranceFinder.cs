namespace KernelGen.Audio;

/// <summary>Finds what is said between pauses in the sound that is kept.</summary>
/// <remarks>
/// A detector says spans of speech once they have ended, which is too late here. It is asked about the sound that is kept anew each time, as if that ended now; for this is a small part of the work of
/// a pass, and the answer depends on the sound that is kept alone.
/// </remarks>
/// <param name="detector">The detector, or <see langword="null"/> where all is taken for speech.</param>
/// <param name="pause">How long a silence is that ends an utterance, in samples.</param>
internal sealed class UtteranceFinder(IVoiceActivityDetector? detector, long pause)
{
    /// <summary>Finds the utterances.</summary>
    /// <param name="sound">The sound that is kept.</param>
    /// <param name="begun">Where an utterance has begun that had not ended when it was last looked for, or <see langword="null"/>.</param>
    /// <param name="heard">
    /// How far the sound has been heard. A detector may think otherwise of it now, but it is not heard again as part of another utterance: that which has begun has all of it, and if none
    /// has, a new one begins behind it.
    /// </param>
    /// <param name="isEnd">Whether the sound ends here.</param>
    /// <returns>The utterances; all but the last have ended. One that had begun comes first, as long as there is no pause where it would go on.</returns>
    public IReadOnlyList<Utterance> Find(SampleBuffer sound, long? begun, long heard, bool isEnd)
    {
        if (detector is null)
        {
            return sound.Length > 0 ? [new Utterance(begun ?? sound.Start, sound.End, isEnd)] : [];
        }

        var utterances = new List<Utterance>();
        foreach (Utterance span in Spans(sound))
        {
            if (span.End <= (begun ?? heard))
            {
                continue;
            }

            bool isHeard = begun is not null && span.Start < heard;
            if (utterances is [.., { } last])
            {
                if (isHeard || span.Start - last.End < pause)
                {
                    utterances[^1] = last with { End = span.End };
                    continue;
                }
            }
            else if (isHeard || span.Start - begun < pause)
            {
                utterances.Add(new Utterance(begun!.Value, span.End, HasEnded: true));
                continue;
            }

            utterances.Add(new Utterance(Math.Max(span.Start, heard), span.End, HasEnded: true));
        }

        if (utterances is [.., { } open] && !isEnd && sound.End - open.End < pause)
        {
            utterances[^1] = new Utterance(open.Start, sound.End, HasEnded: false);
        }

        return utterances;
    }

    private IEnumerable<Utterance> Spans(SampleBuffer sound)
    {
        using AudioReader heard = new SampleReader(sound[sound.Start, sound.End], LogMelSpectrogram.SampleRate).Resample(detector!.SampleRate);
        foreach (SpeechSpan span in detector.Detect(heard))
        {
            long end = sound.Start + InSound(span.End);
            yield return new Utterance(sound.Start + InSound(span.Start), Math.Min(end, sound.End), HasEnded: true);
        }
    }

    /// <summary>A sample of the detector's, as one of the sound.</summary>
    private long InSound(long sample) => sample * LogMelSpectrogram.SampleRate / detector!.SampleRate;
}
