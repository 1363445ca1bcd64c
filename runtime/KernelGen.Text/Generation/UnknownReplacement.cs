using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// Writes, in place of each unknown token that a model has generated, what stands in the source where the model looked most (Luong et al. 2015, "Addressing
/// the Rare Word Problem"; CTranslate2 calls it <c>replace_unknowns</c>).
/// </summary>
internal static class UnknownReplacement
{
    private const char PieceSpace = '\u2581';

    /// <summary>The text that each token adds, with the unknown ones replaced.</summary>
    /// <param name="hypothesis">The target, with its cross-attention.</param>
    /// <param name="decoder">Makes text of it.</param>
    /// <param name="source">The text that was given.</param>
    /// <param name="sentence">Its sentence.</param>
    /// <param name="spans">Where each source token stands in the sentence.</param>
    public static ImmutableArray<string> TokenTexts(Hypothesis hypothesis, ITokenDecoder decoder, SourceText source, SourceSentence sentence, List<TokenSpan> spans)
    {
        string[] texts = TextHypothesis.Split(hypothesis.Tokens, decoder);
        CrossAttention attention = hypothesis.CrossAttention!;
        ReadOnlySpan<float> probabilities = attention.Average();
        string before = "";
        bool isReplaced = false;
        for (int i = 0; i < texts.Length; i++)
        {
            int token = hypothesis.Tokens[i];
            if (token == decoder.UnknownToken)
            {
                string surface = Surface(source, sentence, spans, probabilities.Slice(i * attention.SourceLength, attention.SourceLength), out bool isWordStart);
                texts[i] = isWordStart && before.Length > 0 && !char.IsWhiteSpace(before[^1]) ? " " + surface : surface;
                isReplaced = true;
            }
            else if (isReplaced && texts[i].Length > 0)
            {
                // A decoder that writes nothing for an unknown token has dropped the space behind it, too.
                bool isMissingSpace = decoder.Piece(token).StartsWith(PieceSpace) && !char.IsWhiteSpace(texts[i][0]) && !char.IsWhiteSpace(before[^1]);
                texts[i] = isMissingSpace ? " " + texts[i] : texts[i];
                isReplaced = false;
            }

            before = texts[i].Length > 0 ? texts[i] : before;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }

    /// <summary>The part of the source that a target token looked at most, of those that are text; the first of equal ones.</summary>
    private static string Surface(SourceText source, SourceSentence sentence, List<TokenSpan> spans, ReadOnlySpan<float> probabilities, out bool isWordStart)
    {
        int best = -1;
        for (int position = 0; position < probabilities.Length; position++)
        {
            if (position < spans.Count && spans[position] is { Length: > 0, Start: >= 0 } && (best < 0 || probabilities[position] > probabilities[best]))
            {
                best = position;
            }
        }

        if (best < 0)
        {
            isWordStart = false;
            return "";
        }

        int start = sentence.Start + spans[best].Start;
        string part = source.Text.Substring(start, spans[best].Length);
        string surface = part.Trim();
        start += part.Length - part.TrimStart().Length;
        isWordStart = start == 0 || char.IsWhiteSpace(source.Text[start - 1]);
        return surface;
    }
}
