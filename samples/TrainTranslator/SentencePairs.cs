using KernelGen.Text;

namespace KernelGen.Samples.TrainTranslator;

/// <summary>What the model learns: sentences of files, and some of them two at once.</summary>
internal static class SentencePairs
{
    /// <summary>One in so many pairs is there once more, before the next one.</summary>
    private const int BetweenDoubles = 10;

    /// <summary>The characters of two sentences that are learned as one text.</summary>
    private const int LongestDouble = 40;

    /// <summary>Reads all files of a folder that are to be learned.</summary>
    /// <param name="folder">The folder with train.tsv, and svo.tsv where there is one: a line is a Chinese sentence, a tab, and an English one.</param>
    /// <returns>The sentences, one by one.</returns>
    public static List<(string Source, string Target)> Read(string folder)
    {
        List<(string Source, string Target)> sentences = [.. TextPairs.ReadLines(Path.Combine(folder, "train.tsv"))];
        string more = Path.Combine(folder, "svo.tsv");
        if (File.Exists(more))
        {
            sentences.AddRange(TextPairs.ReadLines(more));
        }

        return sentences;
    }

    /// <summary>Adds texts of two sentences, which the model would otherwise never see, and of which it would translate the first alone.</summary>
    public static IEnumerable<(string Source, string Target)> WithDoubles(IReadOnlyList<(string Source, string Target)> sentences)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            yield return sentences[i];
            if (i % BetweenDoubles == BetweenDoubles - 1)
            {
                // One from elsewhere in the list: neighbours are often the same sentence in other words.
                (string first, string firstTarget) = sentences[i];
                (string second, string secondTarget) = sentences[(int)((i * 7_919L) % sentences.Count)];
                if (first.Length + second.Length <= LongestDouble)
                {
                    yield return (first + second, $"{firstTarget} {secondTarget}");
                }
            }
        }
    }
}
