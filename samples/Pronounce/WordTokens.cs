using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Pronounce;

/// <summary>Words to tokens and tokens to phonemes: a character is a token, its index among the configuration's.</summary>
/// <param name="configuration">Which characters there are.</param>
internal sealed class WordTokens(PronouncerConfiguration configuration)
{
    /// <summary>Stands for a letter that the model does not know. The tokens of characters are above it.</summary>
    public const int UnknownToken = 3;

    /// <summary>The longest word: begin and end take a position each.</summary>
    public static int LongestWord => Pronouncer.Description.MaxSourceLength - 2;

    /// <summary>The tokens of a word; letters that the model does not know are <see cref="UnknownToken"/>.</summary>
    /// <param name="word">The word.</param>
    public int[] Encode(string word)
    {
        int[] tokens = new int[word.Length + 2];
        tokens[0] = Pronouncer.Description.StartToken;
        for (int i = 0; i < word.Length; i++)
        {
            int index = IndexOf(word[i]);
            tokens[i + 1] = index < 0 ? UnknownToken : index;
        }

        tokens[^1] = Pronouncer.Description.EndToken;
        return tokens;
    }

    /// <summary>The letters of a word that the model does not know, with their places; empty where it knows all.</summary>
    /// <param name="word">The word.</param>
    public string Unknown(string word)
    {
        var unknown = new StringBuilder();
        int place = 0;
        int index = 0;
        foreach (Rune letter in word.EnumerateRunes())
        {
            place++;
            if (IndexOf(word[index]) < 0)
            {
                unknown.Append(unknown.Length > 0 ? ", " : "").Append(IsPrintable(letter) ? letter : Rune.ReplacementChar).Append($" (letter {place})");
            }

            index += letter.Utf16SequenceLength;
        }

        return unknown.ToString();
    }

    /// <summary>The phonemes of tokens; special tokens, and tokens without a phoneme, add nothing.</summary>
    /// <param name="tokens">What the model generated.</param>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var phonemes = new StringBuilder(tokens.Length);
        foreach (int token in tokens)
        {
            if (token > UnknownToken && token < configuration.Phonemes.Length)
            {
                phonemes.Append(configuration.Phonemes[token]);
            }
        }

        return phonemes.ToString();
    }

    /// <summary>The token of a letter. The first characters stand for the special tokens, which no letter is.</summary>
    private int IndexOf(char letter) => configuration.Graphemes.IndexOf(letter, UnknownToken + 1);

    /// <summary>Whether a letter does nothing to a terminal but stand there.</summary>
    private static bool IsPrintable(Rune letter) => Rune.GetUnicodeCategory(letter) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
