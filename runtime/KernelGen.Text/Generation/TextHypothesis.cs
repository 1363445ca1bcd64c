using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>One generated text.</summary>
public sealed class TextHypothesis
{
    private readonly Func<ImmutableArray<string>> _splitText;
    private ImmutableArray<string> _tokenTexts;

    internal TextHypothesis(string text, Hypothesis hypothesis, ITokenDecoder decoder)
        : this(text, hypothesis, () => ImmutableCollectionsMarshal.AsImmutableArray(Split(hypothesis.Tokens, decoder)))
    {
    }

    internal TextHypothesis(string text, Hypothesis hypothesis, Func<ImmutableArray<string>> splitText)
    {
        Text = text;
        Hypothesis = hypothesis;
        _splitText = splitText;
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
                _tokenTexts = _splitText();
            }

            return _tokenTexts;
        }
    }

    /// <inheritdoc cref="Hypothesis.Score"/>
    public float? Score => Hypothesis.Score;

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason => Hypothesis.FinishReason;

    /// <summary>All that the model says of it; for a text of several sentences as <see cref="Hypothesis.Join"/> puts it together.</summary>
    public Hypothesis Hypothesis { get; }

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;

    /// <summary>The text that each token adds.</summary>
    internal static string[] Split(ImmutableArray<int> tokens, ITokenDecoder decoder)
    {
        StreamingDecoder sequence = decoder.CreateDecoder();
        string[] texts = new string[tokens.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = sequence.Append(tokens[i]);
        }

        if (texts.Length > 0)
        {
            texts[^1] += sequence.Flush();
        }

        return texts;
    }
}
