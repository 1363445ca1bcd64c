using System.Security.Cryptography;
using CsCheck;

namespace KernelGen.Audio.Tests;

public sealed class FlacTests
{
    private static readonly int[] BlockLengths = [16, 192, 576, 1152, 256, 512, 4096, 17, 100, 255, 257, 1000, 4608, 1, 5];

    private static readonly int[] Rates = [16_000, 44_100, 8_000, 22_051, 655_350, 768_000, 96_000];

    public static TheoryData<string, int, int, int, bool> Files =>
    [
        ("stereo-16.flac", 2, 44_100, 5292, true), ("mono-24.flac", 1, 8_000, 960, true), ("mono-8.flac", 1, 16_000, 1920, true), ("mono-32.flac", 1, 16_000, 1920, true),
        ("six-channels.flac", 6, 16_000, 480, true), ("unknown-length.flac", 1, 16_000, 1920, false),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Samples_have_the_MD5_sum_that_the_encoder_wrote(string name, int channels, int sampleRate, int frames, bool saysLength)
    {
        byte[] file = TestFiles.Bytes(name);
        using AudioReader reader = AudioFile.Open(new ForwardStream(file, 1000));
        Assert.Equal(channels, reader.Channels);
        Assert.Equal(sampleRate, reader.SampleRate);
        Assert.Equal(saysLength ? TimeSpan.FromTicks(frames * 10_000_000L / sampleRate) : null, reader.Duration);
        float[] samples = reader.ReadToEnd();
        Assert.Equal(frames * channels, samples.Length);
        Assert.False(reader.IsTruncated);

        // The sum is of integers with their lowest bytes first; a float holds all of 25 bits. Who writes to a pipe writes no sum.
        int bits = (((file[20] & 1) << 4) | (file[21] >> 4)) + 1;
        byte[] sum = file[26..42];
        if (bits <= 24 && sum.Any(static value => value != 0))
        {
            byte[] bytes = [.. samples.SelectMany(sample => BitConverter.GetBytes((int)(sample * Math.Pow(2, bits - 1))).AsSpan(0, (bits + 7) / 8).ToArray())];
            Assert.Equal(sum, MD5.HashData(bytes));
        }
    }

    [Fact]
    public void What_a_pipe_got_is_the_same_audio()
    {
        float[] whole = AudioFile.Read(TestFiles.Jfk);
        Assert.Equal(whole[6400..8320], AudioFile.Read(TestFiles.PathOf("unknown-length.flac")));
    }

    [Fact]
    public void Samples_of_every_kind_of_subframe_are_read() => Gen.Int[0, int.MaxValue].Sample(
        seed =>
        {
            var random = new Random(seed);
            int channels = random.Next(1, 9);
            int bits = random.Next(4, 33);
            int rate = Rates[random.Next(Rates.Length)];
            bool saysLength = random.Next(2) == 0;
            var builder = new FlacBuilder(seed, channels, bits, rate, hasVariableBlocks: random.Next(2) == 0) { NamesFormat = random.Next(2) == 0, SaysLength = saysLength };
            for (int frames = random.Next(1, 5); frames > 0; frames--)
            {
                builder.Add(BlockLengths[random.Next(BlockLengths.Length)]);
            }

            using AudioReader reader = AudioFile.Open(new MemoryStream(builder.ToArray()));
            float[] samples = reader.ReadToEnd();
            Assert.Equal([.. builder.Samples.SelectMany(static frame => frame).Select(sample => (float)(sample / Math.Pow(2, bits - 1)))], samples);
            Assert.Equal((channels, rate), (reader.Channels, reader.SampleRate));
            Assert.Equal(saysLength, reader.Duration is not null);
        },
        iter: 400);

    [Fact]
    public void The_longest_blocks_and_many_frames_are_read()
    {
        var builder = new FlacBuilder(1, 2, 16).Add(65535).Add(65535);
        using AudioReader reader = AudioFile.Open(new MemoryStream(builder.ToArray()));
        Assert.Equal(2 * 2 * 65535, reader.ReadToEnd().Length);
        var many = new FlacBuilder(2, 1, 8, hasVariableBlocks: true);
        for (int i = 0; i < 5000; i++)
        {
            many.Add(16 + (i % 3));
        }

        Assert.Equal(many.Samples.Count, AudioFile.Read(new MemoryStream(many.ToArray())).Length);
    }

    [Fact]
    public void Tags_before_and_behind_are_skipped()
    {
        byte[] file = TestFiles.Bytes("unknown-length.flac");
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 2, 1, .. new byte[257]];
        byte[] withFooter = [.. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 5, .. new byte[15]];
        float[] expected = AudioFile.Read(new MemoryStream(file));
        Assert.Equal(expected, AudioFile.Read(new MemoryStream([.. tag, .. withFooter, .. file, .. "TAG"u8, .. new byte[125]])));
        byte[] known = TestFiles.Bytes("mono-8.flac");
        Assert.Equal(1920, AudioFile.Read(new MemoryStream([.. known, .. new byte[1000]])).Length);
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_is_noticed()
    {
        byte[] file = TestFiles.Bytes("mono-8.flac");
        int start = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF8]);
        int kept = 0;
        for (int bit = 8 * start; bit < 8 * file.Length; bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            try
            {
                using AudioReader reader = AudioFile.Open(new MemoryStream(changed));
                reader.ReadToEnd();
                Assert.True(reader.IsTruncated);
                kept++;
            }
            catch (InvalidDataException exception)
            {
                Assert.Matches("^The audio is damaged at 0[.0-9]* s: frame [01] \\(byte [0-9]+\\) [^\\0-\\x1f]+\\.$", exception.Message);
            }
            catch (NotSupportedException exception)
            {
                Assert.StartsWith("The audio goes on with ", exception.Message);
            }
        }

