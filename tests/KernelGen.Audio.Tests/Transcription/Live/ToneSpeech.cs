namespace KernelGen.Audio.Tests;

/// <summary>A speech of tones, in faint noise: each word is a tone of its own.</summary>
internal sealed class ToneSpeech
{
    public const int Rate = LogMelSpectrogram.SampleRate;

    /// <summary>How long a word is, in seconds.</summary>
    public const double WordLength = 0.4;

    /// <summary>The words. A sentence ends with the last two.</summary>
    public static readonly string[] Words = [" the", " of", " was", " best", " times", " believe", " control", " changes", " worse.", " passion."];

    private readonly List<float> _samples = [];
    private readonly List<string> _said = [];
    private readonly Random _random = new(1);

    /// <summary>The samples so far.</summary>
    public float[] Samples => [.. _samples];

    /// <summary>What was said so far.</summary>
    public string Text => string.Concat(_said);

    /// <summary>How long it is, in seconds.</summary>
    public double Seconds => (double)_samples.Count / Rate;

    /// <summary>The frequency of a word, in Hz.</summary>
    public static double Frequency(int word) => 400 + (250 * word);

    /// <summary>Says words, with a tenth of a second between them.</summary>
    public ToneSpeech Say(params int[] words)
    {
        foreach (int word in words)
        {
            Add(WordLength, 0.3, Frequency(word));
            Add(0.1, 0, 0);
            _said.Add(Words[word]);
        }

        return this;
    }

    /// <summary>Is silent.</summary>
    public ToneSpeech Wait(double seconds)
    {
        Add(seconds, 0, 0);
        return this;
    }

    private void Add(double seconds, double loudness, double frequency)
    {
        int count = (int)Math.Round(seconds * Rate);
        for (int i = 0; i < count; i++)
        {
            double noise = 0.001 * ((2 * _random.NextDouble()) - 1);
            _samples.Add((float)((loudness * Math.Sin(2 * Math.PI * frequency * i / Rate)) + noise));
        }
    }
}
