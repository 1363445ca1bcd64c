using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Holds the text of each token back until the next one comes, as decoders do with characters of several tokens.</summary>
internal sealed class LateDecoder(ITokenDecoder inner) : DecoratedDecoder(inner)
{
    protected override StreamingDecoder Decorate(StreamingDecoder sequence) => new Sequence(sequence);

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
