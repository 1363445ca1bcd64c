namespace KernelGen.Text.Tests;

/// <summary>The files beside the tests: the sample's model, and data of the tests' own.</summary>
internal static class TestFiles
{
    public static string SourceVocabulary => PathOf("source_vocabulary.json");

    public static string TargetModel => PathOf("target.spm");

    public static string Weights => PathOf("model.safetensors");

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);

    /// <summary>The sentences and translations of word-order.tsv.</summary>
    public static IEnumerable<(string Source, string Reference)> WordOrder()
    {
        foreach (string line in File.ReadLines(PathOf("word-order.tsv")))
        {
            if (!line.StartsWith('#'))
            {
                string[] columns = line.Split('\t');
                yield return (columns[0], columns[1]);
            }
        }
    }
}
