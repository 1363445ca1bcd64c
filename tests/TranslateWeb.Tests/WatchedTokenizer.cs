using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Does something before it decodes: waits, or counts.</summary>
internal sealed class WatchedTokenizer(ITokenizer inner, Action beforeDecoding) : ITokenizer
{
    public int VocabularySize => inner.VocabularySize;

    public int? PadToken => inner.PadToken;

    public int? StartToken => inner.StartToken;

    public int? EndToken => inner.EndToken;

    public int? UnknownToken => inner.UnknownToken;

    public int[] Encode(string text) => inner.Encode(text);

    public void Encode(string text, List<int> tokens) => inner.Encode(text, tokens);

    public string Piece(int token) => inner.Piece(token);

    public StreamingDecoder CreateDecoder() => inner.CreateDecoder();

    public string Decode(ReadOnlySpan<int> tokens)
    {
        beforeDecoding();
        return inner.Decode(tokens);
    }
}
