using CsCheck;

namespace KernelGen.Audio.Tests;

public sealed class EnergyVoiceActivityDetectorTests
{
    private static readonly float[] Jfk = AudioFile.Read(TestFiles.Jfk);

    /// <summary>Where words are, in seconds: "And so my fellow Americans", "ask not", "what your country can do for you", "ask what you can do for your country".</summary>
    private static readonly (double Start, double End)[] Words = [(0.35, 2.2), (3.4, 4.3), (5.5, 7.6), (8.3, 10.4)];

    [Theory]
    [InlineData(1)]
    [InlineData(0.1)]
    [InlineData(0.01)]
    public void Spoken_words_are_inside_what_is_found(float loudness)
    {
        IReadOnlyList<SpeechSpan> speech = new EnergyVoiceActivityDetector().Detect([.. Jfk.Select(sample => sample * loudness)]);
        foreach ((double start, double end) in Words)
        {
            Assert.Contains(speech, span => span.StartTime(16_000).TotalSeconds <= start && span.EndTime(16_000).TotalSeconds >= end);
        }

        // There are pauses.
        Assert.InRange(speech.Sum(static span => span.Length), 0, (long)(0.9 * Jfk.Length));
    }

    [Fact]
    public void Speech_between_silence_is_found_with_its_padding()
    {
        float[] samples = [.. new float[48_000], .. Jfk[5_600..35_200], .. new float[80_000]];
        SpeechSpan span = Assert.Single(new EnergyVoiceActivityDetector().Detect(samples));
        Assert.InRange(span.Start, 48_000 - 3_200 - 160, 48_000 - 3_200 + 1_600);
        Assert.InRange(span.End, 48_000 + 24_000, 48_000 + 29_600 + 5_000);
    }

    [Fact]
    public void Words_are_found_in_noise()
    {
        var random = new Random(1);
        float[] noise = Noise(random, 4 * 16_000, 0.003);
        float[] samples = [.. noise, .. Jfk.Zip(Noise(random, Jfk.Length, 0.003), static (a, b) => a + b), .. noise];
        IReadOnlyList<SpeechSpan> speech = new EnergyVoiceActivityDetector().Detect(samples);
        foreach ((double start, double end) in Words)
        {
            double middle = 4 + ((start + end) / 2);
            Assert.Contains(speech, span => span.StartTime(16_000).TotalSeconds <= middle && span.EndTime(16_000).TotalSeconds >= middle);
        }

        Assert.All(speech, static span => Assert.InRange(span.StartTime(16_000).TotalSeconds, 3.5, 15));
    }

    public static TheoryData<string> Silences => ["zeros", "offset", "noise", "loud noise", "one bit", "clicks", "hum", "noise that begins"];

    [Theory]
    [MemberData(nameof(Silences))]
    public void What_is_no_speech_is_none(string kind)
    {
        var random = new Random(2);
        int length = 30 * 16_000;
        float[] samples = kind switch
        {
            "zeros" => new float[length],
            "offset" => [.. Enumerable.Repeat(0.5f, length)],
            "noise" => Noise(random, length, 0.001),
            "loud noise" => Noise(random, length, 0.3),
            "one bit" => [.. Enumerable.Range(0, length).Select(_ => random.Next(2) / 32768f)],
            "clicks" => [.. Enumerable.Range(0, length).Select(static i => i % 12_000 < 8 ? 0.9f : 0)],
            "hum" => [.. Enumerable.Range(0, length).Select(static i => (float)(0.1 * Math.Sin(2 * Math.PI * 50 * i / 16_000)))],
            _ => [.. new float[length / 2], .. Noise(random, length / 2, 0.05)],
        };
        Assert.Empty(new EnergyVoiceActivityDetector().Detect(samples));
    }

    [Fact]
    public void An_offset_changes_nothing()
    {
        IReadOnlyList<SpeechSpan> plain = new EnergyVoiceActivityDetector().Detect(Jfk);
        IReadOnlyList<SpeechSpan> offset = new EnergyVoiceActivityDetector().Detect([.. Jfk.Select(static sample => sample + 0.25f)]);
        Assert.Equal(plain.Count, offset.Count);
        Assert.All(plain.Zip(offset), static pair => Assert.InRange(Math.Abs(pair.First.Start - pair.Second.Start) + Math.Abs(pair.First.End - pair.Second.End), 0, 640));
    }

