using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Does something before it decodes, a token or all of them: waits, or counts.</summary>
internal sealed class WatchedDecoder(ITokenDecoder inner, Action beforeDecoding) : DecoratedDecoder(inner)
{
    public override string Decode(ReadOnlySpan<int> tokens)
    {
        beforeDecoding();
        return base.Decode(tokens);
    }

    protected override StreamingDecoder Decorate(StreamingDecoder sequence) => new Sequence(sequence, beforeDecoding);

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
