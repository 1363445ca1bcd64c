using System.Text;

namespace KernelGen.Samples.Pronounce;

/// <summary>Words to tokens and tokens to phonemes: a character is a token, its index among the configuration's.</summary>
/// <param name="configuration">Which characters there are.</param>
internal sealed class WordTokens(PronouncerConfiguration configuration)
{
    /// <summary>Stands for a letter that the model does not know. The tokens of characters are above it.</summary>
    public const int Unknown = 3;

    /// <summary>The longest word: begin and end take a position each.</summary>
    public static int LongestWord => Pronouncer.Description.MaxSourceLength - 2;

    /// <summary>The tokens of a word; letters that the model does not know are <see cref="Unknown"/>.</summary>
    /// <param name="word">The word.</param>
    public int[] Encode(string word)
    {
        int[] tokens = new int[word.Length + 2];
        tokens[0] = Pronouncer.Description.StartToken;
        for (int i = 0; i < word.Length; i++)
        {
            // The first characters stand for the special tokens, which no letter is.
            int index = configuration.Graphemes.IndexOf(word[i], Unknown + 1);
            tokens[i + 1] = index < 0 ? Unknown : index;
        }

        tokens[^1] = Pronouncer.Description.EndToken;
        return tokens;
    }

    /// <summary>The phonemes of tokens; special tokens, and tokens without a phoneme, add nothing.</summary>
    /// <param name="tokens">What the model generated.</param>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var phonemes = new StringBuilder(tokens.Length);
        foreach (int token in tokens)
        {
            if (token > Unknown && token < configuration.Phonemes.Length)
            {
                phonemes.Append(configuration.Phonemes[token]);
            }
        }

        return phonemes.ToString();
    }
}
