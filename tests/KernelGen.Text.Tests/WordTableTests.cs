using System.Runtime.Intrinsics;
using System.Text;

namespace KernelGen.Text.Tests;

public class WordTableTests
{
    [Fact]
    public void Words_are_found_as_they_were_kept_until_there_is_no_room()
    {
        var table = new WordTable();
        int kept = 0;
        for (int i = 0; i < WordTable.MostWords + 1000; i++)
        {
            kept += table.Keep(Key($"w{i}"), Items(i)) ? 1 : 0;
        }

        Assert.Equal((true, WordTable.MostWords), (table.IsFull, kept));
        int found = 0;
        for (int i = 0; i < WordTable.MostWords + 1000; i++)
        {
            if (table.TryFind(Key($"w{i}"), out Vector128<int> first, out Vector128<int> rest))
            {
                found++;
                Assert.Equal(Items(i), new[] { first[0], first[1], first[2], first[3], rest[0], rest[1], rest[2], rest[3] });
            }
        }

        // A table that grows may forget words that have no place in it any more.
        Assert.InRange(found, kept - 100, kept);
    }

    [Fact]
    public void Words_that_differ_in_length_or_in_zeros_alone_are_not_the_same()
    {
        var table = new WordTable();
        string[] words = ["a", "a\0", "a\0\0", "\0", "\0a", "abcdefgh", "abcdefgh\0", "abcdefghijklmno", "abcdefghijklmn", "abcdefghijklmn\0"];
        for (int i = 0; i < words.Length; i++)
        {
            Assert.False(table.TryFind(Key(words[i]), out _, out _));
            table.Keep(Key(words[i]), Items(i));
        }

        for (int i = 0; i < words.Length; i++)
        {
            Assert.True(table.TryFind(Key(words[i]), out Vector128<int> first, out _));
            Assert.Equal(Items(i)[0], first[0]);
        }
    }

    [Fact]
    public void Threads_that_fill_a_table_and_read_it_find_nothing_but_what_was_kept()
    {
        var table = new WordTable();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 40_000; i++)
            {
                int word = (i * (thread + 1)) % 12_000;
                WordKey key = Key($"w{word}");
                if (table.TryFind(key, out Vector128<int> first, out Vector128<int> rest))
                {
                    Assert.Equal((WordTable.Item(word, 1), WordTable.Item(word, 7)), (first[0], rest[2]));
                }
                else
                {
                    table.Keep(key, Items(word));
                }
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public void Items_are_counted_to_the_first_zero(int count)
    {
        int[] items = [.. Enumerable.Range(0, 4).Select(i => i < count ? WordTable.Item(i, i + 1) : 0)];
        Assert.Equal(count, WordTable.CountOf(Vector128.Create(items)));
        Assert.Equal(items.Select(WordTable.TokenOf), Enumerable.Range(0, 4).Select(i => WordTable.TokensOf(Vector128.Create(items))[i]));
    }

    /// <summary>What follows a word is no part of its key.</summary>
    private static WordKey Key(string word)
    {
        byte[] block = new byte[WordKey.BlockSize];
        Random.Shared.NextBytes(block);
        int length = Encoding.UTF8.GetBytes(word, block);
        return new WordKey(Vector128.Create(block), length);
    }

    private static int[] Items(int token) => [.. Enumerable.Range(1, WordTable.MostTokens).Select(end => WordTable.Item(token, end)), 0];
}
