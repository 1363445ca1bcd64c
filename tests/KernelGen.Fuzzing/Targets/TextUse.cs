using KernelGen.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Encodes and decodes with a tokenizer that may hold anything.</summary>
internal static class TextUse
{
    private static readonly string[] Texts =
    [
        "a", "", " ab  ba ", "dog cat", "The dog chases the cat.", "\u72d7\u8ffd\u732b\u3002", ">>fra<< ab", "a\ud800b", "\ud83d\ude00\u00e9", "\0\u0001\uffff", "\uff21\uff22 \ufb01", "<unk></s>",
        "abababababababababababababababab", new('a', 3000), string.Concat(Enumerable.Repeat(" \u2581<s>a\u00e9\u0301\t", 200)),
    ];

    /// <summary>Encodes a text and decodes what comes of it; decodes all tokens.</summary>
    public static void Run(ITokenizer tokenizer, int variant)
    {
        string text = Texts[variant % Texts.Length];
        int[] tokens = tokenizer.Encode(text);
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)tokenizer.VocabularySize)
            {
                throw new FindingException($"'{text}' was encoded to the token {token}; the vocabulary has {tokenizer.VocabularySize}.");
            }
        }

        if (tokenizer is ISpanTokenizer spanTokenizer)
        {
            CheckSpans(spanTokenizer, text, tokens);
        }

        Decode(tokenizer, tokens);
        Decode(tokenizer, [.. Enumerable.Range(0, Math.Min(tokenizer.VocabularySize, 300))]);
    }

    private static void CheckSpans(ISpanTokenizer tokenizer, string text, int[] tokens)
    {
        var spans = new List<TokenSpan>();
        tokenizer.Encode(text, spans);
        if (!spans.Select(static span => span.Token).SequenceEqual(tokens))
        {
            throw new FindingException($"'{text}' was encoded to other tokens with their places than without.");
        }

        int start = 0;
        foreach (TokenSpan span in spans)
        {
            if (span.Start < start || span.Length < 0 || span.Start + span.Length > text.Length)
            {
                throw new FindingException($"Of '{text}', the token {span.Token} is at {span.Start}, {span.Length} long.");
            }

            start = span.Start;
        }
    }

    /// <summary>Decodes at once and piece by piece.</summary>
    public static void Decode(ITokenDecoder decoder, int[] tokens)
    {
        string whole = decoder.Decode(tokens);
        StreamingDecoder streaming = decoder.CreateDecoder();
        string parts = string.Concat(tokens.Select(streaming.Append)) + streaming.Flush();
        if (parts != whole)
        {
            throw new FindingException($"Decoded at once: '{whole}'; piece by piece: '{parts}'.");
        }
    }
}