    [Fact]
    public void However_it_is_given_audio_it_finds_the_same() => (from part in Gen.Int[1, 50_000] from start in Gen.Int[0, 100_000] select (part, start)).Sample(
        parts =>
        {
            float[] samples = Jfk[parts.start..];
            var detector = new EnergyVoiceActivityDetector();
            IReadOnlyList<SpeechSpan> expected = detector.Detect(samples);
            Assert.Equal(expected, [.. detector.Detect(new ArrayReader(samples, 16_000, 1, parts.part))]);
            var speech = new List<SpeechSpan>();
            foreach (float[] part in samples.Chunk(parts.part))
            {
                detector.Append(part, speech);
            }

            detector.Complete(speech);
            Assert.Equal(expected, speech);
            Assert.All(speech, span => Assert.True(span.Start >= 0 && span.Start < span.End && span.End <= samples.Length));
            Assert.All(speech.Zip(speech.Skip(1)), static pair => Assert.True(pair.First.End <= pair.Second.Start));
        },
        iter: 30);

    [Fact]
    public void Hours_take_no_more_memory_than_seconds()
    {
        var detector = new EnergyVoiceActivityDetector();
        var speech = new List<SpeechSpan>();
        detector.Append(Jfk, speech);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int spans = 0;
        for (int i = 0; i < 60; i++)
        {
            detector.Append(Jfk, speech);
            spans += speech.Count;
            speech.Clear();
        }

        Assert.InRange(spans, 100, 1000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(44_100)]
    public void Other_rates_find_the_same_times(int sampleRate)
    {
        var detector = new EnergyVoiceActivityDetector(new() { SampleRate = sampleRate });
        IReadOnlyList<SpeechSpan> speech = [.. detector.Detect(AudioFile.OpenMono(TestFiles.Jfk, sampleRate))];
        IReadOnlyList<SpeechSpan> expected = new EnergyVoiceActivityDetector().Detect(Jfk);
        Assert.Equal(expected.Count, speech.Count);
        Assert.All(expected.Zip(speech), pair => Assert.InRange((pair.First.StartTime(16_000) - pair.Second.StartTime(sampleRate)).TotalSeconds, -0.2, 0.2));
    }

    [Fact]
    public void A_detector_of_the_users_own_is_asked_about_clips_and_streams()
    {
        SpeechSpan[] expected = [new(0, 1000), new(1000, 2000), new(2000, 2500)];
        Assert.Equal(expected, new EachSecond().Detect(new float[2500]));
        Assert.Equal(expected, new EachSecond().Detect(new ArrayReader(new float[2500], 1_000, 1, 99)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Contains("Onset is 3 dB and Offset is 5 dB", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector(new() { Onset = 3 })).Message);
        Assert.Contains("Padding is -00:00:01", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector(new() { Padding = TimeSpan.FromSeconds(-1) })).Message);
        Assert.Contains("SampleRate is 10", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector(new() { SampleRate = 10 })).Message);
        Assert.Contains("LowestLevel is NaN", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector(new() { LowestLevel = double.NaN })).Message);
        Assert.StartsWith("Sample 1 is NaN;", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector().Detect([0, float.NaN])).Message);
        Assert.StartsWith("The audio has 1 channel at 8000 Hz; expected one at 16000 Hz.", Assert.Throws<ArgumentException>(static () => new EnergyVoiceActivityDetector().Detect(new ArrayReader([], 8_000))).Message);
    }

    /// <summary>Takes each second for speech.</summary>
    private sealed class EachSecond : IVoiceActivityDetector
    {
        private long _samples;
        private long _said;

        public int SampleRate => 1_000;

        public void Append(ReadOnlySpan<float> samples, ICollection<SpeechSpan> speech)
        {
            _samples += samples.Length;
            for (; _samples - _said >= SampleRate; _said += SampleRate)
            {
                speech.Add(new(_said, _said + SampleRate));
            }
        }

        public void Complete(ICollection<SpeechSpan> speech)
        {
            speech.Add(new(_said, _samples));
            _samples = _said = 0;
        }
    }

    private static float[] Noise(Random random, int length, double loudness) => [.. Enumerable.Range(0, length).Select(_ => (float)(loudness * ((random.NextDouble() * 2) - 1)))];
}
