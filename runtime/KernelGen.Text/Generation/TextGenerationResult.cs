using System.Collections.Immutable;
using System.Runtime.InteropServices;

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
    private readonly ITokenDecoder _decoder;
    private ImmutableArray<string> _tokenTexts;

    internal TextHypothesis(string text, Hypothesis hypothesis, ITokenDecoder decoder)
    {
        Text = text;
        Hypothesis = hypothesis;
        _decoder = decoder;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The tokens, without the start and the end token.</summary>
    public ImmutableArray<int> Tokens => Hypothesis.Tokens;

    /// <summary>
    /// The text that each token adds; together they are <see cref="Text"/>. That of a token is empty while a character is incomplete, which comes whole with its
    /// last token; what stays incomplete belongs to the last one. They label what is known of each token: <see cref="Hypothesis.CrossAttention"/>,
    /// <see cref="Hypothesis.TokenLogProbabilities"/>. Made when they are first asked for.
    /// </summary>
    public ImmutableArray<string> TokenTexts
    {
        get
        {
            if (_tokenTexts.IsDefault)
            {
                // Two threads may both make them; they are alike.
                _tokenTexts = SplitText();
            }

            return _tokenTexts;
        }
    }

    /// <inheritdoc cref="Hypothesis.Score"/>
    public float? Score => Hypothesis.Score;

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason => Hypothesis.FinishReason;

    /// <summary>All that the model says of it.</summary>
    public Hypothesis Hypothesis { get; }

    private ImmutableArray<string> SplitText()
    {
        StreamingDecoder decoder = _decoder.CreateDecoder();
        string[] texts = [.. Tokens.Select(decoder.Append)];
        if (texts.Length > 0)
        {
            texts[^1] += decoder.Flush();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }
}
