using System.Diagnostics;
using System.Threading.Channels;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What the endpoints ask for: texts are checked, translated, described for the wire, and measured.</summary>
internal sealed class TranslationService(TextGenerator generator, TranslationMetrics metrics)
{
    /// <summary>What a short sentence counts as, because the model may say much about little.</summary>
    private const int LeastWork = 16;

    /// <summary>What a row of attention costs, to compute, to write and to send, in steps of the search.</summary>
    private const int AttentionWork = 4;

    /// <summary>How streams search, and that they tell where the model looked.</summary>
    public static GenerationOptions StreamOptions { get; } = new() { ReturnCrossAttention = true };

    private EncoderDecoder Model => generator.Model;

    /// <summary>The most characters of a text; the end token takes one place more.</summary>
    public int MaxCharacters => Model.MaxSourceLength - 1;

    /// <summary>What is wrong with a text, or <see langword="null"/>.</summary>
    public string? Check(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "There is no text to translate. Send a Chinese sentence.";
        }

        int tokens = generator.Source.Encode(text).Length;
        return tokens > Model.MaxSourceLength
            ? $"The text has {tokens - 1} characters without spaces; at most {MaxCharacters} can be translated at once. Split it into shorter sentences."
            : null;
    }

    /// <summary>
    /// How much work texts are: their source tokens, at least <see cref="LeastWork"/> for each, times the beam; <see cref="AttentionWork"/> times as much for
    /// each hypothesis whose attention is wanted, where that is more.
    /// </summary>
    /// <param name="texts">The texts, of which nothing is wrong.</param>
    /// <param name="options">How to search.</param>
    public long WorkOf(IEnumerable<string> texts, GenerationOptions options)
    {
        long width = Math.Max(options.BeamSize, options.ReturnCrossAttention ? AttentionWork * options.HypothesisCount : 1);
        return width * texts.Sum(text => (long)Math.Max(generator.Source.Encode(text).Length, LeastWork));
    }

    /// <summary>Translates texts together.</summary>
    /// <param name="texts">The texts, of which nothing is wrong.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Translation[] Translate(IReadOnlyList<string> texts, GenerationOptions options, CancellationToken cancellationToken)
    {
        TextGenerationResult[] results = generator.Generate(texts, options, cancellationToken);
        var translations = new Translation[results.Length];
        for (int i = 0; i < results.Length; i++)
        {
            TextGenerationResult result = results[i];
            translations[i] = new Translation(texts[i], [.. result.Hypotheses.Select(hypothesis => Describe(result, hypothesis))]);
            metrics.Translated(result.SourceTokens.Length, result.Hypotheses.Sum(static hypothesis => hypothesis.Tokens.Length));
        }

        return translations;
    }

    /// <summary>Translates a text token by token. The work begins at once and goes on as fast as it can, however slowly what it gives is taken.</summary>
    /// <param name="text">The text, of which nothing is wrong.</param>
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
        int[] source = generator.Source.Encode(text);
        StreamingDecoder decoder = generator.Target.CreateDecoder();
        var tokens = new List<int>();
        var texts = new List<string>();
        await foreach (GeneratedToken token in Model.StreamAsync(source, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (token.Index == 0)
            {
                metrics.FirstToken(Stopwatch.GetElapsedTime(start));
            }

            string added = decoder.Append(token.Token);
            tokens.Add(token.Token);
            texts.Add(added);
            events.TryWrite(new TokenEvent(token.Index, token.Token, added));
        }

        if (texts.Count > 0)
        {
            texts[^1] += decoder.Flush();
        }

        metrics.Translated(source.Length, tokens.Count);
        bool hasEnded = tokens.Count < Model.MaxTargetLength;
        int[] target = hasEnded ? [.. tokens, Model.EndToken] : [.. tokens];
        events.TryWrite(new DoneEvent(string.Concat(texts), Map(source, texts, hasEnded, Model.CrossAttention(source, target, cancellationToken))));
    }

    private TranslationHypothesis Describe(TextGenerationResult result, TextHypothesis hypothesis)
    {
        AttentionMap? attention = hypothesis.Hypothesis.CrossAttention is { } looks
            ? Map(result.SourceTokens, hypothesis.TokenTexts, hypothesis.FinishReason == FinishReason.EndToken, looks)
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
