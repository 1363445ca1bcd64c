namespace KernelGen.Text.Tests;

/// <summary>Compares a tokenizer with Hugging Face's library on texts and tokens that are drawn by chance, the same on every run.</summary>
internal static class TokenizerComparison
{
    public static void Compare(HuggingFaceTokenizer tokenizer, RustTokenizer oracle, int texts, int seed)
    {
        var random = new Random(seed);
        string[] added = [.. tokenizer.AddedTokens.Select(static token => token.Content)];

        // That library skips what the file calls special; ours also a file's pad, start and end tokens, as every decoder here does.
        HashSet<int> silent = [.. new[] { tokenizer.PadToken, tokenizer.StartToken, tokenizer.EndToken }.OfType<int>()];
        var spans = new List<TokenSpan>();
        for (int i = 0; i < texts; i++)
        {
            string text = UglyTexts.Draw(random, added);
            int[] expected = oracle.Encode(text);
            int[] tokens = tokenizer.Encode(text);
            if (!(tokenizer.TruncationLength <= expected.Length))
            {
                Assert.True(expected.SequenceEqual(tokens), $"'{UglyTexts.Show(text)}' is [{string.Join(", ", expected)}] to Hugging Face's library, and [{string.Join(", ", tokens)}] here.");
            }

            AssertDecodes(tokenizer, oracle, [.. tokens.Where(token => !silent.Contains(token))]);
            AssertDecodes(tokenizer, oracle, [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(tokenizer.VocabularySize)).Where(token => !silent.Contains(token))]);
            spans.Clear();
            tokenizer.Encode(text, spans);
            AssertSpans(text, tokens, spans);
        }
    }

    private static void AssertDecodes(HuggingFaceTokenizer tokenizer, RustTokenizer oracle, int[] tokens)
    {
        string text = tokenizer.Decode(tokens);
        Assert.Equal(oracle.Decode(tokens), text);
        StreamingDecoder decoder = tokenizer.CreateDecoder();
        Assert.Equal(text, string.Concat(tokens.Select(decoder.Append)) + decoder.Flush());
    }

    /// <summary>Spans lie in the text, one after the other, but that several tokens may share a character.</summary>
    private static void AssertSpans(string text, int[] tokens, List<TokenSpan> spans)
    {
        Assert.Equal(tokens, spans.Select(static span => span.Token));
        int start = 0;
        foreach (TokenSpan span in spans)
        {
            Assert.True(
                span.Start >= start && span.Length >= 0 && span.Start + span.Length <= text.Length,
                $"'{UglyTexts.Show(text)}' of {text.Length}: a token has the place {span.Start}, {span.Length} after one that starts at {start}.");
            start = span.Start;
        }
    }
}
