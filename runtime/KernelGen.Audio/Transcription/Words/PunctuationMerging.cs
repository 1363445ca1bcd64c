namespace KernelGen.Audio;

/// <summary>Makes punctuation a part of the word that it belongs to, so that nobody hears a comma.</summary>
internal static class PunctuationMerging
{
    /// <summary>Merges punctuation into words. What has become part of another is left empty.</summary>
    /// <param name="words">The words.</param>
    /// <param name="prepended">What belongs to the word after it.</param>
    /// <param name="appended">What belongs to the word before it.</param>
    public static void Merge(List<PlacedWord> words, string prepended, string appended)
    {
        int into = words.Count - 1;
        for (int i = words.Count - 2; i >= 0; i--)
        {
            if (words[i].Text.StartsWith(' ') && prepended.Contains(words[i].Text.Trim(), StringComparison.Ordinal))
            {
                words[into].Text = words[i].Text + words[into].Text;
                words[into].TokenCount += words[i].TokenCount;
                Empty(words[i]);
            }
            else
            {
                into = i;
            }
        }

        into = 0;
        for (int i = 1; i < words.Count; i++)
        {
            if (!words[into].Text.EndsWith(' ') && appended.Contains(words[i].Text, StringComparison.Ordinal))
            {
                words[into].Text += words[i].Text;
                words[into].TokenCount += words[i].TokenCount;
                Empty(words[i]);
            }
            else
            {
                into = i;
            }
        }
    }

    private static void Empty(PlacedWord word)
    {
        word.Text = "";
        word.TokenCount = 0;
    }
}
