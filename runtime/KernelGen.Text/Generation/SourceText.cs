using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>A text as the model is given it: sentence by sentence, or whole.</summary>
/// <param name="Text">The text.</param>
/// <param name="Sentences">Its sentences; at least one, which holds nothing where the text does.</param>
internal sealed record SourceText(string Text, ImmutableArray<SourceSentence> Sentences)
{
    /// <summary>The white space between a sentence and the one before it.</summary>
    public ReadOnlySpan<char> GapBefore(int sentence)
    {
        int end = Sentences[sentence - 1].Start + Sentences[sentence - 1].Length;
        return Text.AsSpan(end, Sentences[sentence].Start - end);
    }
}

/// <summary>A sentence, or a part of one, as the model is given it.</summary>
internal sealed record SourceSentence
{
    /// <summary>Where it starts in its text.</summary>
    public required int Start { get; init; }

    /// <summary>How long it is.</summary>
    public required int Length { get; init; }

    /// <summary>The language code that its text begins with, where the tokenizer was given it before the sentence.</summary>
    public string Code { get; init; } = "";

    /// <summary>Its tokens.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>Whether there were more.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether they hold nothing, so that the model is not asked.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Which of its tokens are unknown, and where they stand in the text.</summary>
    public ImmutableArray<UnknownToken> UnknownTokens { get; init; } = [];

    /// <summary>Whether it holds nothing but unknown tokens.</summary>
    public bool IsUnknown { get; init; }
}
