using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>What was generated for one text.</summary>
public sealed class TextGenerationResult
{
    internal TextGenerationResult(ImmutableArray<int> sourceTokens, bool isTruncated, ImmutableArray<TextHypothesis> hypotheses)
    {
        SourceTokens = sourceTokens;
        IsTruncated = isTruncated;
        Hypotheses = hypotheses;
    }

    /// <summary>The text of the best hypothesis.</summary>
    public string Text => Hypotheses.IsEmpty ? "" : Hypotheses[0].Text;

    /// <summary>The hypotheses, the best first, as <see cref="GenerationResult.Hypotheses"/> has them.</summary>
    public ImmutableArray<TextHypothesis> Hypotheses { get; }

    /// <summary>The tokens that the model was given.</summary>
    public ImmutableArray<int> SourceTokens { get; }

    /// <summary>Whether the text was too long and its end was left out, which only <see cref="LongTextPolicy.Truncate"/> does.</summary>
    public bool IsTruncated { get; }

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}

/// <summary>One generated text.</summary>
public sealed class TextHypothesis
{
    internal TextHypothesis(string text, Hypothesis hypothesis)
    {
        Text = text;
        Hypothesis = hypothesis;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The tokens, without the start and the end token.</summary>
    public ImmutableArray<int> Tokens => Hypothesis.Tokens;

    /// <inheritdoc cref="Hypothesis.Score"/>
    public float? Score => Hypothesis.Score;

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason => Hypothesis.FinishReason;

    /// <summary>All that the model says of it.</summary>
    public Hypothesis Hypothesis { get; }
}
