namespace KernelGen.Audio.Tests;

/// <summary>Audio that is opened several times, and decoded as often as it must be.</summary>
public class KeptAudioTests
{
    private const int Minute = 60 * LogMelSpectrogram.SampleRate;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(12_345, 1)]
    [InlineData(Minute, 1)]
    [InlineData(Minute + 1, 3)]
    public void What_is_short_is_read_once(int length, int opened)
    {
        float[] samples = [.. Enumerable.Range(0, length).Select(static i => (float)(i % 1000) / 1000)];
        int count = 0;
        var audio = new KeptAudio(() =>
        {
            count++;
            return new ArrayReader(samples, LogMelSpectrogram.SampleRate);
        });
        for (int i = 0; i < 3; i++)
        {
            using AudioReader reader = audio.Open();
            Assert.Equal(samples, reader.ReadToEnd());
        }

        Assert.Equal(opened, count);
    }

    [Fact]
    public void What_was_not_read_to_its_end_is_opened_anew()
    {
        int count = 0;
        var audio = new KeptAudio(() =>
        {
            count++;
            return new ArrayReader([1, 2, 3, 4], LogMelSpectrogram.SampleRate);
        });
        using AudioReader first = audio.Open();
        Assert.Equal(2, first.Read(new float[2]));
        using AudioReader second = audio.Open();
        Assert.Equal([1, 2, 3, 4], second.ReadToEnd());
        Assert.Equal([3, 4], first.ReadToEnd());
        Assert.Equal([1, 2, 3, 4], audio.Open().ReadToEnd());
        Assert.Equal(2, count);
    }
}
