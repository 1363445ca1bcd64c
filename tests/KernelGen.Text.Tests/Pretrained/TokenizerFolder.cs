namespace KernelGen.Text.Tests;

/// <summary>A folder of a downloaded model's tokenizer files, which goes when the test ends.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-tokenizers-");

    public string Path => _folder.FullName;

    public TokenizerFolder Add(string name, string contents)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), contents);
        return this;
    }

    public TokenizerFolder Add(string name, byte[] contents)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), contents);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
