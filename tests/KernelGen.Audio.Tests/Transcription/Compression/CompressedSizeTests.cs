using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;

namespace KernelGen.Audio.Tests;

public class CompressedSizeTests
{
    [Fact]
    public void Sizes_are_those_that_pythons_zlib_makes()
    {
        var wrong = new List<string>();
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "compression", "zlib-sizes.tsv")).Skip(1))
        {
            int[] row = [.. line.Split('\t').Select(static number => int.Parse(number, CultureInfo.InvariantCulture))];
            int size = CompressedSize.Of(Bytes((uint)row[0], row[1], row[2], row[3]));
            if (size != row[4])
            {
                wrong.Add($"{line}: {size}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("", 8)]
    [InlineData("a", 9)]
    [InlineData("And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.", 79)]
    [InlineData("frog frog frog frog frog frog frog frog frog frog", 16)]
    public void Sizes_of_texts_are_those_of_zlib(string text, int expected) => Assert.Equal(expected, CompressedSize.Of(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Any_bytes_have_a_size_near_that_of_dotnets_compression() => Gen.Byte.Array[0, 3000].Sample(static bytes =>
    {
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        Assert.InRange(CompressedSize.Of(bytes), (compressed.Length * 0.9) - 16, (compressed.Length * 1.1) + 16);
    });

    [Fact]
    public void More_than_64_KiB_and_one_byte_repeated_have_a_size()
    {
        Assert.InRange(CompressedSize.Of(new byte[1_000_000]), 900, 1100);
        Assert.InRange(CompressedSize.Of(Bytes(7, 300_000, 223, 0)), 280_000, 300_100);
    }

    [Fact]
    public void The_ratio_of_an_empty_text_is_nothing() => Assert.Equal(0, CompressionRatio.Of(""));

    private static byte[] Bytes(uint seed, int length, int alphabet, int repetitions)
    {
        uint Next()
        {
            seed = (seed * 1_664_525) + 1_013_904_223;
            return seed >> 16;
        }

        var bytes = new List<byte>();
        while (bytes.Count < length)
        {
            if (bytes.Count > 0 && Next() % 100 < repetitions)
            {
                int distance = 1 + (int)(Next() % (uint)Math.Min(bytes.Count, 40_000));
                int count = 3 + (int)(Next() % 60);
                for (int i = 0; i < count && bytes.Count < length; i++)
                {
                    bytes.Add(bytes[^distance]);
                }
            }
            else
            {
                bytes.Add((byte)(32 + (Next() % (uint)alphabet)));
            }
        }

        return [.. bytes];
    }
}
