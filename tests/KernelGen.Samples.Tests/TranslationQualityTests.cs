using KernelGen.Samples.Translate;
using KernelGen.Tests;
using KernelGen.Text;

namespace KernelGen.Samples.Tests;

/// <summary>How good the translator's own model is.</summary>
public sealed class TranslationQualityTests : IDisposable
{
    private readonly TextTranslator _translator = new(weights: null, new ModelLoadOptions());

    public void Dispose() => _translator.Dispose();

    /// <summary>Sentences that the model never saw; by PyTorch's model, of which the files have the translations, greedy search scores 30.96.</summary>
    [Theory]
    [InlineData(1, 31.0)]
    [InlineData(4, 32.5)]
    public async Task Sentences_that_it_never_saw_score(int beamSize, double least)
    {
        string[][] lines = Lines(SharedFolder.Require("models/zh-en/test.tsv"));
        Assert.Equal(300, lines.Length);
        string[] translations = await TranslateAsync([.. lines.Select(static line => line[0])], beamSize);
        double score = BleuScore.OfCorpus(translations, [.. lines.Select(static line => line[1])]).Score;
        TestContext.Current.TestOutputHelper!.WriteLine($"BLEU {score:F2} with beam {beamSize}");
        Assert.InRange(score, least, 100);
    }

    [Fact]
    public async Task Who_does_it_to_whom_is_always_right()
    {
        string[][] lines = Lines(Path.Combine(AppContext.BaseDirectory, "word-order.tsv"));
        Assert.Equal(102, lines.Length);
        Assert.Equal(lines.Select(static line => line[1]), await TranslateAsync([.. lines.Select(static line => line[0])], beamSize: 1));
    }

    [Fact]
    public async Task Traditional_characters_are_as_good_as_simplified_ones() =>
        Assert.Equal(await TranslateAsync(["猫追老师。我们没见过他的车。"], 1), await TranslateAsync(["貓 追老師。我們沒見過他的車。"], 1));

    private static string[][] Lines(string path) => [.. File.ReadLines(path).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t'))];

    private async Task<string[]> TranslateAsync(string[] lines, int beamSize)
    {
        List<string> translations = [];
        await foreach (TranslatedLine line in _translator.TranslateAsync(lines.ToAsyncEnumerable(), new GenerationOptions { BeamSize = beamSize }))
        {
            translations.Add(line.Translation);
        }

        return [.. translations];
    }
}
