using KernelGen.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Encodes and decodes with a tokenizer that may hold anything.</summary>
internal static class TextUse
{
    private static readonly string[] Texts =
    [
        "a", "", " ab  ba ", "dog cat", "The dog chases the cat.", "\u72d7\u8ffd\u732b\u3002", ">>fra<< ab", "a\ud800b", "\ud83d\ude00\u00e9", "\0\u0001\uffff", "\uff21\uff22 \ufb01", "<unk></s>",
        "abababababababababababababababab",
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

        Decode(tokenizer, tokens);
        Decode(tokenizer, [.. Enumerable.Range(0, Math.Min(tokenizer.VocabularySize, 300))]);
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
