using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>What was generated for one sentence of a text, or for a part of one that was too long for the model.</summary>
public sealed class GeneratedSentence
{
    internal GeneratedSentence(SourceSentence source, ImmutableArray<TextHypothesis> hypotheses)
    {
        Start = source.Start;
        Length = source.Length;
        SourceTokens = source.Tokens;
        IsTruncated = source.IsTruncated;
        UnknownTokens = source.UnknownTokens;
        IsUnknown = source.IsUnknown;
        Hypotheses = hypotheses;
    }

    /// <summary>Where the sentence starts, in UTF-16 code units of the text that the caller gave.</summary>
    public int Start { get; }

    /// <summary>How long the sentence is, in UTF-16 code units.</summary>
    public int Length { get; }

    /// <summary>The text of the best hypothesis.</summary>
    public string Text => Hypotheses.IsEmpty ? "" : Hypotheses[0].Text;

    /// <summary>The hypotheses, the best first, as <see cref="GenerationResult.Hypotheses"/> has them.</summary>
    public ImmutableArray<TextHypothesis> Hypotheses { get; }

    /// <summary>The tokens that the model was given.</summary>
    public ImmutableArray<int> SourceTokens { get; }

    /// <inheritdoc cref="TextGenerationResult.UnknownTokens"/>
    public ImmutableArray<UnknownToken> UnknownTokens { get; }

    /// <inheritdoc cref="TextGenerationResult.IsUnknown"/>
    public bool IsUnknown { get; }

    /// <inheritdoc cref="TextGenerationResult.IsTruncated"/>
    public bool IsTruncated { get; }

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
