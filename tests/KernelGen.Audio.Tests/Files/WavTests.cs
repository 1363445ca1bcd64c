using System.Buffers.Binary;
using CsCheck;

namespace KernelGen.Audio.Tests;

public sealed class WavTests
{
    public static TheoryData<int, int> IntegerFormats =>
        [.. from bits in new[] { 8, 16, 24, 32 } from channels in new[] { 1, 2, 3, 6, 8, 64 } select (bits, channels)];

    [Theory]
    [MemberData(nameof(IntegerFormats))]
    public void Integers_of_each_width_become_fractions_of_the_greatest(int bits, int channels)
    {
        foreach (bool isExtensible in new[] { false, true })
        {
            long least = -1L << (bits - 1);
            long[] values = [least, -least - 1, 0, 1, -1, least / 2, 12, -13, .. Enumerable.Range(0, 5000 * channels).Select(i => (i * 7919L % (1L << bits)) + least)];
            values = values[..(values.Length / channels * channels)];
            byte[] file = new WavBuilder { Bits = (ushort)bits, Channels = (ushort)channels, IsExtensible = isExtensible, SampleRate = 48_000, Samples = Bytes(values, bits) }.ToArray();
            using AudioReader reader = AudioFile.Open(new MemoryStream(file));
            Assert.Equal(48_000, reader.SampleRate);
            Assert.Equal(channels, reader.Channels);
            Assert.Equal(TimeSpan.FromTicks(values.Length / channels * 10_000_000L / 48_000), reader.Duration);
            Assert.Equal([.. values.Select(value => (float)(value / Math.Pow(2, bits - 1)))], reader.ReadToEnd());
            Assert.False(reader.IsTruncated);
        }
    }

    [Theory]
    [InlineData(12, 4)]
    [InlineData(20, 4)]
    [InlineData(5, 3)]
    public void Bits_that_fill_no_byte_are_the_highest_of_it(int bits, int unused)
    {
        int wide = bits + unused;
        long[] values = [0, 1L << unused, -1L << unused, -1L << (wide - 1), (1L << (wide - 1)) - (1L << unused)];
        byte[] file = new WavBuilder { Bits = (ushort)bits, Samples = Bytes(values, wide) }.ToArray();
        Assert.Equal([.. values.Select(value => (float)(value / Math.Pow(2, wide - 1)))], AudioFile.Read(new MemoryStream(file)));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Floating_point_numbers_are_as_they_are(int bits)
    {
        float[] values = [0, 1, -1, 0.1f, -1e-20f, 2.5f, 32768];
        byte[] bytes = [.. values.SelectMany(value => bits == 32 ? BitConverter.GetBytes(value) : BitConverter.GetBytes((double)value))];
        Assert.Equal(values, AudioFile.Read(new MemoryStream(new WavBuilder { Codec = 3, Bits = (ushort)bits, Samples = bytes }.ToArray())));
        Assert.Equal(values, AudioFile.Read(new MemoryStream(new WavBuilder { Codec = 3, Bits = (ushort)bits, IsExtensible = true, Samples = bytes }.ToArray())));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinite")]
    [InlineData(float.NegativeInfinity, "infinite")]
    [InlineData(1e20f, "1E+20")]
    public void A_sample_that_is_no_sample_is_refused_with_its_time(float bad, string name)
    {
        float[] values = new float[40_000];
        values[36_001] = bad;
        values[36_100] = float.NaN;
        foreach (int bits in new[] { 32, 64 })
        {
            byte[] bytes = [.. values.SelectMany(value => bits == 32 ? BitConverter.GetBytes(value) : BitConverter.GetBytes((double)value))];
            using var file = new TemporaryFile(".wav", new WavBuilder { Codec = 3, Bits = (ushort)bits, Channels = 2, Samples = bytes }.ToArray());
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.Path));
            Assert.Equal($"The file '{file.Path}' has a sample at 1.125 s (byte {44 + (36_001 * bits / 8)}) that is {name}; expected a number from -1 to 1.", exception.Message);
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Logarithmic_samples_rise_with_their_loudness_and_have_the_values_of_G711(int codec)
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(static code => (byte)code)];
        float[] samples = AudioFile.Read(new MemoryStream(new WavBuilder { Codec = (ushort)codec, Bits = 8, Samples = codes }.ToArray()));
        Assert.Equal(codec == 6 ? 256 : 255, samples.Distinct().Count());
        Assert.Equal(0, samples.Sum());
        int[] known = codec == 6
            ? [.. new[] { 0xD5, 0xD4, 0x55, 0xAA, 0x2A, 0x80, 0xC5 }.Select(code => (int)(samples[code] * 32768))]
            : [.. new[] { 0xFF, 0x7F, 0xFE, 0x80, 0x00, 0xF0, 0xEF }.Select(code => (int)(samples[code] * 32768))];
        Assert.Equal(codec == 6 ? [8, 24, -8, 32256, -32256, 5504, 264] : new[] { 0, 0, 8, 32124, -32124, 120, 132 }, known);
    }

