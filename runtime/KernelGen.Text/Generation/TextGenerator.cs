using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>Text in, text out: a model between the tokenizers of its source and its target, with the calls of the model.</summary>
/// <remarks>
/// <para>
/// Thread-safe, as model and tokenizers are, and no more than the three together. <see cref="Open"/> loads all of them from a folder and owns the model, which
/// <see cref="Dispose"/> then frees; otherwise whoever loaded the model disposes it. Options and cancellation are the model's, and so is what its calls throw.
/// </para>
/// <para>
/// A text without content, of which the source tokenizer makes nothing but start, end and pad tokens, is not given to the model: its result is the empty
/// text, with no tokens and the score 0. Characters that the tokenizer does not know are unknown tokens to the model, which
/// <see cref="TextGenerationResult.UnknownTokens"/> lists. A text of more tokens than the model takes is refused with <see cref="TextTooLongException"/>,
/// unless <see cref="TextGeneratorOptions.LongTexts"/> says otherwise. A model that was trained on sentences needs
/// <see cref="TextGeneratorOptions.Sentences"/> for texts of several.
/// </para>
/// </remarks>
public sealed partial class TextGenerator : IDisposable
{
    private readonly SourceEncoding _encoding;
    private TextGeneratorOptions _options;

    /// <summary>Of an opened folder its tokenizers, and what it says of generation.</summary>
    private PretrainedTokenizer? _tokenizer;
    private GenerationOptions? _folderGeneration;

