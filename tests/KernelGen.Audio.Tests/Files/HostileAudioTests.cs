namespace KernelGen.Audio.Tests;

/// <summary>Files that were cut, or in which bits were turned: they are read or refused as documented.</summary>
public sealed class HostileAudioTests
{
    public static TheoryData<string> Files => ["wav", "extensible", "rf64", "flac", "flac-all"];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_cut_anywhere_is_read_or_refused(string name)
    {
        byte[] file = FileOf(name);
        for (int length = 0; length < file.Length; length++)
        {
            Read(file[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_any_bit_turned_is_read_or_refused(string name)
    {
        byte[] file = FileOf(name);
        for (int bit = 0; bit < 8 * Math.Min(file.Length, 3000); bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Read(changed);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_any_byte_at_an_extreme_is_read_or_refused(string name)
    {
        byte[] file = FileOf(name);
        for (int i = 0; i < Math.Min(file.Length, 400); i++)
        {
            foreach (byte value in new byte[] { 0, 0x7F, 0x80, 0xFF })
            {
                byte[] changed = [.. file];
                changed[i] = value;
                Read(changed);
                changed.AsSpan(i, Math.Min(4, changed.Length - i)).Fill(value);
                Read(changed);
            }
        }
    }

    private static byte[] FileOf(string name) => name switch
    {
        "wav" => new WavBuilder { Channels = 2, Samples = new byte[200] }.Before("LIST", 1, 2, 3).ToArray(),
        "extensible" => new WavBuilder { Codec = 3, Bits = 32, IsExtensible = true, Samples = new byte[200] }.ToArray(),
        "rf64" => new WavBuilder { LongDataLength = 100, Samples = new byte[200] }.ToArray(),
        "flac" => TestFiles.Bytes("mono-8.flac"),
        _ => new FlacBuilder(11, 2, 12, hasVariableBlocks: true) { NamesFormat = true }.Add(192).Add(40).Add(256).Add(64).Add(16).Add(17).ToArray(),
    };

    private static void Read(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using AudioReader reader = AudioFile.Open(new MemoryStream(file));
            Assert.InRange(reader.SampleRate, 1_000, 768_000);
            float[] samples = new float[4096];
            while (reader.Read(samples) > 0)
            {
                Assert.Equal(-1, samples.AsSpan().IndexOfAnyExceptInRange(-4294967296f, 4294967296f));
            }
        }
        catch (InvalidDataException exception)
        {
            Assert.StartsWith("The audio ", exception.Message);
        }
        catch (NotSupportedException exception)
        {
            Assert.StartsWith("The audio ", exception.Message);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }
}
