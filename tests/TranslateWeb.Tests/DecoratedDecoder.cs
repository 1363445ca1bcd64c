using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>A decoder that does as another one, but for what a test changes.</summary>
internal abstract class DecoratedDecoder(ITokenDecoder inner) : ITokenDecoder
{
    public int VocabularySize => inner.VocabularySize;

    public int? PadToken => inner.PadToken;

    public int? StartToken => inner.StartToken;

    public int? EndToken => inner.EndToken;

    public int? UnknownToken => inner.UnknownToken;

    public string Piece(int token) => inner.Piece(token);

    public virtual string Decode(ReadOnlySpan<int> tokens) => inner.Decode(tokens);

    public StreamingDecoder CreateDecoder() => Decorate(inner.CreateDecoder());

    /// <summary>What decodes one sequence.</summary>
    protected abstract StreamingDecoder Decorate(StreamingDecoder sequence);
}
