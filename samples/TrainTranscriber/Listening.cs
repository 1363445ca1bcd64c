using KernelGen.Audio;
using KernelGen.Training;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>
/// What a model is given to hear: recordings with silence around them, more or less loud, with noise; one or two of them in a window, the second of which may be cut off. All of it follows from the
/// number of the example.
/// </summary>
internal static class Listening
{
    /// <summary>Samples of a window.</summary>
    private const int Window = 4 * LogMelSpectrogram.SampleRate;

    /// <summary>The longest silence before a recording, and behind it.</summary>
    private const int MostSilence = LogMelSpectrogram.SampleRate / 2;

    /// <summary>A second sentence of which less is heard is none.</summary>
    private const int LeastHeard = LogMelSpectrogram.SampleRate / 4;

    private static readonly LogMelSpectrogram Spectrogram = new(CommandWhisper.Description.SourceChannels);

    /// <summary>Examples to learn from: of each recording some, each with other noise.</summary>
    /// <param name="recordings">The recordings.</param>
    /// <param name="times">How many examples of each.</param>
    public static IEnumerable<SpeechPair> ToLearn(IReadOnlyList<Recording> recordings, int times)
    {
        for (int i = 0; i < times * recordings.Count; i++)
        {
            yield return Example(recordings, i % recordings.Count, seed: i);
        }
    }

    /// <summary>What a recording sounds like somewhere: with silence around it, and noise.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="seed">What chance follows from.</param>
    public static float[] Hear(Recording recording, int seed)
    {
        var random = new Random(seed);
        int before = random.Next(MostSilence);
        float[] samples = new float[before + recording.Samples.Length + random.Next(MostSilence)];
        Mix(recording.Samples.Span, random, samples.AsSpan(before));
        AddNoise(random, samples);
        return samples;
    }

    private static SpeechPair Example(IReadOnlyList<Recording> recordings, int number, int seed)
    {
        var random = new Random(seed);
        bool isFilledUp = random.Next(5) == 0;
        bool hasTimestamps = random.Next(3) == 0;
        float[] window = new float[Window];
        var target = new List<int>();
        int end;
        if (random.Next(40) == 0)
        {
            // Nobody speaks.
            target.Add(Vocabulary.NoSpeech);
            end = random.Next(Window / 4, Window / 2);
        }
        else if (hasTimestamps)
        {
            end = Say(recordings[number], random.Next(MostSilence), random, window, target);
            int start = end + random.Next(MostSilence / 2, 2 * MostSilence);
            if (random.Next(4) == 0 && start + LeastHeard < Window)
            {
                end = Say(recordings[random.Next(recordings.Count)], start, random, window, target);
            }
        }
        else
        {
            target.Add(Vocabulary.NoTimestamps);
            target.AddRange(Vocabulary.Encode(recordings[number].Text));
            int start = random.Next(MostSilence / 2);
            short[] spoken = AtAnotherRate(recordings[number], random);
            Mix(spoken, random, window.AsSpan(start));
            end = start + spoken.Length;
        }

        int length = Math.Min(end + random.Next(isFilledUp ? MostSilence : MostSilence / 2), Window);
        AddNoise(random, window.AsSpan(0, length));
        float[] frames = new float[(isFilledUp ? Window : length) / LogMelSpectrogram.HopLength * Spectrogram.Bins];
        Spectrogram.Compute(window.AsSpan(0, length), frames);
        return new SpeechPair(frames, target.ToArray());
    }

    /// <summary>Puts a recording into a window, and what is written of it behind a target; of what the window cuts off only the beginning has a time.</summary>
    /// <returns>Where it ends.</returns>
    private static int Say(Recording recording, int start, Random random, Span<float> window, List<int> target)
    {
        short[] spoken = AtAnotherRate(recording, random);
        Mix(spoken, random, window[start..]);
        int end = start + spoken.Length;
        target.Add(Vocabulary.Timestamp(start));
        if (end > Window)
        {
            return Window;
        }

        target.AddRange(Vocabulary.Encode(recording.Text));
        target.Add(Vocabulary.Timestamp(end));
        return end;
    }

    /// <summary>A recording up to an eighth slower and lower, or faster and higher, as if somebody else had spoken.</summary>
    private static short[] AtAnotherRate(Recording recording, Random random)
    {
        double step = 1 + ((random.NextDouble() - 0.5) / 4);
        ReadOnlySpan<short> samples = recording.Samples.Span;
        short[] result = new short[Math.Max(1, (int)((samples.Length - 1) / step))];
        for (int i = 0; i < result.Length; i++)
        {
            int before = (int)(i * step);
            double part = (i * step) - before;
            result[i] = (short)(((1 - part) * samples[before]) + (part * samples[before + 1]));
        }

        return result;
    }

    private static void Mix(ReadOnlySpan<short> spoken, Random random, Span<float> samples)
    {
        short loudest = short.Max(1, short.CreateSaturating(spoken.Length == 0 ? 1 : MaxMagnitude(spoken)));
        float gain = (float)(0.1 * Math.Pow(9, random.NextDouble())) / loudest;
        for (int i = 0; i < Math.Min(spoken.Length, samples.Length); i++)
        {
            samples[i] = spoken[i] * gain;
        }
    }

    private static int MaxMagnitude(ReadOnlySpan<short> samples)
    {
        int largest = 0;
        foreach (short sample in samples)
        {
            largest = Math.Max(largest, Math.Abs((int)sample));
        }

        return largest;
    }

    /// <summary>Adds noise 15 to 40 decibels below the loudest sound, more or less muffled; to one in eight none.</summary>
    private static void AddNoise(Random random, Span<float> samples)
    {
        float loudest = 0;
        foreach (float sample in samples)
        {
            loudest = Math.Max(loudest, Math.Abs(sample));
        }

        double level = (loudest > 0 ? loudest / 3 : 0.03) * Math.Pow(10, -random.Next(15, 41) / 20.0);
        double muffled = 0.9 * random.NextDouble();
        if (random.Next(8) == 0)
        {
            return;
        }

        double noise = 0;
        double scale = level * Math.Sqrt(3 * (1 - (muffled * muffled)));
        for (int i = 0; i < samples.Length; i++)
        {
            noise = (muffled * noise) + (scale * ((2 * random.NextDouble()) - 1));
            samples[i] += (float)noise;
        }
    }
}