    [Fact]
    public void Each_code_of_G711_decodes_as_sox_decodes_it()
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(static code => (byte)code)];
        foreach (ushort codec in new ushort[] { 6, 7 })
        {
            using var file = new TemporaryFile(".wav", new WavBuilder { Codec = codec, Bits = 8, Samples = codes }.ToArray());
            using var converted = new TemporaryFile(".wav");
            InstalledProgram.Run("sox", "-D", file.Path, "-b", "16", "-e", "signed-integer", converted.Path);
            Assert.Equal(AudioFile.Read(converted.Path), AudioFile.Read(file.Path));
        }
    }

    [Fact]
    public void Chunks_around_the_samples_are_skipped_with_their_padding()
    {
        byte[] samples = Bytes([1, 2, -3], 16);
        byte[] file = new WavBuilder { Samples = samples }.Before("LIST", 1, 2, 3).Before("junk").Before("JUNK", new byte[100_001]).After("LIST", 9, 9, 9, 9, 9).ToArray();
        Assert.Equal([1 / 32768f, 2 / 32768f, -3 / 32768f], AudioFile.Read(new MemoryStream(file)));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 36u)]
    [InlineData(0u, uint.MaxValue)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(uint.MaxValue, 0u)]
    public void A_length_that_was_not_known_means_all_that_comes(uint dataLength, uint riffLength)
    {
        byte[] file = new WavBuilder { Samples = Bytes([1, 2, -3], 16), DataLength = dataLength, RiffLength = riffLength }.ToArray();
        using AudioReader seekable = AudioFile.Open(new MemoryStream(file));
        Assert.Equal(TimeSpan.FromTicks(3 * 625), seekable.Duration);
        Assert.Equal(3, seekable.ReadToEnd().Length);
        using AudioReader forward = AudioFile.Open(new ForwardStream(file, 3));
        Assert.Null(forward.Duration);
        Assert.Equal(3, forward.ReadToEnd().Length);
        Assert.False(forward.IsTruncated);
    }

    [Fact]
    public void No_samples_before_other_chunks_are_no_samples() =>
        Assert.Empty(AudioFile.Read(new MemoryStream(new WavBuilder().After("LIST", 1, 2, 3, 4).ToArray())));

    [Fact]
    public void Long_files_say_their_length_elsewhere()
    {
        byte[] file = new WavBuilder { Samples = Bytes([1, 2, -3], 16), LongDataLength = 4 }.After("LIST", 1, 2, 3, 4).ToArray();
        Assert.Equal([1 / 32768f, 2 / 32768f], AudioFile.Read(new MemoryStream(file)));
        "BW64"u8.CopyTo(file);
        Assert.Equal(2, AudioFile.Read(new MemoryStream(file)).Length);
        using AudioReader reader = AudioFile.Open(new ForwardStream(new WavBuilder { Samples = new byte[10], LongDataLength = 32_000 * 86_400L }.ToArray(), 100));
        Assert.Equal(TimeSpan.FromDays(1), reader.Duration);
    }

    [Fact]
    public void Of_a_truncated_file_there_is_what_is_there()
    {
        byte[] file = new WavBuilder { Channels = 2, Samples = Bytes([.. Enumerable.Range(0, 1000).Select(static i => (long)i)], 16) }.ToArray();
        for (int missing = 1; missing < 100; missing++)
        {
            using AudioReader reader = AudioFile.Open(new MemoryStream(file[..^missing]));
            Assert.Equal((2000 - missing) / 4 * 2, reader.ReadToEnd().Length);
            Assert.True(reader.IsTruncated);
        }
    }

    [Fact]
    public void Any_way_to_read_gives_the_same() => (from part in Gen.Int[2, 3000] from room in Gen.Int[2, 3000] select (part, room)).Sample(
        parts =>
        {
            byte[] file = new WavBuilder { Channels = 2, Samples = Bytes([.. Enumerable.Range(0, 6000).Select(static i => i * 31L % 20_000)], 16) }.ToArray();
            using AudioReader reader = AudioFile.Open(new ForwardStream(file, parts.part));
            var all = new List<float>();
            float[] room = new float[parts.room];
            for (int read; (read = reader.Read(room)) > 0;)
            {
                Assert.Equal(0, read % 2);
                all.AddRange(room.AsSpan(0, read));
            }

            return all.Count == 6000 && all.Select(static (sample, i) => sample == i * 31L % 20_000 / 32768f).All(static same => same);
        },
        iter: 100);

    [Fact]
    public void Formats_that_cannot_be_are_refused_with_their_place()
    {
        Refused(new WavBuilder { Channels = 0, BytesPerFrame = 2 }, "has 0 channels (byte 22); expected 1 to 64.");
        Refused(new WavBuilder { Channels = 65 }, "has 65 channels (byte 22); expected 1 to 64.");
        Refused(new WavBuilder { SampleRate = 999 }, "has a sample rate of 999 Hz; expected 1000 to 768000 Hz. Its header is damaged.");
        Refused(new WavBuilder { SampleRate = uint.MaxValue }, "has a sample rate of 4294967295 Hz");
        Refused(new WavBuilder { Bits = 0, BytesPerFrame = 2 }, "has 0 bits for each sample of PCM (byte 34); expected 1 to 32.");
        Refused(new WavBuilder { Bits = 64 }, "has 64 bits for each sample of PCM (byte 34); expected 1 to 32.");
        Refused(new WavBuilder { Codec = 3, Bits = 16 }, "has 16 bits for each sample of floating-point numbers (byte 34); expected 32 or 64.");
        Refused(new WavBuilder { BytesPerFrame = 4 }, "has 4 bytes for 1 samples of 16 bits (byte 32); expected 2.");

        static void Refused(WavBuilder file, string expected)
        {
            using var stored = new TemporaryFile(".wav", file.ToArray());
            string message = Assert.Throws<InvalidDataException>(() => AudioFile.Open(stored.Path)).Message;
            Assert.StartsWith($"The file '{stored.Path}' {expected}", message);
            Assert.StartsWith($"The audio {expected}", Assert.Throws<InvalidDataException>(() => AudioFile.Open(new MemoryStream(file.ToArray()))).Message);
        }
    }

    [Theory]
    [InlineData(0x11, "IMA ADPCM")]
    [InlineData(0x55, "MP3")]
    [InlineData(0xF1AC, "FLAC in WAV")]
    [InlineData(0x1234, "the codec 0x1234")]
    public void Other_codecs_are_named(int codec, string name)
    {
        foreach (bool isExtensible in new[] { false, true })
        {
            string message = Assert.Throws<NotSupportedException>(() => AudioFile.Open(new MemoryStream(new WavBuilder { Codec = (ushort)codec, IsExtensible = isExtensible }.ToArray()))).Message;
            Assert.StartsWith($"The audio is WAV with {name}, which is not read here. Convert it: ffmpeg", message);
        }
    }

    [Fact]
    public void A_file_without_format_or_samples_is_refused()
    {
        byte[] file = new WavBuilder { Samples = [1, 2] }.ToArray();
        Assert.Equal("The audio ends at byte 36 without samples; expected the chunk 'data'.", Message(file[..36]));
        Assert.Equal("The audio ends at byte 12 without samples; expected the chunk 'fmt ' and then the chunk 'data'.", Message(file[..12]));
        Assert.Equal("The audio has samples at byte 12 before it says what they are; expected the chunk 'fmt ' before the chunk 'data'.", Message([.. file[..12], .. file[36..]]));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), 15);
        Assert.Equal("The audio has 15 bytes in its chunk 'fmt ' (byte 20); expected at least 16.", Message(file));

        static string Message(byte[] file) => Assert.Throws<InvalidDataException>(() => AudioFile.Open(new MemoryStream(file))).Message;
    }

    private static byte[] Bytes(long[] values, int bits)
    {
        int width = bits / 8;
        byte[] bytes = new byte[values.Length * width];
        for (int i = 0; i < values.Length; i++)
        {
            long value = bits == 8 ? values[i] + 128 : values[i];
            for (int j = 0; j < width; j++)
            {
                bytes[(i * width) + j] = (byte)(value >> (8 * j));
            }
        }

        return bytes;
    }
}
