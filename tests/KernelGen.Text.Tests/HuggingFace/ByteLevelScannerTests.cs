using System.Runtime.Intrinsics;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Words are cut block by block as they are byte by byte.</summary>
public class ByteLevelScannerTests
{
    [Fact]
    public void Blocks_and_bytes_give_the_same_words()
    {
        var random = new Random(7);
        string[] parts = [" ", "  ", "\t", "\n", "'", "'s", "'ll", "a", "Z", "q", "{", "@", "[", "`", "0", "9", ":", "/", "_", "-", "\0", "\u007f", "\u0085", "\u00a0", "\u00e9", "\u0301", "\u3002", "\u4dff", "\u4e00", "\u9fff", "\ua000", "\u72d7", "\ud83d\ude00", "word", "12345678"];
        int sure = 0;
        for (int round = 0; round < 50_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte[] padded = new byte[bytes.Length + WordKey.BlockSize];
            random.NextBytes(padded);
            bytes.CopyTo(padded, 0);
            for (int start = 0, end; start < bytes.Length; start = end)
            {
                end = ByteLevelScanner.WordEnd(bytes, start);
                int length = ByteLevelScanner.ShortWordLength(Vector128.Create(padded.AsSpan(start, WordKey.BlockSize)), bytes.Length - start);
                if (length > 0)
                {
                    sure++;
                    Assert.Equal(end - start, length);
                }
            }
        }

        Assert.InRange(sure, 50_000, int.MaxValue);
    }

    [Fact]
    public void Ideographs_are_letters()
    {
        for (int value = 0x4E00; value <= 0x9FFF; value++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes($"a{new Rune(value)}a");
            Assert.Equal(bytes.Length, ByteLevelScanner.WordEnd(bytes, 0));
        }
    }
}
