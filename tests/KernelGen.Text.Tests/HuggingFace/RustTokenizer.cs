using Tokenizers.DotNet;

namespace KernelGen.Text.Tests;

/// <summary>A tokenizer of Hugging Face's own library: what ours is compared with.</summary>
internal sealed class RustTokenizer : IDisposable
{
    private readonly Tokenizer _tokenizer;

    private RustTokenizer(Tokenizer tokenizer) => _tokenizer = tokenizer;

    /// <summary>Reads a tokenizer.json; the test is skipped where the library does not load.</summary>
    public static RustTokenizer Load(string path)
    {
        try
        {
            return new RustTokenizer(new Tokenizer(path));
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            Assert.Skip($"Hugging Face's library does not load here: {exception.Message}");
            throw;
        }
    }

    public int[] Encode(string text) => [.. _tokenizer.Encode(text).Select(static token => (int)token)];

    public string Decode(IEnumerable<int> tokens) => _tokenizer.Decode([.. tokens.Select(static token => (uint)token)]);

    public void Dispose() => _tokenizer.Dispose();
}
