using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>Text in, text out: a model between the tokenizers of its source and its target, with the calls of the model.</summary>
/// <remarks>
/// <para>
/// Thread-safe, as model and tokenizers are, and no more than the three together: it owns nothing, so whoever loaded the model disposes it. Options and
/// cancellation are the model's, and so is what its calls throw.
/// </para>
/// <para>
/// A text without content, of which the source tokenizer makes nothing but start, end and pad tokens, is not given to the model: its result is the empty
/// text, with no tokens and the score 0. Characters that the tokenizer does not know are unknown tokens to the model. A text of more tokens than the model
/// takes is refused with <see cref="TextTooLongException"/>, unless <see cref="TextGeneratorOptions.LongTexts"/> says otherwise.
/// </para>
/// </remarks>
public sealed class TextGenerator
{
    private readonly TextGeneratorOptions _options;

    /// <summary>Puts a model between two tokenizers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Makes tokens of texts, as the model was trained: with the end token, where it saw one. May be the same as the target's.</param>
    /// <param name="target">Makes texts of the model's tokens. <see cref="Score"/> needs it to be an <see cref="ITokenizer"/>.</param>
    /// <param name="options">What to do to texts, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">A tokenizer has more tokens than the model: they do not belong together.</exception>
    public TextGenerator(EncoderDecoder model, ITokenizer source, ITokenDecoder target, TextGeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        CheckVocabulary(source.VocabularySize, model.SourceVocabularySize, nameof(source));
        CheckVocabulary(target.VocabularySize, model.TargetVocabularySize, nameof(target));
        Model = model;
        Source = source;
        Target = target;
        _options = options ?? new TextGeneratorOptions();
    }

    /// <summary>The model.</summary>
    public EncoderDecoder Model { get; }

    /// <summary>The source tokenizer.</summary>
    public ITokenizer Source { get; }

    /// <summary>What makes text of the model's tokens.</summary>
    public ITokenDecoder Target { get; }

