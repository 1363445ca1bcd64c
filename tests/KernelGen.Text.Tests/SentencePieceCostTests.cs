using System.Diagnostics;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>What encoding costs: time in proportion to the text, and nothing on the heap.</summary>
public class SentencePieceCostTests
{
    public static TheoryData<string> Models => [.. SentencePieceModels.Names];

    /// <summary>A megabyte in one line. Whatever looked at pairs of its characters would take hours.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void A_line_of_a_megabyte_is_encoded_in_time(string name)
    {
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load(name);
        var tokens = new List<int>();
        foreach (string part in new[] { "The dog chases the cat. ", "a", "ab", "\u72d7", " ", "\u2026", "<sep>", "\ud83d" })
        {
            string text = string.Concat(Enumerable.Repeat(part, 1_000_000 / Encoding.UTF8.GetByteCount(part)));
            tokens.Clear();
            var clock = Stopwatch.StartNew();
            tokenizer.Encode(text, tokens);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"'{part}' again and again took {clock.Elapsed}.");
            Assert.InRange(tokens.Count, part is " " && !name.Contains("identity", StringComparison.Ordinal) ? 0 : 1, 3_000_000);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_warm_tokenizer_allocates_nothing(string name)
    {
        SentencePieceTokenizer tokenizer = SentencePieceModels.Load(name);
        var tokens = new List<int>(1 << 20);
        var spans = new List<TokenSpan>(1 << 20);
        string[] texts =
        [
            "The dog chases the cat.", "  \u2026 \u72d7\u8ffd\u732b\u3002 \ud83d\ude00 <sep> \ud83d x\u0301", string.Concat(Enumerable.Repeat("It is \u00bd past 9\u3000already, Tom said. ", 2_000)),
        ];
        long allocated = 0;
        int differences = 0;

        // The shared pool makes a list for each core when the first buffer is given back on it, and a thread may move: it is warm once a round allocates nothing.
        for (int round = 0; round < 3 || (allocated > 0 && round < 20); round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (string text in texts)
            {
                tokens.Clear();
                spans.Clear();
                tokenizer.Encode(text, tokens);
                tokenizer.Encode(text, spans);
                differences += Math.Abs(tokens.Count - spans.Count);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal((0, 0), (allocated, differences));
    }
}
