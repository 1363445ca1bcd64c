namespace KernelGen.Samples.Pronounce;

/// <summary>Phonemes in ARPAbet, without stress, and their tokens.</summary>
internal static class Phonemes
{
    /// <summary>The tokens below are padding, start and end.</summary>
    private const int First = 3;

    private static readonly string[] Known =
    [
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K",
        "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    ];

    /// <summary>The tokens of a pronunciation, without an end token.</summary>
    /// <param name="pronunciation">Phonemes with spaces between them.</param>
    /// <exception cref="FormatException">A phoneme is unknown.</exception>
    public static int[] Encode(string pronunciation) => Array.ConvertAll(pronunciation.Split(' '), static phoneme =>
        Array.BinarySearch(Known, phoneme, StringComparer.Ordinal) is int index and >= 0
            ? First + index
            : throw new FormatException($"'{phoneme}' is no phoneme of ARPAbet without stress"));

    /// <summary>The phonemes of tokens, with spaces between them; special tokens add nothing.</summary>
    public static string Decode(ReadOnlySpan<int> tokens)
    {
        var phonemes = new List<string>(tokens.Length);
        foreach (int token in tokens)
        {
            if (token >= First && token < First + Known.Length)
            {
                phonemes.Add(Known[token - First]);
            }
        }

        return string.Join(' ', phonemes);
    }
}
