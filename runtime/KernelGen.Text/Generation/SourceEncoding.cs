using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>Makes sources for the model of texts: sentences, no longer than the model takes, with what is unknown in them.</summary>
/// <param name="tokenizer">The source tokenizer.</param>
/// <param name="maxTokens">The most tokens that the model takes.</param>
/// <param name="options">What to do to texts.</param>
internal sealed class SourceEncoding(ITokenizer tokenizer, int maxTokens, TextGeneratorOptions options)
{
    /// <summary>What the tokenizer makes of nothing: the tokens that it puts around every text.</summary>
    private readonly int[] _ofNothing = tokenizer.Encode("");

    /// <summary>Makes the sources of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Its index, where it is one of several.</param>
    /// <exception cref="ArgumentException">The text is null.</exception>
    /// <exception cref="TextTooLongException">It, or one of its sentences, is longer than the model takes.</exception>
    public SourceText Encode(string? text, long? index)
    {
        string what = index is { } number ? $"Text {number}" : "The text";
        string parameter = index is null ? "text" : "texts";
        if (text is null)
        {
            throw new ArgumentException($"{what} is null; an empty text is \"\".", parameter);
        }

        ImmutableArray<SourceSentence>.Builder sentences = ImmutableArray.CreateBuilder<SourceSentence>(1);
        if (options.Sentences is { } splitter)
        {
            string code = (tokenizer as ILanguageCodes)?.CodeLength(text) is > 0 and int codeLength ? text[..codeLength] : "";
            ImmutableArray<Range> ranges = splitter.Split(text);
            for (int i = 0; i < ranges.Length; i++)
            {
                (int start, int length) = ranges[i].GetOffsetAndLength(text.Length);
                string name = ranges.Length == 1 ? what : $"Sentence {i} of {(index is null ? "the text" : what.ToLowerInvariant())}";
                Add(sentences, text.Substring(start, length), start, start < code.Length ? "" : code, name, parameter);
            }
        }

        if (sentences.Count == 0)
        {
            Add(sentences, text, 0, "", what, parameter);
        }

        return new SourceText(text, sentences.DrainToImmutable());
    }

    /// <summary>Makes one source of a text, whatever sentences it has.</summary>
    /// <exception cref="TextTooLongException">It is longer than the model takes, and is not to be truncated.</exception>
    public SourceSentence EncodeWhole(string text, string parameter)
    {
        int[] tokens = tokenizer.Encode(text);
        return tokens.Length <= maxTokens ? Sentence(text, 0, "", tokens, isTruncated: false)
            : options.LongTexts == LongTextPolicy.Truncate ? Truncated(text, 0, "", tokens)
            : throw new TextTooLongException("The source text", tokens.Length, maxTokens, nameof(EncoderDecoder.MaxSourceLength), parameter, canBeTruncated: true);
    }

