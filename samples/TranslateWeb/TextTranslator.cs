using System.Diagnostics;
using System.Runtime.CompilerServices;
using KernelGen.Samples.Translate;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>Chinese text in, English text out: the model between its two tokenizers.</summary>
internal sealed class TextTranslator(Translator model, TranslationTokenizers tokenizers, TranslationMetrics metrics)
{
    private const string EndToken = "<eos>";
    private const string UnknownToken = "<unk>";

    /// <summary>The most characters of a text; the end token takes one place more.</summary>
    public int MaxCharacters => model.MaxSourceLength - 1;

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The tokens, or none.</param>
    /// <returns>What is wrong with the text, or <see langword="null"/>.</returns>
    public string? Encode(string? text, out int[] source)
    {
        source = [];
        if (string.IsNullOrWhiteSpace(text))
        {
            return "There is no text to translate. Send a Chinese sentence.";
        }

        int[] tokens = tokenizers.Source.Encode(text);
        if (tokens.Length > model.MaxSourceLength)
        {
            return $"The text has {tokens.Length - 1} characters without spaces; at most {MaxCharacters} can be translated at once. Split it into shorter sentences.";
        }

        source = tokens;
        return null;
    }

    /// <summary>Translates texts together.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="sources">Their tokens.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Translation[] Translate(IReadOnlyList<string?> texts, int[][] sources, GenerationOptions options, CancellationToken cancellationToken)
    {
        GenerationResult[] results = model.Generate(sources, options, cancellationToken);
        var translations = new Translation[results.Length];
        for (int i = 0; i < results.Length; i++)
        {
            int[] source = sources[i];
            Hypothesis[] hypotheses = [.. results[i].Hypotheses];
            translations[i] = new Translation(texts[i]!, [.. hypotheses.Select(hypothesis => Describe(source, hypothesis))]);
            metrics.Translated(source.Length, hypotheses.Sum(static hypothesis => hypothesis.Tokens.Length));
        }

        return translations;
    }

    /// <summary>Translates a text token by token.</summary>
    /// <param name="source">The tokens of the text.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async IAsyncEnumerable<TranslationEvent> StreamAsync(int[] source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        var text = new StreamedText(tokenizers.Target);
        var pieces = new List<string>();
        await foreach (GeneratedToken token in model.StreamAsync(source, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (token.Index == 0)
            {
                metrics.FirstToken(Stopwatch.GetElapsedTime(start));
            }

            string added = text.Add(token.Token);
            pieces.Add(added);
            yield return new TokenEvent(token.Index, token.Token, added);
        }

        if (pieces.Count > 0)
        {
            pieces[^1] += text.Rest();
        }

        metrics.Translated(source.Length, text.Tokens.Count);
        bool hasEnded = text.Tokens.Count < model.MaxTargetLength;
        int[] target = hasEnded ? [.. text.Tokens, model.EndToken] : [.. text.Tokens];
        yield return new DoneEvent(text.Text, Map(source, pieces, hasEnded, model.CrossAttention(source, target, cancellationToken)));
    }

    private TranslationHypothesis Describe(int[] source, Hypothesis hypothesis)
    {
        var text = new StreamedText(tokenizers.Target);
        List<string> pieces = [.. hypothesis.Tokens.Select(text.Add)];
        if (pieces.Count > 0)
        {
            pieces[^1] += text.Rest();
        }

        AttentionMap? attention = hypothesis.CrossAttention is { } looks
            ? Map(source, pieces, hypothesis.FinishReason == FinishReason.EndToken, looks)
            : null;
        return new TranslationHypothesis(text.Text, hypothesis.Score, attention);
    }

    private AttentionMap Map(int[] source, List<string> pieces, bool hasEnded, CrossAttention looks)
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

        string[] targetTokens = hasEnded ? [.. pieces, EndToken] : [.. pieces];
        return new AttentionMap([.. source.Select(SourceToken)], targetTokens, weights);
    }

    /// <summary>A source token as the model knows it.</summary>
    private string SourceToken(int token) =>
        token == tokenizers.Source.EndToken ? EndToken
        : token == tokenizers.Source.UnknownToken ? UnknownToken
        : tokenizers.Source.Decode([token]);
}
