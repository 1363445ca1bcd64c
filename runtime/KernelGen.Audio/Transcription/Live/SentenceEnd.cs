namespace KernelGen.Audio;

/// <summary>Where sentences end.</summary>
internal static class SentenceEnd
{
    private const string Marks = ".?!。？！";
    private const string Closing = "\"'”’»)]}」』）";

    /// <summary>Whether a sentence ends with a word: a full stop or the like, in front of what quotation marks and brackets there are.</summary>
    public static bool IsAfter(TranscriptWord word)
    {
        ReadOnlySpan<char> text = word.Text.AsSpan().TrimEnd().TrimEnd(Closing);
        return text.Length > 0 && Marks.Contains(text[^1]);
    }
}
