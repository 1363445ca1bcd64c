using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Cuts tokens into words: at spaces, or in languages that write none, between characters.</summary>
/// <param name="tokens">The tokens of the model.</param>
internal sealed class WordSplitter(WhisperTokens tokens)
{
    private const char Replacement = '\uFFFD';

    /// <summary>ASCII's punctuation. Where all of a piece is part of it, the piece is a word.</summary>
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private static readonly ImmutableArray<string> LanguagesWithoutSpaces = ["zh", "ja", "th", "lo", "my", "yue"];

    /// <summary>Cuts tokens of text into words.</summary>
    /// <param name="text">The tokens; the end token may be the last.</param>
    /// <param name="language">The code of their language.</param>
    /// <returns>The words; their tokens together are those of the text.</returns>
    public List<WordTokens> Split(ReadOnlySpan<int> text, string language) =>
        LanguagesWithoutSpaces.Contains(language) ? SplitBetweenCharacters(text) : SplitAtSpaces(text);

    /// <summary>Cuts tokens where what is before the cut is whole characters.</summary>
    public List<WordTokens> SplitBetweenCharacters(ReadOnlySpan<int> text)
    {
        string whole = tokens.DecodeWithTimestamps(text);
        var words = new List<WordTokens>();
        int start = 0;
        int offset = 0;
        for (int end = 1; end <= text.Length; end++)
        {
            string word = tokens.DecodeWithTimestamps(text[start..end]);
            int broken = word.IndexOf(Replacement, StringComparison.Ordinal);

            // A replacement character that the whole text has at this place, too, is no half of a character: its bytes are no UTF-8.
            if (broken < 0 || (offset + broken < whole.Length && whole[offset + broken] == Replacement) || end == text.Length)
            {
                words.Add(new WordTokens(word, [.. text[start..end]]));
                start = end;
                offset += word.Length;
            }
        }

        return words;
    }

    /// <summary>Cuts tokens before spaces, and around punctuation and special tokens.</summary>
    public List<WordTokens> SplitAtSpaces(ReadOnlySpan<int> text)
    {
        var words = new List<WordTokens>();
        foreach (WordTokens piece in SplitBetweenCharacters(text))
        {
            bool isWordOfItsOwn = piece.Tokens[0] >= tokens.End
                || piece.Text.StartsWith(' ')
                || Punctuation.Contains(piece.Text.Trim(), StringComparison.Ordinal);
            if (isWordOfItsOwn || words.Count == 0)
            {
                words.Add(piece);
            }
            else
            {
                words[^1] = new WordTokens(words[^1].Text + piece.Text, words[^1].Tokens.AddRange(piece.Tokens));
            }
        }

        return words;
    }
}
