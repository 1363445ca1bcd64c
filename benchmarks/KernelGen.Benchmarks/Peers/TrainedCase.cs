using System.Text.Json;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Text;

namespace KernelGen.Benchmarks.Peers;

/// <summary>A trained model with real sources, one at a time. There are no ONNX graphs of these.</summary>
/// <param name="Model">The model.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="Sources">What is generated from.</param>
/// <param name="What">The sources in words.</param>
internal sealed record TrainedCase(ModelCase Model, string Weights, int[][] Sources, string What)
{
    public ModelCosts Costs => new(Model.Description, WeightPrecision.Float32);

    /// <summary>What generating takes.</summary>
    /// <param name="steps">The tokens decoded from each source.</param>
    public IEnumerable<Work> Work(int[] steps) => Sources.Zip(steps).SelectMany(pair => Costs.Generation(1, pair.First.Length, pair.Second));

    /// <summary>Finds a trained model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folders">Where to look.</param>
    /// <param name="missing">What is missing, or <see langword="null"/>.</param>
    public static TrainedCase? Find(ModelCase model, Folders folders, out string? missing)
    {
        string needed = model == ModelCase.Pronouncer ? Path.Combine(folders.Shared, "models", "g2p-en-us") : folders.TranslationModel;
        missing = Directory.Exists(needed) ? null : $"{model.Name}: there is no folder {needed}";
        return missing is not null ? null
            : model == ModelCase.Pronouncer ? Pronouncer(needed)
            : Translator(needed, TestSentences(folders) ?? Path.Combine(needed, "word-order.tsv"));
    }

    /// <summary>The translator of tests/Shared/zh-en over the first column of a file.</summary>
    public static TrainedCase Translator(string folder, string sentences)
    {
        var tokenizer = VocabularyTokenizer.Load(Path.Combine(folder, "source_vocabulary.json"));
        int[][] sources = [.. FirstColumn(sentences).Select(tokenizer.Encode)];
        return new TrainedCase(ModelCase.ZhEn, Path.Combine(folder, "model.safetensors"), sources, $"{sources.Length} sentences of {Path.GetFileName(sentences)}");
    }

    private static TrainedCase Pronouncer(string folder)
    {
        const int Begin = 1;
        const int End = 2;
        const int Unknown = 3;
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        string letters = configuration.RootElement.GetProperty("grapheme_chars").GetString()!;
        int Token(char letter) => letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and int index ? index : Unknown;
        int[][] sources = [.. FirstColumn(Path.Combine(folder, "words.tsv")).Select(word => (int[])[Begin, .. word.Select(Token), End])];
        return new TrainedCase(ModelCase.Pronouncer, Path.Combine(folder, "model.safetensors"), sources, $"{sources.Length} words of words.tsv");
    }

    private static string? TestSentences(Folders folders)
    {
        string path = Path.Combine(folders.Shared, "models", "zh-en", "test.tsv");
        return File.Exists(path) ? path : null;
    }

    private static IEnumerable<string> FirstColumn(string path) =>
        File.ReadLines(path).Where(static line => line.Length > 0 && !line.StartsWith('#')).Select(static line => line.Split('\t')[0]);
}
