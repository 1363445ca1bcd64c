using KernelGen.Text;

namespace KernelGen.Extensions.Hosting.Tests.Queue;

/// <summary>A decoder that does as another one, once a test lets it; it notes that it was asked.</summary>
internal sealed class GatedDecoder(ITokenDecoder inner) : ITokenDecoder
{
    public ManualResetEventSlim Asked { get; } = new();

    public ManualResetEventSlim Open { get; } = new(initialState: true);

    /// <summary>Of which texts it makes exceptions.</summary>
    public Predicate<string> Fails { get; set; } = static _ => false;

    public int VocabularySize => inner.VocabularySize;

    public int? PadToken => inner.PadToken;

    public int? StartToken => inner.StartToken;

    public int? EndToken => inner.EndToken;

    public int? UnknownToken => inner.UnknownToken;

    public string Piece(int token) => inner.Piece(token);

    public string Decode(ReadOnlySpan<int> tokens)
    {
        Asked.Set();
        Open.Wait();
        string text = inner.Decode(tokens);
        return Fails(text) ? throw new InvalidOperationException($"'{text}' fails.") : text;
    }

    public StreamingDecoder CreateDecoder() => inner.CreateDecoder();
}
