using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What the endpoints ask for: texts are checked, translated, described for the wire, and measured.</summary>
internal sealed class TranslationService(TextGenerator generator, TranslationMetrics metrics, ServiceSettings settings)
{
    /// <summary>What a short sentence counts as, because the model may say much about little.</summary>
    private const int LeastWork = 16;

    /// <summary>What a row of attention costs, to compute, to write and to send, in steps of the search.</summary>
    private const int AttentionWork = 4;

    /// <summary>How streams search, and that they tell where the model looked.</summary>
    public static GenerationOptions StreamOptions { get; } = new() { ReturnCrossAttention = true };

    /// <summary>About how many characters a stream translates at most.</summary>
    public int MaxStreamCharacters => settings.MaxWork / AttentionWork;

    private EncoderDecoder Model => generator.Model;

    /// <summary>
    /// How much work texts are: the source tokens of their sentences, at least <see cref="LeastWork"/> for each, times the beam;
    /// <see cref="AttentionWork"/> times as much for each hypothesis whose attention is wanted, where that is more.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How to search.</param>
    public long WorkOf(IEnumerable<string> texts, GenerationOptions options)
    {
        long width = Math.Max(options.BeamSize, options.ReturnCrossAttention ? AttentionWork * options.HypothesisCount : 1);
        return width * texts.Sum(text => generator.Encode(text).Sum(static sentence => (long)Math.Max(sentence.Tokens.Length, LeastWork)));
    }

    /// <summary>Translates texts together.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Translation[] Translate(IReadOnlyList<string> texts, GenerationOptions options, CancellationToken cancellationToken)
    {
        TextGenerationResult[] results = generator.Generate(texts, options, cancellationToken);
        var translations = new Translation[results.Length];
        for (int i = 0; i < results.Length; i++)
        {
            TextGenerationResult result = results[i];
            string text = texts[i];
            translations[i] = new Translation(text, result.Text, [.. result.Sentences.Select(sentence => new TranslatedSentence(
                text.Substring(sentence.Start, sentence.Length),
                sentence.Start,
                [.. sentence.Hypotheses.Select(hypothesis => Describe(sentence, hypothesis))],
                Unknown(sentence.UnknownTokens),
                sentence.IsUnknown))]);
            metrics.Translated(result.SourceTokens.Length, result.Sentences.Sum(static sentence => sentence.Hypotheses.Sum(static hypothesis => hypothesis.Tokens.Length)));
        }

        return translations;
    }

    /// <summary>Translates a text token by token. The work begins at once and goes on as fast as it can, however slowly what it gives is taken.</summary>
    /// <param name="text">The text.</param>
    /// <param name="turn">Disposed when the work ends.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public IAsyncEnumerable<TranslationEvent> StreamAsync(string text, IDisposable turn, CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<TranslationEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        _ = ProduceAsync();
        return events.Reader.ReadAllAsync(cancellationToken);

        async Task ProduceAsync()
        {
            Exception? failure = null;
            try
            {
                await TranslateAsync(text, events.Writer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Whoever reads the events meets it.
                failure = exception;
            }
            finally
            {
                turn.Dispose();
                events.Writer.Complete(failure);
            }
        }
    }

    private async Task TranslateAsync(string text, ChannelWriter<TranslationEvent> events, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        ImmutableArray<SourceSentence> sentences = generator.Encode(text);
        var whole = new StringBuilder();
        int sourceTokens = 0;
        int targetTokens = 0;
        for (int index = 0; index < sentences.Length; index++)
        {
            SourceSentence sentence = sentences[index];
            string separator = index == 0 ? "" : Separator(text, sentences[index - 1], sentence);
            StreamingDecoder decoder = generator.Target.CreateDecoder();
            var tokens = new List<int>();
            var texts = new List<string>();
            await foreach (GeneratedToken token in Model.StreamAsync(sentence.Tokens.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (targetTokens == 0 && token.Index == 0)
                {
                    metrics.FirstToken(Stopwatch.GetElapsedTime(start));
                }

                string added = decoder.Append(token.Token);
                tokens.Add(token.Token);
                texts.Add(added);
                events.TryWrite(new TokenEvent(index, token.Index, token.Token, token.Index == 0 ? separator + added : added));
            }

            if (texts.Count > 0)
            {
                texts[^1] += decoder.Flush();
            }

            string translated = string.Concat(texts);
            whole.Append(separator).Append(translated);
            bool hasEnded = tokens.Count < Model.MaxTargetLength;
            int[] target = hasEnded ? [.. tokens, Model.EndToken] : [.. tokens];
            AttentionMap attention = Map(sentence.Tokens, texts, hasEnded, Model.CrossAttention(sentence.Tokens.AsSpan(), target, cancellationToken));
            string source = text.Substring(sentence.Start, sentence.Length);
            events.TryWrite(new SentenceEvent(index, source, sentence.Start, separator, translated, attention, Unknown(sentence.UnknownTokens), sentence.IsUnknown));
            sourceTokens += sentence.Tokens.Length;
            targetTokens += tokens.Count;
        }

        metrics.Translated(sourceTokens, targetTokens);
        events.TryWrite(new DoneEvent(whole.ToString()));
    }

    /// <summary>What stands between two translations: the line breaks that stand between the sentences, or a space.</summary>
    private static string Separator(string text, SourceSentence before, SourceSentence sentence)
    {
        int end = before.Start + before.Length;
        string breaks = string.Concat(text[end..sentence.Start].Where(static character => character is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029'));
        return breaks.Length > 0 ? breaks : " ";
    }

    private static UnknownPart[]? Unknown(ImmutableArray<UnknownToken> tokens) =>
        tokens.IsEmpty ? null : [.. tokens.Select(static token => new UnknownPart(token.Text, token.Start))];

    private TranslationHypothesis Describe(GeneratedSentence sentence, TextHypothesis hypothesis)
    {
        AttentionMap? attention = hypothesis.Hypothesis.CrossAttention is { } looks
            ? Map(sentence.SourceTokens, hypothesis.TokenTexts, hypothesis.FinishReason == FinishReason.EndToken, looks)
            : null;
        return new TranslationHypothesis(hypothesis.Text, hypothesis.Score, attention);
    }

    private AttentionMap Map(IEnumerable<int> source, IEnumerable<string> texts, bool hasEnded, CrossAttention looks)
    {
        float[] mean = looks.Average(looks.Layers - 1);
        float[][] weights = new float[looks.TargetLength][];
        for (int row = 0; row < weights.Length; row++)
        {
            weights[row] = new float[looks.SourceLength];
            for (int column = 0; column < looks.SourceLength; column++)
            {
                // Four digits are more than an eye can tell apart, and a third of the bytes.
                weights[row][column] = MathF.Round(mean[(row * looks.SourceLength) + column], 4);
            }
        }

        string[] targetTokens = hasEnded ? [.. texts, generator.Target.Piece(Model.EndToken)] : [.. texts];
        return new AttentionMap([.. source.Select(generator.Source.Piece)], targetTokens, weights);
    }
}