    /// <summary>Generates a text for a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The generated text, or the best ones.</returns>
    /// <exception cref="TextTooLongException">The text has more tokens than the model takes.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public TextGenerationResult Generate(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourceText source = Encode(text);
        return source.IsEmpty ? Empty(source) : Decode(source, Model.Generate(source.Tokens, options, cancellationToken));
    }

    /// <summary>Generates texts for a list of texts, several at once, with the results that each has alone.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was generated for each text, in the order of the list; empty for an empty list.</returns>
    /// <exception cref="TextTooLongException">A text, which the message has the index of, has more tokens than the model takes.</exception>
    /// <exception cref="ArgumentException">A text is <see langword="null"/>, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public TextGenerationResult[] Generate(IReadOnlyList<string> texts, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var sources = new SourceText[texts.Count];
        var given = new List<int[]>(sources.Length);
        for (int i = 0; i < sources.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sources[i] = Encode(texts[i], i);
            if (!sources[i].IsEmpty)
            {
                given.Add(sources[i].Tokens);
            }
        }

        GenerationResult[] generated = Model.Generate(given, options, cancellationToken);
        int next = 0;
        return [.. sources.Select(source => source.IsEmpty ? Empty(source) : Decode(source, generated[next++]))];
    }

    /// <summary>Generates a text for a text, and hands out each part of it as soon as it is certain.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate; not with beam search, whose tokens are known only at the end.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// The parts, in whole characters, none of them empty; together the text that <see cref="Generate(string, GenerationOptions?, CancellationToken)"/>
    /// gives. Each enumeration generates anew; to stop early, stop enumerating.
    /// </returns>
    /// <exception cref="TextTooLongException">The text has more tokens than the model takes; thrown at once, not when enumeration begins.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or asks for what is known only at the end; thrown at once.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when enumeration begins.</exception>
    public IEnumerable<string> Stream(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourceText source = Encode(text);
        return source.IsEmpty ? [] : Parts(Model.Stream(source.Tokens, options, cancellationToken));
    }

    /// <summary>
    /// Generates a text for a text, and hands out each part of it as soon as it is certain, as <see cref="Stream"/> does, for callers whose thread must stay
    /// free: tokens are computed on the thread pool.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate; not with beam search, whose tokens are known only at the end.</param>
    /// <param name="cancellationToken">Cancels the enumeration; so does the token of <c>WithCancellation</c>.</param>
    /// <returns>The parts, in whole characters, none of them empty. Each enumeration generates anew; to stop early, stop enumerating.</returns>
    /// <exception cref="TextTooLongException">The text has more tokens than the model takes; thrown at once, not when enumeration begins.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or asks for what is known only at the end; thrown at once.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The enumeration was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when enumeration begins.</exception>
    public IAsyncEnumerable<string> StreamAsync(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourceText source = Encode(text);
        return source.IsEmpty ? AsyncEnumerable.Empty<string>() : PartsAsync(Model.StreamAsync(source.Tokens, options, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Generates texts for a stream of texts, for whole files and for feeds that do not end, as
    /// <see cref="EncoderDecoder.GenerateAsync(IAsyncEnumerable{int[]}, GenerationOptions?, StreamingOptions?, CancellationToken)"/> does for tokens: texts are
    /// read ahead and worked on together, and each result comes in the order of the texts, as soon as it can.
    /// </summary>
    /// <param name="texts">The texts. <c>ToAsyncEnumerable()</c> makes such a stream of any sequence.</param>
    /// <param name="options">How to generate; the same for all.</param>
    /// <param name="streaming">How far to read ahead, and whom to tell of progress, in which texts without content do not count.</param>
    /// <param name="cancellationToken">Cancels the enumeration; so does the token of <c>WithCancellation</c>.</param>
    /// <returns>What was generated for each text. Each enumeration reads the texts and generates anew.</returns>
    /// <remarks>
    /// Where a text is <see langword="null"/> or too long, or the stream throws, the results of all texts before come first, then the exception.
    /// </remarks>
    /// <exception cref="ArgumentNullException">There is no stream; thrown at once.</exception>
    /// <exception cref="TextTooLongException">A text, which the message has the index of, has more tokens than the model takes; thrown in its place.</exception>
    /// <exception cref="ArgumentException">An option is out of range: thrown at once. A text is <see langword="null"/>: thrown in its place.</exception>
    /// <exception cref="InvalidOperationException">The model generated a token that the target's tokenizer does not have, or its weights overflow.</exception>
    /// <exception cref="OperationCanceledException">The enumeration was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed; thrown when texts come.</exception>
    public IAsyncEnumerable<TextGenerationResult> GenerateAsync(
        IAsyncEnumerable<string> texts, GenerationOptions? options = null, StreamingOptions? streaming = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return TextStream.RunAsync(this, texts, options, streaming ?? new StreamingOptions(), cancellationToken);
    }

    /// <summary>How probable a given target text is, token by token, the end token included.</summary>
    /// <param name="source">The source text.</param>
    /// <param name="target">The target text.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The log-probability of each token of the target, and of the end token after them.</returns>
    /// <exception cref="TextTooLongException">A text has more tokens than the model takes; a target is never cut off.</exception>
    /// <exception cref="ArgumentException">Of the source the tokenizer makes no token at all.</exception>
    /// <exception cref="InvalidOperationException">The target's tokenizer only decodes.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ScoreResult Score(string source, string target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ITokenizer tokenizer = Target as ITokenizer
            ?? throw new InvalidOperationException($"The target's {Target.GetType().Name} only decodes; scoring a text needs an {nameof(ITokenizer)} that encodes it.");
        var tokens = new List<int>();
        tokenizer.Encode(target, tokens);
        if (tokens is [int first, ..] && first == tokenizer.StartToken)
        {
            tokens.RemoveAt(0);
        }

        if (tokens is not [.., int last] || last != Model.EndToken)
        {
            tokens.Add(Model.EndToken);
        }

        return tokens.Count <= Model.MaxTargetLength
            ? Model.Score(Encode(source).Tokens, CollectionsMarshal.AsSpan(tokens), cancellationToken)
            : throw new TextTooLongException("The target text", tokens.Count, Model.MaxTargetLength, nameof(EncoderDecoder.MaxTargetLength), nameof(target), canBeTruncated: false);
    }

    /// <summary>Makes tokens of a text, no more than the model takes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Its index, where it is one of several.</param>
    internal SourceText Encode(string? text, long? index = null)
    {
        string what = index is { } number ? $"Text {number}" : "The text";
        string parameter = index is null ? "text" : "texts";
        if (text is null)
        {
            throw new ArgumentException($"{what} is null; an empty text is \"\".", parameter);
        }

        int[] tokens = Source.Encode(text);
        int maximum = Model.MaxSourceLength;
        bool isTooLong = tokens.Length > maximum;
        if (isTooLong && _options.LongTexts == LongTextPolicy.Refuse)
        {
            throw new TextTooLongException(what, tokens.Length, maximum, nameof(EncoderDecoder.MaxSourceLength), parameter, canBeTruncated: true);
        }

        if (isTooLong)
        {
            int last = tokens[^1];
            tokens = tokens[..maximum];
            if (last == Source.EndToken)
            {
                tokens[^1] = last;
            }
        }

        bool isEmpty = Array.TrueForAll(tokens, token => token == Source.StartToken || token == Source.EndToken || token == Source.PadToken);
        return new SourceText(tokens, isTooLong, isEmpty);
    }

    /// <summary>The result of a text without content.</summary>
    internal TextGenerationResult Empty(SourceText source) => new(
        ImmutableCollectionsMarshal.AsImmutableArray(source.Tokens), source.IsTruncated, [new TextHypothesis("", Hypothesis.Empty, Target)]);

    /// <summary>Makes texts of what the model generated.</summary>
    internal TextGenerationResult Decode(SourceText source, GenerationResult result) => new(
        ImmutableCollectionsMarshal.AsImmutableArray(source.Tokens),
        source.IsTruncated,
        [.. result.Hypotheses.Select(hypothesis => new TextHypothesis(Decode(hypothesis.Tokens), hypothesis, Target))]);

    private static void CheckVocabulary(int tokenizer, int model, string parameter)
    {
        if (tokenizer > model)
        {
            throw new ArgumentException(
                $"The {parameter} tokenizer has {tokenizer} tokens, the model's {parameter} vocabulary {model}: they do not belong together. Use the tokenizer that the model was trained with.",
                parameter);
        }
    }

    private string Decode(ImmutableArray<int> tokens)
    {
        foreach (int token in tokens)
        {
            CheckGenerated(token);
        }

        return Target.Decode(tokens.AsSpan());
    }

    /// <summary>Tokens above the tokenizer's are there where a vocabulary was padded to a round number; a trained model never chooses them.</summary>
    private void CheckGenerated(int token)
    {
        if (token >= Target.VocabularySize)
        {
            throw new InvalidOperationException(
                $"The model generated the token {token}, but the target's tokenizer has only {Target.VocabularySize}: they do not belong together, or the declaration should suppress the tokens that have no text.");
        }
    }

    private IEnumerable<string> Parts(IEnumerable<GeneratedToken> tokens)
    {
        StreamingDecoder decoder = Target.CreateDecoder();
        foreach (GeneratedToken token in tokens)
        {
            CheckGenerated(token.Token);
            if (decoder.Append(token.Token) is { Length: > 0 } part)
            {
                yield return part;
            }
        }

        if (decoder.Flush() is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    private async IAsyncEnumerable<string> PartsAsync(IAsyncEnumerable<GeneratedToken> tokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StreamingDecoder decoder = Target.CreateDecoder();
        await foreach (GeneratedToken token in tokens.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            CheckGenerated(token.Token);
            if (decoder.Append(token.Token) is { Length: > 0 } part)
            {
                yield return part;
            }
        }

        if (decoder.Flush() is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }
}