    /// <summary>What every target begins with, where options do not say: the token of its language.</summary>
    private ImmutableArray<int> _forcedPrefix = [];
    private bool _ownsModel;

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
        DefaultGeneration = _options.Generation ?? new GenerationOptions();
        _encoding = new SourceEncoding(source, model.MaxSourceLength, _options);
    }

    /// <summary>The model.</summary>
    public EncoderDecoder Model { get; }

    /// <summary>The source tokenizer.</summary>
    public ITokenizer Source { get; }

    /// <summary>What makes text of the model's tokens.</summary>
    public ITokenDecoder Target { get; }

    /// <summary>The codes of the languages that the model of an opened folder tells apart, as it writes them (<see cref="WithLanguages"/>); mostly none.</summary>
    public ImmutableArray<string> Languages => _tokenizer?.Languages ?? [];

    /// <summary>
    /// How calls generate that do not say: <see cref="TextGeneratorOptions.Generation"/>, or what the opened folder has in its files. Streams, whose tokens must be
    /// known one by one, then search greedily where it asks for beams.
    /// </summary>
    public GenerationOptions DefaultGeneration { get; }

    /// <summary>What the opened folder asks of generation and is not supported, so that texts may differ from those of Transformers; mostly nothing.</summary>
    public ImmutableArray<UnsupportedGenerationKey> UnsupportedGenerationKeys { get; private init; } = [];

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
        SourceText source = Encode(text, index: null);
        options = OptionsOf(options);
        return source.Sentences is [SourceSentence only]
            ? Decode(source, only.IsEmpty ? [] : [Model.Generate(only.TokenArray, options, cancellationToken)])
            : Decode(source, Model.Generate(Given(source), options, cancellationToken));
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
            given.AddRange(Given(sources[i]));
        }

        GenerationResult[] generated = Model.Generate(given, OptionsOf(options), cancellationToken);
        int next = 0;
        var results = new TextGenerationResult[sources.Length];
        for (int i = 0; i < results.Length; i++)
        {
            int count = Given(sources[i]).Length;
            results[i] = Decode(sources[i], generated.AsSpan(next, count));
            next += count;
        }

        return results;
    }

    /// <summary>Generates a text for a text, and hands out each part of it as soon as it is certain.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate; not with beam search, whose tokens are known only at the end. Where there are none see <see cref="DefaultGeneration"/>.</param>
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
        SourceText source = Encode(text, index: null);
        options = OptionsOf(options, isStream: true);
        return Parts(source, Array.ConvertAll(Given(source), tokens => Model.Stream(tokens, options, cancellationToken)));
    }

    /// <summary>
    /// Generates a text for a text, and hands out each part of it as soon as it is certain, as <see cref="Stream"/> does, for callers whose thread must stay
    /// free: tokens are computed on the thread pool.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="options">How to generate; not with beam search, whose tokens are known only at the end. Where there are none see <see cref="DefaultGeneration"/>.</param>
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
        SourceText source = Encode(text, index: null);
        options = OptionsOf(options, isStream: true);
        return PartsAsync(source, Array.ConvertAll(Given(source), tokens => Model.StreamAsync(tokens, options, cancellationToken)), cancellationToken);
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
        ImmutableArray<int> tokens = EncodeTarget(target);
        return tokens.Length <= Model.MaxTargetLength
            ? Model.Score(_encoding.EncodeWhole(source, nameof(source)).TokenArray, tokens.AsSpan(), cancellationToken)
            : throw new TextTooLongException("The target text", tokens.Length, Model.MaxTargetLength, nameof(EncoderDecoder.MaxTargetLength), nameof(target), canBeTruncated: false);
    }

    /// <summary>The tokens that <see cref="Score"/> scores of a target text, which say what each of its log-probabilities is of.</summary>
    /// <param name="target">The target text.</param>
    /// <returns>The target's language, where the model is told it; the tokens of the text; and the end token. There may be more than the model takes.</returns>
    /// <exception cref="InvalidOperationException">The target's tokenizer only decodes.</exception>
    public ImmutableArray<int> EncodeTarget(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        ITokenizer tokenizer = Target as ITokenizer
            ?? throw new InvalidOperationException($"The target's {Target.GetType().Name} only decodes; scoring a text needs an {nameof(ITokenizer)} that encodes it.");
        var tokens = new List<int>();
        tokenizer.Encode(target, tokens);
        if (tokens is [int first, ..] && first == tokenizer.StartToken)
        {
            tokens.RemoveAt(0);
        }

        if (!CollectionsMarshal.AsSpan(tokens).StartsWith(_forcedPrefix.AsSpan()))
        {
            tokens.InsertRange(0, _forcedPrefix);
        }

        if (tokens is not [.., int last] || last != Model.EndToken)
        {
            tokens.Add(Model.EndToken);
        }

        return [.. tokens];
    }

    /// <summary>Frees the model where <see cref="Open"/> loaded it; one that was handed in stays as it is.</summary>
    public void Dispose()
    {
        if (_ownsModel)
        {
            Model.Dispose();
        }
    }

    /// <summary>Makes the sources of a text that the model is given, for whoever asks the model itself.</summary>
    /// <param name="text">The text.</param>
    /// <returns>
    /// Its sentences as <see cref="TextGeneratorOptions.Sentences"/> and <see cref="TextGeneratorOptions.LongTexts"/> take it apart; at least one, which is
    /// empty where the text is.
    /// </returns>
    /// <exception cref="TextTooLongException">The text, or one of its sentences, has more tokens than the model takes.</exception>
    public ImmutableArray<SourceSentence> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encoding.Encode(text, index: null).Sentences;
    }

    /// <summary>Makes tokens of a text, no more than the model takes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Its index, where it is one of several.</param>
    internal SourceText Encode(string? text, long? index) => _encoding.Encode(text, index);

    /// <summary>The sources that the model is given of a text: those of its sentences that hold something.</summary>
    internal static int[][] Given(SourceText source)
    {
        var given = new List<int[]>(source.Sentences.Length);
        foreach (SourceSentence sentence in source.Sentences)
        {
            if (!sentence.IsEmpty)
            {
                given.Add(sentence.TokenArray);
            }
        }

        return given.ToArray();
    }

    /// <summary>How a call generates.</summary>
    /// <param name="options">What the caller says.</param>
    /// <param name="isStream">Whether tokens are handed out as they come, before it is known where the model looked.</param>
    internal GenerationOptions OptionsOf(GenerationOptions? options, bool isStream = false)
    {
        options ??= isStream && DefaultGeneration.BeamSize > 1 ? Greedily(DefaultGeneration) : DefaultGeneration;
        if (!_forcedPrefix.IsEmpty && options.ForcedPrefix.IsDefaultOrEmpty)
        {
            options = options with { ForcedPrefix = _forcedPrefix };
        }

        return _options.ReplaceUnknownTokens && !isStream && !options.ReturnCrossAttention ? options with { ReturnCrossAttention = true } : options;
    }

    /// <summary>Makes the result of a text from those of its sentences that hold something.</summary>
    internal TextGenerationResult Decode(SourceText source, ReadOnlySpan<GenerationResult> results)
    {
        ImmutableArray<GeneratedSentence>.Builder sentences = ImmutableArray.CreateBuilder<GeneratedSentence>(source.Sentences.Length);
        int next = 0;
        foreach (SourceSentence sentence in source.Sentences)
        {
            if (sentence.IsEmpty)
            {
                sentences.Add(new GeneratedSentence(sentence, [new TextHypothesis("", Hypothesis.Empty, Target)]));
                continue;
            }

            ImmutableArray<Hypothesis> generated = results[next++].Hypotheses;
            var hypotheses = new TextHypothesis[generated.Length];
            for (int i = 0; i < hypotheses.Length; i++)
            {
                hypotheses[i] = Decode(source, sentence, generated[i]);
            }

            sentences.Add(new GeneratedSentence(sentence, ImmutableCollectionsMarshal.AsImmutableArray(hypotheses)));
        }

        return new TextGenerationResult(source, sentences.MoveToImmutable());
    }

    private static GenerationOptions Greedily(GenerationOptions beams) =>
        beams with { BeamSize = 1, BeamGroups = 1, DiversityPenalty = 0, HypothesisCount = 1, EarlyStopping = EarlyStopping.Heuristic };

    private static void CheckVocabulary(int tokenizer, int model, string parameter)
    {
        if (tokenizer > model)
        {
            throw new ArgumentException(
                $"The {parameter} tokenizer has {tokenizer} tokens, the model's {parameter} vocabulary {model}: they do not belong together. Use the tokenizer that the model was trained with.",
                parameter);
        }
    }

    private TextHypothesis Decode(SourceText source, SourceSentence sentence, Hypothesis hypothesis)
    {
        foreach (int token in hypothesis.Tokens)
        {
            CheckGenerated(token);
        }

        if (_options.ReplaceUnknownTokens
            && Target.UnknownToken is { } unknown
            && hypothesis.Tokens.Contains(unknown)
            && hypothesis.CrossAttention is not null
            && SourceEncoding.Spans(Source, sentence.Code, source.Text.Substring(sentence.Start, sentence.Length)) is { } spans)
        {
            ImmutableArray<string> texts = UnknownReplacement.TokenTexts(hypothesis, Target, source, sentence, spans);
            return new TextHypothesis(string.Concat(texts), hypothesis, () => texts);
        }

        return new TextHypothesis(Target.Decode(hypothesis.Tokens.AsSpan()), hypothesis, Target);
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

    private IEnumerable<string> Parts(SourceText source, IEnumerable<GeneratedToken>[] streams)
    {
        var parts = new SentenceParts(source);
        int next = 0;
        for (int i = 0; i < source.Sentences.Length; i++)
        {
            if (!source.Sentences[i].IsEmpty)
            {
                StreamingDecoder decoder = Target.CreateDecoder();
                foreach (GeneratedToken token in streams[next++])
                {
                    CheckGenerated(token.Token);
                    if (decoder.Append(token.Token) is { Length: > 0 } part)
                    {
                        yield return parts.Add(i, part);
                    }
                }

                if (decoder.Flush() is { Length: > 0 } rest)
                {
                    yield return parts.Add(i, rest);
                }
            }

            if (parts.End(i) is { Length: > 0 } separator)
            {
                yield return separator;
            }
        }
    }

    private async IAsyncEnumerable<string> PartsAsync(
        SourceText source, IAsyncEnumerable<GeneratedToken>[] streams, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = new SentenceParts(source);
        int next = 0;
        for (int i = 0; i < source.Sentences.Length; i++)
        {
            if (!source.Sentences[i].IsEmpty)
            {
                StreamingDecoder decoder = Target.CreateDecoder();
                await foreach (GeneratedToken token in streams[next++].WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    CheckGenerated(token.Token);
                    if (decoder.Append(token.Token) is { Length: > 0 } part)
                    {
                        yield return parts.Add(i, part);
                    }
                }

                if (decoder.Flush() is { Length: > 0 } rest)
                {
                    yield return parts.Add(i, rest);
                }
            }

            if (parts.End(i) is { Length: > 0 } separator)
            {
                yield return separator;
            }
        }
    }
}
