using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;
using KernelGen.Text;

namespace KernelGen.Benchmarks.Tokenization;

/// <summary>Tokenizers of Hugging Face's models: reading their files, and encoding, beside Microsoft.ML.Tokenizers and Hugging Face's own library in Rust.</summary>
internal static class HuggingFaceSections
{
    private const int Loads = 9;

    /// <summary>Measures the tokenizers that are there.</summary>
    /// <param name="seconds">How long to measure each contender.</param>
    /// <param name="folders">Where the tokenizers' files and the texts are.</param>
    public static IReadOnlyList<Section> Measure(double seconds, Folders folders)
    {
        string[] names = [.. new[] { "whisper", "moonshine", "pegasus", "t5-like" }.Where(name => File.Exists(FileOf(folders, name)))];
        return names.Length == 0
            ? [new Section("Tokenizers", [$"Left out: {Path.Combine(folders.Shared, "tokenizers")} is not there."], [new("tokenizer", IsText: true)], [])]
            : [Loading(names, folders), Encoding(names, seconds, folders)];
    }

    /// <summary>This repository's own documents.</summary>
    public static (string Name, string[] Lines) Documents(Folders folders)
    {
        string[] files = [.. Directory.GetFiles(folders.Repository, "README.md", SearchOption.AllDirectories).Where(static path => !path.Contains("node_modules", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return ("English, with code", [.. files.SelectMany(File.ReadLines).Where(static line => line.Length > 0)]);
    }

    private static string FileOf(Folders folders, string name) => Path.Combine(folders.Shared, "tokenizers", name, "tokenizer.json");

    /// <summary>Processor time, so that what else the machine does counts less; the first of all includes what the JIT compiles.</summary>
    private static Section Loading(string[] names, Folders folders)
    {
        var watch = OtherLoad.Watch();
        var rows = new List<string[]>();
        foreach (string name in names)
        {
            string path = FileOf(folders, name);
            double[] times = new double[Loads];
            for (int i = 0; i < Loads; i++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                HuggingFaceTokenizer.Load(path);
                times[i] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            }

            Times warm = Times.Of(times[1..]);
            rows.Add([name, Cells.Number(new FileInfo(path).Length / 1e6, 2), Cells.Milliseconds(times[0]), .. Cells.Times(warm)]);
        }

        return new Section(
            "Reading tokenizer.json",
            [$"Processor time of all threads, files in the page cache; {Loads - 1} times after the first, which, in the first row, includes the JIT's work.", OtherLoad.Note([watch.Percent()])],
            [new("file", IsText: true), new("MB"), new("first, ms"), new("least, ms"), new("median, ms")],
            rows);
    }

    private static Section Encoding(string[] names, double seconds, Folders folders)
    {
        var watch = OtherLoad.Watch();
        var rows = new List<string[]>();
        foreach ((string text, string[] lines) in Texts(folders))
        {
            double bytes = lines.Sum(static line => System.Text.Encoding.UTF8.GetByteCount(line));
            foreach (string name in names)
            {
                using var contenders = new HuggingFaceContenders(FileOf(folders, name));
                Action[] actions = [.. contenders.All.Select(contender => (Action)(() => contender.Encode(lines)))];
                Times[] times = Timing.LongInTurns(actions, seconds);
                for (int i = 0; i < times.Length; i++)
                {
                    string same = contenders.HaveSameTokens(lines, i) ? "yes" : "no";
                    rows.Add([name, text, contenders.All[i].Name, Speed(times[i].Minimum), Speed(times[i].Median), Cells.Number(times[i].Median / times[0].Median, 2), same]);
                }

                string Speed(double time) => Cells.Number(bytes / time / 1e6, 1);
            }
        }

        return new Section(
            "Encoding",
            [
                "Line by line, one thread, in turns, each with its caches warm. KernelGen appends to a list that is used again; the others make arrays and lists. The last columns: its time beside KernelGen's, and whether all tokens are the same.",
                OtherLoad.Note([watch.Percent()]),
            ],
            [new("tokenizer", IsText: true), new("text", IsText: true), new("library", IsText: true), new("MB/s, most"), new("MB/s, median"), new("times KernelGen's"), new("same tokens", IsText: true)],
            rows);
    }

    /// <summary>Those, and the Chinese sentences of tests/Shared/zh-en.</summary>
    private static IEnumerable<(string Name, string[] Lines)> Texts(Folders folders)
    {
        yield return Documents(folders);
        string sentences = Path.Combine(folders.TranslationModel, "word-order.tsv");
        yield return ("Chinese", [.. File.ReadLines(sentences).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t')[0])]);
    }
}
