using System.Text;
using CsCheck;

namespace KernelGen.Text.Tests;

public class PieceTrieTests
{
    [Fact]
    public void Pieces_are_found_as_in_a_dictionary() => Gen.String[Gen.Char["ab\u00e9\u72d7\0"], 1, 6].Array[0, 60].Sample(
        texts =>
        {
            var trie = new PieceTrie();
            var expected = new Dictionary<string, int>();
            for (int i = 0; i < texts.Length; i++)
            {
                int there = trie.Add(Encoding.UTF8.GetBytes(texts[i]), i);
                Assert.Equal(expected.TryGetValue(texts[i], out int first) ? first : PieceTrie.None, there);
                expected.TryAdd(texts[i], i);
            }

            foreach (string text in texts.Concat(["a", "ab", "\u72d7", "\u72d7\u00e9\0", "c"]))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                Assert.Equal(expected.GetValueOrDefault(text, PieceTrie.None), trie.Find(bytes));
                int longest = expected.Keys.Where(key => text.StartsWith(key, StringComparison.Ordinal)).Select(Encoding.UTF8.GetByteCount).DefaultIfEmpty().Max();
                Assert.Equal(longest, trie.LongestPrefix(bytes));
            }
        },
        iter: 1_000,
        threads: 1);

    [Fact]
    public void A_hundred_thousand_pieces_are_all_found()
    {
        var trie = new PieceTrie();
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(PieceTrie.None, trie.Add(Encoding.UTF8.GetBytes($"{i * 7919L}."), i));
        }

        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(i, trie.Find(Encoding.UTF8.GetBytes($"{i * 7919L}.")));
        }

        Assert.Equal(PieceTrie.None, trie.Find("7918."u8));
        Assert.Equal(PieceTrie.None, trie.Find("7919"u8));
        Assert.Equal(PieceTrie.None, trie.Find([]));
    }

    [Fact]
    public void More_bytes_than_a_trie_holds_are_refused()
    {
        var trie = new PieceTrie(mostBytes: 1000);
        byte[] text = new byte[1000];
        Assert.Equal(PieceTrie.None, trie.Add(text, 0));
        Assert.Equal(0, trie.Find(text));
        Assert.Equal("its pieces have more than 1000 bytes together", Assert.Throws<InvalidDataException>(() => trie.Add("a"u8, 1)).Message);
    }
}
