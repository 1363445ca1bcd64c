using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>What was generated for one text.</summary>
public sealed class TextGenerationResult
{
    internal TextGenerationResult(SourceText source, ImmutableArray<GeneratedSentence> sentences)
    {
        Sentences = sentences;
        Hypotheses = SentenceJoining.Join(source, sentences);
    }

    /// <summary>The text of the best hypothesis.</summary>
    public string Text => Hypotheses.IsEmpty ? "" : Hypotheses[0].Text;

    /// <summary>
    /// The hypotheses, the best first, as <see cref="GenerationResult.Hypotheses"/> has them. Of a text of several sentences each joins the sentences'
    /// hypotheses of the same rank.
    /// </summary>
    public ImmutableArray<TextHypothesis> Hypotheses { get; }

    /// <summary>What was generated for each sentence; one for the whole text, unless <see cref="TextGeneratorOptions.Sentences"/> or <see cref="LongTextPolicy.Split"/> took it apart.</summary>
    public ImmutableArray<GeneratedSentence> Sentences { get; }

    /// <summary>The tokens that the model was given, those of all sentences one behind the other.</summary>
    public ImmutableArray<int> SourceTokens => Sentences is [GeneratedSentence only] ? only.SourceTokens : [.. Sentences.SelectMany(static sentence => sentence.SourceTokens)];

    /// <summary>The parts of the text that the tokenizer does not know, in their order. The model was given the unknown token for each, and guessed.</summary>
    public ImmutableArray<UnknownToken> UnknownTokens
    {
        get
        {
            if (Sentences is [GeneratedSentence only])
            {
                return only.UnknownTokens;
            }

            ImmutableArray<UnknownToken>.Builder all = ImmutableArray.CreateBuilder<UnknownToken>();
            int first = 0;
            foreach (GeneratedSentence sentence in Sentences)
            {
                foreach (UnknownToken unknown in sentence.UnknownTokens)
                {
                    all.Add(unknown with { Index = first + unknown.Index });
                }

                first += sentence.SourceTokens.Length;
            }

            return all.DrainToImmutable();
        }
    }

    /// <summary>Whether the source holds nothing but unknown tokens, so that what was generated has nothing to do with it: another language, most likely.</summary>
    public bool IsUnknown
    {
        get
        {
            bool hasUnknown = false;
            foreach (GeneratedSentence sentence in Sentences)
            {
                if (!sentence.IsUnknown && sentence.Hypotheses is not [{ Tokens.IsEmpty: true }])
                {
                    return false;
                }

                hasUnknown |= sentence.IsUnknown;
            }

            return hasUnknown;
        }
    }

    /// <summary>Whether the text was too long and its end was left out, which only <see cref="LongTextPolicy.Truncate"/> does.</summary>
    public bool IsTruncated => Sentences.Any(static sentence => sentence.IsTruncated);

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
