using KernelGen.Text;

namespace KernelGen.Tests.Translation;

/// <summary>The sample's Chinese to English translator with its tokenizers and sentences.</summary>
internal static class TrainedTranslator
{
    /// <summary>Where the reference cut off the one sentence of test.tsv that never ends.</summary>
    public const int ReferenceMaxLength = 60;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Translation", "model");

    public static VocabularyTokenizer SourceTokenizer { get; } = VocabularyTokenizer.Load(Path.Combine(Folder, "source_vocabulary.json"));

    public static SentencePieceTokenizer TargetTokenizer { get; } = SentencePieceTokenizer.Load(Path.Combine(Folder, "target.spm"));

    /// <summary>The weights.</summary>
    public static string Checkpoint { get; } = Path.Combine(Folder, "model.safetensors");

    /// <summary>The sentences of word-order.tsv.</summary>
    public static IReadOnlyList<(string Source, string Reference, string Model)> WordOrder => Sentences(Path.Combine(Folder, "word-order.tsv"));

    public static Translator Load(ModelLoadOptions options) => Translator.Load(Checkpoint, options);

    public static string Translate(Translator model, string source, int? maxLength = null) =>
        TargetTokenizer.Decode([.. model.Generate(SourceTokenizer.Encode(source), new GenerationOptions { MaxLength = maxLength }).Hypotheses[0].Tokens]);

    /// <summary>Sentences with a reference translation and that of the reference implementation.</summary>
    public static IReadOnlyList<(string Source, string Reference, string Model)> Sentences(string path) =>
    [
        .. File.ReadLines(path)
            .Where(static line => !line.StartsWith('#'))
            .Select(static line => line.Split('\t'))
            .Select(static columns => (columns[0], columns[1], columns[2])),
    ];
}
