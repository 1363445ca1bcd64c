namespace KernelGen.Audio.Tests;

/// <summary>Which parts of audio are heard at all.</summary>
public sealed class SpokenPartsTests
{
    private const int Rate = LogMelSpectrogram.SampleRate;
    private static readonly long Silence = SpokenParts.SilenceToSkip(Rate);

    [Theory]
    [InlineData(0, 0, 16_000)]
    [InlineData(0, 0, 8_000)]
    [InlineData(1, 1, 16_000)]
    [InlineData((3 * Rate) - 1, (3 * Rate) - 1, 16_000)]
    [InlineData(2 * Rate, Rate, 8_000)]
    [InlineData(3 * Rate, 0, 16_000)]
    [InlineData(10 * Rate, 0, 16_000)]
    public void Short_audio_in_which_nothing_is_found_is_heard_whole(int samples, long heard, int detectorRate)
    {
        var detector = new EnergyVoiceActivityDetector(new EnergyVoiceActivityOptions { SampleRate = detectorRate });
        Assert.Equal(
            heard == 0 ? [] : [new SpeechSpan(0, heard)],
            SpokenParts.Find(() => new SampleReader(new float[samples], Rate), detector, CancellationToken.None));
    }

    [Fact]
    public void What_is_found_is_left_as_it_is()
    {
        float[] samples = new float[2 * Rate];
        for (int i = 0; i < samples.Length; i++)
        {
            bool isSpoken = i >= Rate / 2 && i < Rate;
            samples[i] = (i % 20 < 10 ? 1 : -1) * (isSpoken ? 0.3f : 0.001f);
        }

        SpeechSpan span = Assert.Single(SpokenParts.Find(() => new SampleReader(samples, Rate), new EnergyVoiceActivityDetector(), CancellationToken.None));
        Assert.InRange(span.Start, 1, Rate / 2);
        Assert.InRange(span.End, Rate, (2 * Rate) - 1);
    }

    [Fact]
    public void Short_silences_at_the_ends_belong_to_what_is_said()
    {
        Assert.Equal([new SpeechSpan(0, 9 * Rate)], SpokenParts.WithShortEnds([new SpeechSpan(Silence - 1, 7 * Rate)], 9 * Rate, Silence));
        Assert.Equal([new SpeechSpan(Silence, 7 * Rate)], SpokenParts.WithShortEnds([new SpeechSpan(Silence, 7 * Rate)], 10 * Rate, Silence));
        Assert.Equal(
            [new SpeechSpan(0, 100), new SpeechSpan(Silence + 100, 8 * Rate)],
            SpokenParts.WithShortEnds([new SpeechSpan(50, 100), new SpeechSpan(Silence + 100, 7 * Rate)], 8 * Rate, Silence));
    }

    [Fact]
    public void There_is_nothing_at_the_ends_of_nothing() => Assert.Empty(SpokenParts.WithShortEnds([], Rate, Silence));

    /// <summary>A frame count is rounded down, and a part may end in the last, incomplete frame.</summary>
    [Fact]
    public void No_part_becomes_shorter() => Assert.Equal([new SpeechSpan(0, 161)], SpokenParts.WithShortEnds([new SpeechSpan(0, 161)], 160, Silence));
}
