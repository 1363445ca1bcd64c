using KernelGen.Text;

namespace KernelGen.Soak.Tests;

/// <summary>The files that models are loaded from: the sample's checkpoint, packed files of each precision, and files that no model can be loaded from.</summary>
internal sealed class ModelFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("KernelGen.Soak.").FullName;

    public ModelFiles()
    {
        foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
        {
            using EncoderDecoder model = Translator.Load(Checkpoint, new ModelLoadOptions { Precision = precision });
            model.Save(Packed(precision));
        }

        byte[] checkpoint = File.ReadAllBytes(Checkpoint);
        byte[] packed = File.ReadAllBytes(Packed(WeightPrecision.Float32));
        Damaged =
        [
            Write("truncated.safetensors", checkpoint.AsSpan(0, checkpoint.Length / 2)),
            Write("truncated.kernelgen", packed.AsSpan(0, packed.Length - 1)),
            Write("text.kernelgen", "This is no model."u8),
            Write("empty.safetensors", []),
            Path.Combine(_folder, "missing.safetensors"),
        ];
    }

    /// <summary>Where the files are: what is mapped from here belongs to a model.</summary>
    public string Folder => _folder;

    /// <summary>The file of the sample's model, as it was trained.</summary>
    public static string Checkpoint => PathOf("model.safetensors");

    /// <summary>Files that cannot be loaded, or are not there.</summary>
    public string[] Damaged { get; }

    /// <summary>The sentences that were made for the model.</summary>
    public static string[] Sentences { get; } =
        [.. File.ReadLines(PathOf("word-order.tsv")).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t')[0])];

    public static ITokenizer Source { get; } = VocabularyTokenizer.Load(PathOf("source_vocabulary.json"));

    public static ITokenDecoder Target { get; } = SentencePieceTokenizer.Load(PathOf("target.spm"));

    /// <summary>The file that the model was saved to, its weights in some precision.</summary>
    public string Packed(WeightPrecision precision) => Path.Combine(_folder, $"{precision}.kernelgen");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "model", name);

    private string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
