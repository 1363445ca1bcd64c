using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using KernelGen.Extensions.AspNetCore;
using KernelGen.Extensions.Hosting;
using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>What the endpoints ask for: texts are translated, in batches with those of others, and described for the wire.</summary>
internal sealed class TranslationService(TextGenerationQueue queue, ServiceSettings settings)
{
    /// <summary>As how many tokens of work a token counts of which a stream tells where the model looked (<see cref="RequestWork"/>).</summary>
    private const int StreamWork = 4;

    /// <summary>How streams search, and that they tell where the model looked.</summary>
    public static GenerationOptions StreamOptions { get; } = new() { ReturnCrossAttention = true };

    /// <summary>About how many characters a stream translates at most.</summary>
    public int MaxStreamCharacters => settings.MaxWork / StreamWork;

    private TextGenerator Generator => queue.Generator;

    private EncoderDecoder Model => Generator.Model;

    /// <summary>How much work texts are.</summary>
    public long WorkOf(IEnumerable<string> texts, GenerationOptions options) => RequestWork.Of(Generator, texts, options);

    /// <summary>Translates texts, and describes what became of them.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="QueueFullException">More is waiting than the service takes on.</exception>
    public async Task<Translation[]> TranslateAsync(IReadOnlyList<string> texts, GenerationOptions options, CancellationToken cancellationToken)
    {
        TextGenerationResult[] results = await queue.GenerateAsync(texts, options, cancellationToken);
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
        }

        return translations;
    }

    /// <summary>
    /// Translates a text token by token. The work begins in its turn and then goes on as fast as it can, however slowly what it gives is taken: who reads slowly keeps nobody waiting.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="QueueFullException">More is waiting than the service takes on; thrown at once.</exception>
    public IAsyncEnumerable<TranslationEvent> StreamAsync(string text, CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<TranslationEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<bool> work = queue.RunAsync(
            (_, token) =>
            {
                Translate(text, events.Writer, token);
                return true;
            },
            cancellationToken);
        _ = CompleteAsync();
        return events.Reader.ReadAllAsync(cancellationToken);

        async Task CompleteAsync()
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Whoever reads the events meets the failure.
            events.Writer.TryComplete(work.IsCanceled ? new OperationCanceledException(cancellationToken) : work.Exception?.InnerException);
        }
    }

    /// <summary>What stands between two translations: the line breaks that stand between the sentences, or a space.</summary>
    private static string Separator(string text, SourceSentence before, SourceSentence sentence)
    {
        string gap = text[(before.Start + before.Length)..sentence.Start];
        string breaks = string.Concat(gap.Where(static character => character is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029'));
        return breaks.Length > 0 ? breaks : " ";
    }

    private void Translate(string text, ChannelWriter<TranslationEvent> events, CancellationToken cancellationToken)
    {
        ImmutableArray<SourceSentence> sentences = Generator.Encode(text);
        var whole = new StringBuilder();
        for (int index = 0; index < sentences.Length; index++)
        {
            SourceSentence sentence = sentences[index];
            string separator = index == 0 ? "" : Separator(text, sentences[index - 1], sentence);
            StreamingDecoder decoder = Generator.Target.CreateDecoder();
            var tokens = new List<int>();
            var texts = new List<string>();
            foreach (GeneratedToken token in Model.Stream(sentence.Tokens.AsSpan(), cancellationToken: cancellationToken))
            {
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
        }

        events.TryWrite(new DoneEvent(whole.ToString()));
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

        string[] targetTokens = hasEnded ? [.. texts, Generator.Target.Piece(Model.EndToken)] : [.. texts];
        return new AttentionMap([.. source.Select(Generator.Source.Piece)], targetTokens, weights);
    }
}
