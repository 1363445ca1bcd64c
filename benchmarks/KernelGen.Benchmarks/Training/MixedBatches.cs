using KernelGen.Training;

namespace KernelGen.Benchmarks.Training;

/// <summary>Batches of the mixed lengths that real pairs have, each of pairs that are about equally long, as users of padded batches sort them.</summary>
internal static class MixedBatches
{
    /// <summary>Batches that are drawn from all lengths.</summary>
    private const int Count = 12;

    /// <summary>The batches of a case; <see langword="null"/> where it has no real data, or the data is not there.</summary>
    /// <param name="training">The case.</param>
    /// <param name="shared">The folder with data.</param>
    public static IReadOnlyList<IReadOnlyList<TokenPair>>? Read(TrainingCase training, string shared)
    {
        (string Path, Func<string, IEnumerable<string>> Source, Func<string, IEnumerable<string>> Target)? data = training.Name switch
        {
            "g2p" => ("cmudict/train.tsv", Letters, Words),
            "zh-en" => ("zh-en/train.tsv", Letters, Words),
            _ => null,
        };
        if (data is not { } real || Path.Combine(shared, "data", real.Path) is not { } path || !File.Exists(path))
        {
            return null;
        }

        // What matters are lengths: pieces are numbered as they come, and numbers begin again where the vocabulary ends.
        Dictionary<string, int> sources = [], targets = [];
        var pairs = new List<TokenPair>();
        foreach (string line in File.ReadLines(path))
        {
            string[] sides = line.Split('\t');
            int[] source = Numbers(real.Source(sides[0]), sources, training.Description.SourceVocabularySize);
            int[] target = [.. Numbers(real.Target(sides[1]), targets, training.Description.TargetVocabularySize), training.Description.EndToken];
            if (source.Length > 0 && source.Length <= training.Description.MaxSourceLength && target.Length <= training.Description.MaxTargetLength)
            {
                pairs.Add(new TokenPair(source, target));
            }
        }

        TokenPair[] sorted = [.. pairs.OrderBy(static pair => pair.Target.Length).ThenBy(static pair => pair.Source.Length)];
        int batches = sorted.Length / training.Pairs;
        return [.. Enumerable.Range(0, Count).Select(i => sorted.AsSpan(((2 * i) + 1) * batches / (2 * Count) * training.Pairs, training.Pairs).ToArray())];
    }

    private static IEnumerable<string> Letters(string text) => text.EnumerateRunes().Select(static rune => rune.ToString());

    private static IEnumerable<string> Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int[] Numbers(IEnumerable<string> pieces, Dictionary<string, int> known, int vocabulary)
    {
        List<int> numbers = [];
        foreach (string piece in pieces)
        {
            if (!known.TryGetValue(piece, out int number))
            {
                number = 3 + (known.Count % (vocabulary - 3));
                known.Add(piece, number);
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
