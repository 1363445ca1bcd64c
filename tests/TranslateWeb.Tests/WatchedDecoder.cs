using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Does something before it decodes, a token or all of them: waits, or counts.</summary>
internal sealed class WatchedDecoder(ITokenDecoder inner, Action beforeDecoding) : ITokenDecoder
{
    public int VocabularySize => inner.VocabularySize;

    public int? PadToken => inner.PadToken;

    public int? StartToken => inner.StartToken;

    public int? EndToken => inner.EndToken;

    public int? UnknownToken => inner.UnknownToken;

    public string Piece(int token) => inner.Piece(token);

    public string Decode(ReadOnlySpan<int> tokens)
    {
        beforeDecoding();
        return inner.Decode(tokens);
    }

    public StreamingDecoder CreateDecoder() => new Sequence(inner.CreateDecoder(), beforeDecoding);

    private sealed class Sequence(StreamingDecoder inner, Action beforeDecoding) : StreamingDecoder
    {
        public override string Append(int token)
        {
            beforeDecoding();
            return inner.Append(token);
        }

        public override string Flush() => inner.Flush();
    }
}
