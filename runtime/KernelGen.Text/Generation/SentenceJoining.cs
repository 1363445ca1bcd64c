using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen.Text;

/// <summary>Puts the texts that were generated for the sentences of a text together.</summary>
internal static class SentenceJoining
{
    /// <summary>
    /// What stands between the texts of two sentences: the line breaks that stand between the sentences; where there are none a space, but none beside
    /// characters of scripts that are written without, and none where a word was cut.
    /// </summary>
    /// <param name="source">The text that was given.</param>
    /// <param name="sentence">The second of the two sentences.</param>
    /// <param name="before">What was generated before.</param>
    /// <param name="after">What was generated for the second.</param>
    public static string Separator(SourceText source, int sentence, string before, string after)
    {
        ReadOnlySpan<char> gap = source.GapBefore(sentence);
        if (gap.ContainsAny("\n\r\u0085\u2028\u2029"))
        {
            var breaks = new StringBuilder();
            foreach (char character in gap)
            {
                breaks.Append(SentenceSplitter.IsLineBreak(character) ? character : null);
            }

            return breaks.ToString();
        }

        if (before.Length == 0 || after.Length == 0 || char.IsWhiteSpace(before[^1]) || char.IsWhiteSpace(after[0]))
        {
            return "";
        }

        int last = before.Length - (before.Length > 1 && char.IsLowSurrogate(before[^1]) ? 2 : 1);
        return SentenceSplitter.IsWide(before, last) || SentenceSplitter.IsWide(after, 0) || IsWithinWord(source, sentence) ? "" : " ";
    }

    /// <summary>The hypotheses of a text, each of which joins those of its sentences that have the same rank; where one has fewer, its last goes on.</summary>
    public static ImmutableArray<TextHypothesis> Join(SourceText source, ImmutableArray<GeneratedSentence> sentences)
    {
        if (sentences is [GeneratedSentence only])
        {
            return only.Hypotheses;
        }

        int most = 0;
        foreach (GeneratedSentence sentence in sentences)
        {
            most = Math.Max(most, sentence.Hypotheses.Length);
        }

        var joined = new TextHypothesis[most];
        for (int rank = 0; rank < joined.Length; rank++)
        {
            joined[rank] = Join(source, sentences, rank);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(joined);
    }

    private static TextHypothesis Join(SourceText source, ImmutableArray<GeneratedSentence> sentences, int rank)
    {
        var parts = new TextHypothesis[sentences.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            ImmutableArray<TextHypothesis> hypotheses = sentences[i].Hypotheses;
            parts[i] = hypotheses[Math.Min(rank, hypotheses.Length - 1)];
        }

        string[] separators = new string[parts.Length];
        var text = new StringBuilder(parts[0].Text);
        string before = parts[0].Text;
        for (int i = 1; i < parts.Length; i++)
        {
            separators[i] = Separator(source, i, before, parts[i].Text);
            text.Append(separators[i]).Append(parts[i].Text);
            before = parts[i].Text.Length > 0 ? parts[i].Text : before + separators[i];
        }

        return new TextHypothesis(text.ToString(), Hypothesis.Join(Array.ConvertAll(parts, static part => part.Hypothesis)), () => TokenTexts(parts, separators));
    }

    /// <summary>What each token adds to a joined text; a separator belongs to the token behind it, or, where none follows, to the one before.</summary>
    private static ImmutableArray<string> TokenTexts(TextHypothesis[] parts, string[] separators)
    {
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>();
        string pending = "";
        for (int i = 0; i < parts.Length; i++)
        {
            pending += separators[i];
            foreach (string text in parts[i].TokenTexts)
            {
                texts.Add(pending + text);
                pending = "";
            }
        }

        if (pending.Length > 0 && texts.Count > 0)
        {
            texts[^1] += pending;
        }

        return texts.DrainToImmutable();
    }

    private static bool IsWithinWord(SourceText source, int sentence)
    {
        int start = source.Sentences[sentence].Start;
        return start > 0 && char.IsLetterOrDigit(source.Text[start - 1]) && char.IsLetterOrDigit(source.Text[start])
            && !SentenceSplitter.IsWide(source.Text, start - 1) && !SentenceSplitter.IsWide(source.Text, start);
    }
}
