using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Makes one word of 300 letters of the first token, in quotation marks, as translations of nonsense may have them.</summary>
internal sealed class LongWordDecoder(ITokenDecoder inner) : DecoratedDecoder(inner)
{
    private static readonly string Word = $"“{new string('m', 300)}”, ";

    public override string Decode(ReadOnlySpan<int> tokens) => tokens.IsEmpty ? "" : Word + base.Decode(tokens);

    protected override StreamingDecoder Decorate(StreamingDecoder sequence) => new Sequence(sequence);

    private sealed class Sequence(StreamingDecoder inner) : StreamingDecoder
    {
        private bool _hasBegun;

        public override string Append(int token)
        {
            string text = inner.Append(token);
            text = _hasBegun ? text : Word + text;
            _hasBegun = true;
            return text;
        }

        public override string Flush() => inner.Flush();
    }
}
