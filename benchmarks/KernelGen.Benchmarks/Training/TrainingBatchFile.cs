using System.Globalization;
using KernelGen.Training;

namespace KernelGen.Benchmarks.Training;

/// <summary>Batches in a file that every contender reads: a line is a pair, tokens of the source, a tab, tokens of the target; an empty line ends a batch.</summary>
internal static class TrainingBatchFile
{
    public static void Write(string path, IEnumerable<IReadOnlyList<TokenPair>> batches)
    {
        using var writer = new StreamWriter(path);
        foreach (IReadOnlyList<TokenPair> batch in batches)
        {
            foreach (TokenPair pair in batch)
            {
                writer.WriteLine($"{string.Join(' ', pair.Source.ToArray())}\t{string.Join(' ', pair.Target.ToArray())}");
            }

            writer.WriteLine();
        }
    }

    public static IReadOnlyList<PairBatch> Read(string path, int startToken)
    {
        List<PairBatch> batches = [];
        var batch = new PairBatch();
        foreach (string line in File.ReadLines(path))
        {
            if (line.Length == 0)
            {
                batches.Add(batch);
                batch = new PairBatch();
                continue;
            }

            string[] sides = line.Split('\t');
            batch.Add(Tokens(sides[0]), Tokens(sides[1]), startToken);
        }

        return batches;
    }

    private static int[] Tokens(string text) => [.. text.Split(' ').Select(static token => int.Parse(token, CultureInfo.InvariantCulture))];
}