    /// <summary>Adds the source of a sentence, or those of its parts.</summary>
    /// <param name="sentences">What it is added to.</param>
    /// <param name="sentence">The sentence.</param>
    /// <param name="start">Where it starts in its text.</param>
    /// <param name="code">The language code that the text begins with, where the sentence is not its first.</param>
    /// <param name="what">What the sentence is called in the message of an exception.</param>
    /// <param name="parameter">The parameter that it came in.</param>
    private void Add(ImmutableArray<SourceSentence>.Builder sentences, string sentence, int start, string code, string what, string parameter)
    {
        int[] tokens = tokenizer.Encode(code + sentence);
        if (tokens.Length <= maxTokens)
        {
            sentences.Add(Sentence(sentence, start, code, tokens, isTruncated: false));
            return;
        }

        switch (options.LongTexts)
        {
            case LongTextPolicy.Refuse:
                throw new TextTooLongException(what, tokens.Length, maxTokens, nameof(EncoderDecoder.MaxSourceLength), parameter, canBeTruncated: true);

            case LongTextPolicy.Truncate:
                sentences.Add(Truncated(sentence, start, code, tokens));
                break;

            case LongTextPolicy.Split:
                string own = (tokenizer as ILanguageCodes)?.CodeLength(sentence) is > 0 and int ownLength ? sentence[..ownLength] : code;
                foreach ((int partStart, int partLength) in LongSentence.Split(sentence, part => tokenizer.Encode(CodeOf(part) + part).Length, maxTokens, what, parameter))
                {
                    string part = sentence.Substring(partStart, partLength);
                    sentences.Add(Sentence(part, start + partStart, CodeOf(part), tokenizer.Encode(CodeOf(part) + part), isTruncated: false));
                }

                // The first part of a sentence that begins with a code has it.
                string CodeOf(string part) => own.Length > 0 && part.StartsWith(own.TrimEnd(), StringComparison.Ordinal) ? "" : own;

                break;

            default:
                throw new InvalidOperationException($"{nameof(TextGeneratorOptions)}.{nameof(TextGeneratorOptions.LongTexts)} is {options.LongTexts}, which is none of its values.");
        }
    }

    private SourceSentence Truncated(string sentence, int start, string code, int[] tokens)
    {
        int[] kept = tokens[..maxTokens];
        if (tokens[^1] == tokenizer.EndToken)
        {
            kept[^1] = tokens[^1];
        }

        return Sentence(sentence, start, code, kept, isTruncated: true);
    }

    private SourceSentence Sentence(string sentence, int start, string code, int[] tokens, bool isTruncated)
    {
        int content = 0;
        foreach (int token in tokens)
        {
            content += token != tokenizer.StartToken && token != tokenizer.EndToken && token != tokenizer.PadToken ? 1 : 0;
        }

        ImmutableArray<UnknownToken> unknown = Array.Exists(tokens, token => token == tokenizer.UnknownToken) ? UnknownTokens(sentence, start, code, tokens) : [];
        return new SourceSentence
        {
            Start = start,
            Length = sentence.Length,
            Code = code,
            TokenArray = tokens,
            IsTruncated = isTruncated,
            IsEmpty = content == 0 || tokens.AsSpan().SequenceEqual(_ofNothing),
            UnknownTokens = unknown,
            IsUnknown = content > 0 && unknown.Length == content,
        };
    }

    /// <summary>Which of the tokens of a sentence are unknown, and where they stand. Truncated tokens are the first of those that encoding gives.</summary>
    private ImmutableArray<UnknownToken> UnknownTokens(string sentence, int start, string code, int[] tokens)
    {
        List<TokenSpan>? spans = Spans(tokenizer, code, sentence);
        ImmutableArray<UnknownToken>.Builder unknown = ImmutableArray.CreateBuilder<UnknownToken>();
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] == tokenizer.UnknownToken)
            {
                // A tokenizer of somebody's own may not keep what the interface promises.
                bool isKnown = spans is not null && i < spans.Count && spans[i].Token == tokens[i] && spans[i].Start >= 0;
                (int at, int length) = isKnown ? (spans![i].Start, spans[i].Length) : (0, sentence.Length);
                unknown.Add(new UnknownToken(i, start + at, length, sentence.Substring(at, length)));
            }
        }

        return unknown.DrainToImmutable();
    }

    /// <summary>
    /// The places of the tokens of a sentence; <see langword="null"/> where the tokenizer does not know them. Those of a code before it are negative.
    /// </summary>
    internal static List<TokenSpan>? Spans(ITokenizer tokenizer, string code, string sentence)
    {
        if (tokenizer is not ISpanTokenizer knowing)
        {
            return null;
        }

        var spans = new List<TokenSpan>();
        knowing.Encode(code + sentence, spans);
        foreach (ref TokenSpan span in CollectionsMarshal.AsSpan(spans))
        {
            span = span with { Start = span.Start - code.Length };
        }

        return spans;
    }
}