        // A frame whose codes become longer may reach behind the end of the file, which is then too short.
        Assert.InRange(kept, 0, 8 * (file.Length - start) / 10);
    }

    [Fact]
    public void Frames_that_are_missing_are_noticed()
    {
        byte[] one = new FlacBuilder(5, 1, 16) { SaysLength = false }.Add(192).ToArray();
        byte[] three = new FlacBuilder(5, 1, 16) { SaysLength = false }.Add(192).Add(192).Add(192).ToArray();
        byte[] two = new FlacBuilder(5, 1, 16) { SaysLength = false }.Add(192).Add(192).ToArray();
        byte[] file = [.. one, .. three[two.Length..]];
        Assert.Equal(
            $"The audio is damaged at 0.012 s: frame 1 (byte {one.Length}) has the number 2; expected 1, or frames are missing.",
            Assert.Throws<InvalidDataException>(() => AudioFile.Read(new MemoryStream(file))).Message);
    }

    [Fact]
    public void Frames_may_have_other_bits_than_the_file_says_but_no_other_rate_or_channels()
    {
        byte[] first = Builder(1, 16, 16_000).Add(192).ToArray();
        FlacBuilder other = Builder(1, 8, 16_000).Add(192).Add(192);
        float[] samples = AudioFile.Read(new MemoryStream([.. first, .. SecondFrame(1, 8, 16_000)]));
        Assert.Equal(384, samples.Length);
        Assert.Equal([.. other.Samples.Skip(192).Select(static frame => frame[0] / 128f)], samples[192..]);
        Assert.StartsWith(
            "The audio goes on with 1 channels at 44100 Hz at 0.012 s, and begins with 1 at 16000 Hz",
            Assert.Throws<NotSupportedException>(() => AudioFile.Read(new MemoryStream([.. first, .. SecondFrame(1, 16, 44_100)]))).Message);
        Assert.StartsWith(
            "The audio goes on with 2 channels at 16000 Hz at 0.012 s, and begins with 1 at 16000 Hz",
            Assert.Throws<NotSupportedException>(() => AudioFile.Read(new MemoryStream([.. first, .. SecondFrame(2, 16, 16_000)]))).Message);

        static FlacBuilder Builder(int channels, int bits, int rate) => new(9, channels, bits, rate) { NamesFormat = true, SaysLength = false };

        static byte[] SecondFrame(int channels, int bits, int rate) =>
            Builder(channels, bits, rate).Add(192).Add(192).ToArray()[Builder(channels, bits, rate).Add(192).ToArray().Length..];
    }

    [Fact]
    public void Of_a_truncated_file_there_are_the_whole_frames()
    {
        var builder = new FlacBuilder(3, 2, 16) { SaysLength = true };
        byte[] head = builder.Add(192).Add(256).ToArray();
        byte[] file = builder.Add(576).ToArray();
        foreach (int length in new[] { head.Length, head.Length + 1, head.Length + 7, file.Length - 1 })
        {
            using AudioReader reader = AudioFile.Open(new MemoryStream(file[..length]));
            Assert.Equal(2 * (192 + 256), reader.ReadToEnd().Length);
            Assert.True(reader.IsTruncated);
            Assert.Equal(0, reader.Read(new float[2]));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Files_of_the_program_flac_are_read_at_each_level(int bits)
    {
        using var wav = new TemporaryFile(".wav");
        InstalledProgram.Run("sox", "-D", TestFiles.Jfk, "-b", $"{bits}", "-r", "22050", wav.Path, "trim", "0", "2", "gain", "-3");
        float[] expected = AudioFile.Read(wav.Path, 22_050);
        for (int level = 0; level <= 8; level++)
        {
            foreach (string[] more in new string[][] { [], ["--blocksize=1024"], ["-p"], ["--rice-partition-order=8", "--exhaustive-model-search"] })
            {
                if (level > 3 && more.Length > 0 && level < 8)
                {
                    continue;
                }

                using var flac = new TemporaryFile(".flac");
                InstalledProgram.Run("flac", ["-s", "-f", $"-{level}", .. more, wav.Path, "-o", flac.Path]);
                Assert.Equal(expected, AudioFile.Read(flac.Path, 22_050));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Files_that_sox_writes_are_read_with_all_channels(int channels)
    {
        using var flac = new TemporaryFile(".flac");
        using var wav = new TemporaryFile(".wav");
        InstalledProgram.Run("sox", ["-D", "-r", "48000", "-n", "-b", "24", "-c", $"{channels}", flac.Path, "synth", "1", .. Enumerable.Range(1, channels).SelectMany(static i => new[] { "sine", $"{100 * i}" }), "gain", "-3"]);
        InstalledProgram.Run("sox", flac.Path, wav.Path);
        using AudioReader first = AudioFile.Open(flac.Path);
        using AudioReader second = AudioFile.Open(wav.Path);
        Assert.Equal(channels, first.Channels);
        Assert.Equal(second.ReadToEnd(), first.ReadToEnd());
    }
}
