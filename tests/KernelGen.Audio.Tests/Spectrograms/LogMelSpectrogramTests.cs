using CsCheck;

namespace KernelGen.Audio.Tests;

public sealed class LogMelSpectrogramTests
{
    private static readonly float[] Jfk = AudioFile.Read(TestFiles.Jfk);

    [Theory]
    [InlineData(80, 391)]
    [InlineData(128, 394)]
    [InlineData(1, null)]
    [InlineData(40, null)]
    [InlineData(256, null)]
    public void Filters_are_those_of_librosa_bit_for_bit(int bins, int? weights)
    {
        float[,] expected = PlainLogMel.Filters(bins);
        var filters = new MelFilters(bins);
        int count = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            float[] all = new float[201];
            filters.Weights(bin).CopyTo(all.AsSpan(filters.FirstFrequency(bin)));
            Assert.Equal([.. Enumerable.Range(0, 201).Select(k => expected[bin, k])], all);
            count += all.Count(static weight => weight != 0);
        }

        Assert.Equal(weights ?? count, count);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(128)]
    [InlineData(13)]
    public void Speech_has_the_spectrogram_of_the_definition(int bins)
    {
        double[] expected = PlainLogMel.Compute(Jfk, bins);
        float[] actual = new LogMelSpectrogram(bins).Compute(Jfk);
        Assert.Equal(1100 * bins, actual.Length);
        Assert.InRange(LargestDifference(expected, actual), 0, 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Clips_have_the_spectrogram_that_Whisper_computes(int clip)
    {
        float[] samples = AudioFile.Read(TestFiles.PathOf($"mel.{clip}.wav"));
        Array.Resize(ref samples, 16_000);
        AssertGolden($"mel.{clip}", new LogMelSpectrogram(80).Compute(samples), firstFrame: 0);
    }

    [Fact]
    public void Speech_in_thirty_seconds_has_the_spectrogram_that_Whisper_computes()
    {
        float[] samples = Jfk;
        Array.Resize(ref samples, 480_000);
        float[] frames = new LogMelSpectrogram(80).Compute(samples);
        AssertGolden("log_mel.jfk", frames, firstFrame: 0);
        AssertGolden("log_mel.jfk_last_speech", frames, firstFrame: 1090);

        // What Whisper says of the whole.
        Assert.Equal(-70806.9568, frames.Sum(static value => (double)value), 0.05);
        Assert.Equal(-0.5387419f, frames.Min(), 1e-5);
        Assert.Equal(1.461258f, frames.Max(), 1e-5);
    }

    [Fact]
    public void Any_samples_have_the_spectrogram_of_the_definition() => (from length in Gen.Int[0, 2000] from bins in Gen.Int[1, 256] from seed in Gen.Int[0, 1_000_000] from loudness in Gen.Double[-12, 0] select (length, bins, seed, loudness)).Sample(
        parts =>
        {
            var random = new Random(parts.seed);
            float[] samples = [.. Enumerable.Range(0, parts.length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, parts.loudness)))];
            float[] actual = new LogMelSpectrogram(parts.bins).Compute(samples);
            Assert.Equal(LogMelSpectrogram.FrameCount(parts.length) * parts.bins, actual.Length);
            Assert.True(actual.Length == 0 || LargestDifference(PlainLogMel.Compute(samples, parts.bins), actual) < 1e-5);
        },
        iter: 100);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(159, 0)]
    [InlineData(160, 1)]
    [InlineData(200, 1)]
    [InlineData(201, 1)]
    [InlineData(479, 2)]
    [InlineData(480_000, 3000)]
    public void Each_whole_hop_is_a_frame(int samples, int frames)
    {
        Assert.Equal(frames, LogMelSpectrogram.FrameCount(samples));
        Assert.Equal(frames * 80, new LogMelSpectrogram(80).Compute(new float[samples]).Length);
    }

    [Fact]
    public void Silence_is_the_least_value_everywhere() => Assert.All(new LogMelSpectrogram(80).Compute(new float[1600]), static value => Assert.Equal(-1.5f, value));

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinite")]
    public void Samples_that_are_no_numbers_are_refused(float bad, string name)
    {
        for (int place = 0; place < 1599; place += 41)
        {
            float[] samples = new float[1600];
            samples[place] = bad;
            Assert.StartsWith($"Sample {place} is {name};", Assert.Throws<ArgumentException>(() => new LogMelSpectrogram(80).Compute(samples)).Message);
            var reader = new LogMelReader(new LogMelSpectrogram(80), new ArrayReader(samples, 16_000));
            Assert.StartsWith("The audio has a sample that is NaN or infinite near 0", Assert.Throws<InvalidDataException>(() => reader.ReadFrames(new float[800])).Message);
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LogMelSpectrogram(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LogMelSpectrogram(257));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogMelSpectrogram.FrameCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogMelSpectrogram.Normalize([], float.NaN));
        var spectrogram = new LogMelSpectrogram(80);
        Assert.StartsWith("There is room for 799 values; expected room for 800, 10 frames of 80 bins.", Assert.Throws<ArgumentException>(() => spectrogram.Compute(new float[1600], new float[799])).Message);
        Assert.StartsWith(
            "The audio has 2 channels at 8000 Hz; expected one at 16000 Hz. Call ToMono().Resample(16000) on it.",
            Assert.Throws<ArgumentException>(() => new LogMelReader(spectrogram, new ArrayReader([], 8_000, 2))).Message);
    }

    /// <summary>The bits that every instruction set gives: run with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0, DOTNET_EnableHWIntrinsic=0.</summary>
    [Theory]
    [InlineData(80, 2228414334u)]
    [InlineData(128, 3637921544u)]
    public void Bits_are_the_same_on_every_instruction_set(int bins, uint expected) => Assert.Equal(expected, Checksum.Of(new LogMelSpectrogram(bins).Compute(Jfk)));

    [Fact]
    public void Read_in_parts_of_any_length_it_has_the_same_bits() => (from length in Gen.Int[0, 40_000] from most in Gen.Int[1, 20_000] from room in Gen.Int[1, 30] from silence in Gen.Int[0, 30_000] select (length, most, room, silence)).Sample(
        parts =>
        {
            float[] samples = Jfk[30_000..(30_000 + parts.length)];
            float[] expected = new LogMelSpectrogram(80).Compute([.. samples, .. new float[parts.silence]]);
            var reader = new LogMelReader(new LogMelSpectrogram(80), new ArrayReader(samples, 16_000, 1, parts.most), parts.silence);
            var all = new List<float>();
            float[] room = new float[(parts.room * 80) + 79];
            for (int read; (read = reader.ReadFrames(room)) > 0;)
            {
                Assert.True(read == parts.room || reader.Position == expected.Length / 80);
                all.AddRange(room.AsSpan(0, read * 80));
            }

            float[] frames = [.. all];
            LogMelSpectrogram.Normalize(frames, reader.Maximum);
            Assert.Equal(expected, frames);
        },
        iter: 100);

    private static void AssertGolden(string name, float[] frames, int firstFrame)
    {
        (float[] golden, int bins, int count) = TestFiles.LogMel(name);
        for (int frame = 0; frame < count; frame++)
        {
            for (int bin = 0; bin < bins; bin++)
            {
                Assert.Equal(golden[(bin * count) + frame], frames[((firstFrame + frame) * bins) + bin], 1e-4);
            }
        }
    }

    private static double LargestDifference(double[] expected, float[] actual) => expected.Zip(actual, static (a, b) => Math.Abs(a - b)).Max();
}
