using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Holds the text of each token back until the next one comes, as decoders do with characters of several tokens.</summary>
internal sealed class LateDecoder(ITokenDecoder inner) : ITokenDecoder
{
    public int VocabularySize => inner.VocabularySize;

    public int? PadToken => inner.PadToken;

    public int? StartToken => inner.StartToken;

    public int? EndToken => inner.EndToken;

    public int? UnknownToken => inner.UnknownToken;

    public string Piece(int token) => inner.Piece(token);

    public string Decode(ReadOnlySpan<int> tokens) => inner.Decode(tokens);

    public StreamingDecoder CreateDecoder() => new Sequence(inner.CreateDecoder());

    private sealed class Sequence(StreamingDecoder inner) : StreamingDecoder
    {
        private string _held = "";

        public override string Append(int token)
        {
            string text = _held;
            _held = inner.Append(token);
            return text;
        }

        public override string Flush()
        {
            string text = _held + inner.Flush();
            _held = "";
            return text;
        }
    }
}
