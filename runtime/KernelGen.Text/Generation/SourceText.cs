using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>A text as the model is given it: sentence by sentence, or whole.</summary>
internal sealed class SourceText(string text, ImmutableArray<SourceSentence> sentences)
{
    /// <summary>The text.</summary>
    public string Text => text;

    /// <summary>Its sentences; at least one, which holds nothing where the text does.</summary>
    public ImmutableArray<SourceSentence> Sentences => sentences;

    /// <summary>The white space between a sentence and the one before it.</summary>
    public ReadOnlySpan<char> GapBefore(int sentence)
    {
        int end = Sentences[sentence - 1].Start + Sentences[sentence - 1].Length;
        return Text.AsSpan(end, Sentences[sentence].Start - end);
    }
}
