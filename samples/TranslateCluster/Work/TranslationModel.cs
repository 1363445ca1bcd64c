using System.Security.Cryptography;
using KernelGen.Samples.Translate;

namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>What a silo translates with, loaded once.</summary>
internal sealed class TranslationModel : IDisposable
{
    /// <param name="weights">The weights file, or <see langword="null"/> for the program's own.</param>
    /// <param name="precision">How weights are stored, or <see langword="null"/> for what is usual.</param>
    public TranslationModel(string? weights, WeightPrecision? precision)
    {
        Translator = new TextTranslator(weights, new ModelLoadOptions { Precision = precision });
        Fingerprint = $"{Hash(weights)} in {(precision is { } stored ? stored.ToString().ToLowerInvariant() : weights is null ? "float32" : "its own precision")}";
    }

    public TextTranslator Translator { get; }

    /// <summary>Is the same where translations are.</summary>
    public string Fingerprint { get; }

    public void Dispose() => Translator.Dispose();

    private static string Hash(string? weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using Stream stream = weights is null ? Resource("model.safetensors") : File.OpenRead(weights);
        foreach (Stream part in (Stream[])[stream, Resource("source.spm"), Resource("target.spm")])
        {
            hash.AppendData(SHA256.HashData(part));
        }

        return $"model {Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}";
    }

    private static Stream Resource(string name) => typeof(TextTranslator).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"Translate was built without its resource {name}");
}
