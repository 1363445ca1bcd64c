using System.Text;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;
using KernelGen.Text;

namespace KernelGen.Benchmarks.Tokenization;

/// <summary>How fast text becomes tokens: sentences, beside other libraries, and lines that grow.</summary>
internal static class TokenizationSections
{
    private static readonly int[] LineBytes = [250_000, 500_000, 1_000_000];
    private static readonly string[] LineParts = ["The dog chases the cat. ", "a", "狗"];

    /// <summary>Measures.</summary>
    /// <param name="folders">Where models and sentences are.</param>
    /// <param name="seconds">How long to measure each contender.</param>
    public static IReadOnlyList<Section> Measure(Folders folders, double seconds) => [Sentences(folders, seconds), Lines(folders, seconds)];

    private static Section Sentences(Folders folders, double seconds)
    {
        string[] sentences = [.. File.ReadLines(Path.Combine(folders.TranslationModel, "word-order.tsv")).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t')[1])];
        (string Name, string[] Lines)[] texts = [("English sentences", sentences), HuggingFaceSections.Documents(folders)];
        var rows = new List<string[]>();
        var watch = OtherLoad.Watch();
        foreach ((string name, TokenizerContender[] contenders) in Contenders(folders))
        {
            foreach ((string text, string[] lines) in texts)
            {
                double megabytes = lines.Sum(Encoding.UTF8.GetByteCount) / 1e6;
                int[] tokens = new int[contenders.Length];
                Times[] times = Timing.ShortInTurns([.. contenders.Select((contender, index) => (Action)(() => tokens[index] = lines.Sum(contender.Count)))], seconds);
                for (int i = 0; i < contenders.Length; i++)
                {
                    long allocated = GC.GetAllocatedBytesForCurrentThread();
                    int count = lines.Sum(contenders[i].Count);
                    allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                    rows.Add([
                        name, text, contenders[i].Library, Cells.Number(tokens[i], 0), Cells.Number(megabytes / times[i].Minimum, 2), Cells.Number(megabytes / times[i].Median, 2),
                        Cells.Number(times[i].Minimum / times[0].Minimum, 2), Cells.Number((double)allocated / count, 1),
                    ]);
                }
            }
        }

        return new Section(
            "Tokenizers",
            [$"{sentences.Length} English sentences of tests/Shared/zh-en, which have few words, and lines of this repository's documents, which have many that the models know no piece of; one after the other on one thread, in turns; bytes are those that were allocated.", OtherLoad.Note([watch.Percent()])],
            [
                new("model", IsText: true), new("text", IsText: true), new("library", IsText: true), new("tokens"), new("MB/s, best"), new("MB/s, median"), new("time, KernelGen = 1"), new("bytes a token"),
            ],
            rows);
    }

    private static Section Lines(Folders folders, double seconds)
    {
        var rows = new List<string[]>();
        var watch = OtherLoad.Watch();
        foreach (string name in new[] { "bpe", "unigram" })
        {
            TokenizerContender tokenizer = TokenizerContender.Of(SentencePieceTokenizer.Load(ModelPath(folders, name)));
            foreach (string part in LineParts)
            {
                string[] lines = [.. LineBytes.Select(bytes => string.Concat(Enumerable.Repeat(part, bytes / Encoding.UTF8.GetByteCount(part))))];
                Times[] times = Timing.LongInTurns([.. lines.Select(line => (Action)(() => tokenizer.Count(line)))], seconds);
                rows.Add([name, $"\"{part}\"", .. times.Select(static time => Cells.Milliseconds(time.Minimum)), Cells.Number(times[^1].Minimum / times[0].Minimum, 2)]);
            }
        }

        return new Section(
            "Long lines",
            ["One line of the same again and again; the shortest time in milliseconds. In proportion to the length it would be 4 times as long at the end; a heap of n merges takes n log n.", OtherLoad.Note([watch.Percent()])],
            [new("model", IsText: true), new("line of", IsText: true), .. LineBytes.Select(static bytes => new Column($"{bytes / 1000} KB")), new("growth")],
            rows);
    }

    private static IEnumerable<(string Name, TokenizerContender[] Contenders)> Contenders(Folders folders)
    {
        foreach ((string name, string path) in new[] { ("tests/Shared/zh-en, BPE", Path.Combine(folders.TranslationModel, "target.spm")), ("unigram", ModelPath(folders, "unigram")) })
        {
            yield return (name, [TokenizerContender.Of(SentencePieceTokenizer.Load(path)), TokenizerContender.MicrosoftSentencePiece(path)]);
        }
    }

    private static string ModelPath(Folders folders, string name) =>
        Path.Combine(folders.Repository, "tests", "KernelGen.Text.Tests", "Data", "sentencepiece", $"{name}.model");
}
