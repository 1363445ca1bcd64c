using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Chinese text in, English text out: the model between its two tokenizers, from the program's resources; only the weights may come from a file.</summary>
internal sealed class TextTranslator : IDisposable
{
    private readonly TextGenerator _generator;
    private long _generatedTokens;

    /// <param name="weights">The weights file, or <see langword="null"/> for the program's own weights.</param>
    /// <param name="options">How to load them.</param>
    public TextTranslator(string? weights, ModelLoadOptions options)
    {
        Model = weights is null ? Translator.Load(Resource("model.safetensors"), options) : Translator.Load(weights, options);
        _generator = new TextGenerator(
            Model, SentencePieceTokenizer.Load(Resource("source.spm")), SentencePieceDecoder.Load(Resource("target.spm")), new TextGeneratorOptions
            {
                // The model was trained on single sentences for the most part.
                Sentences = SentenceSplitter.Default,
                LongTexts = LongTextPolicy.Split,
            });
    }

    public EncoderDecoder Model { get; }

    /// <summary>The number of tokens of the best translations so far, of all calls.</summary>
    public long GeneratedTokens => Interlocked.Read(ref _generatedTokens);

    /// <summary>
    /// Translates lines, several at once, sentence by sentence, and gives them back in their order, each as soon as it and those before it are done.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public async IAsyncEnumerable<TranslatedLine> TranslateAsync(
        IAsyncEnumerable<string> lines, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Lines are read ahead, and a line is here before its result is; so the queue is no longer than the generator reads ahead.
        var read = new ConcurrentQueue<string>();
        await foreach (TextGenerationResult result in _generator.GenerateAsync(Remember(lines, read), options, cancellationToken: cancellation))
        {
            _ = read.TryDequeue(out string? line);
            Interlocked.Add(ref _generatedTokens, result.Hypotheses[0].Tokens.Length);
            yield return TranslatedLine.Of(line!, result);
        }
    }

    /// <summary>Translates a text sentence by sentence and keeps where the decoder looked.</summary>
    /// <exception cref="ArgumentException">There is no sentence.</exception>
    public IReadOnlyList<Alignment> Align(string text) => text.AsSpan().IsWhiteSpace()
        ? throw new ArgumentException("the sentence to look into is empty")
        : [.. _generator.Encode(text).Select(sentence => Align(text.Substring(sentence.Start, sentence.Length), sentence))];

    /// <summary>What a text holds that the model does not know, as a warning, or <see langword="null"/>.</summary>
    public string? Warning(string text)
    {
        ImmutableArray<SourceSentence> sentences = _generator.Encode(text);
        return UnknownCharacters.Describe(text, [.. sentences.SelectMany(static sentence => sentence.UnknownTokens)], sentences.All(static sentence => sentence.IsUnknown || sentence.IsEmpty));
    }

    /// <summary>What a source token stands for.</summary>
    public string SourcePiece(int token) => _generator.Source.Piece(token);

    /// <summary>What a target token stands for, as SentencePiece writes it: "▁" is the space before a word.</summary>
    public string TargetPiece(int token) => _generator.Target.Piece(token);

    /// <summary>Writes the weights to a packed file.</summary>
    public void Pack(string path) => Model.Save(path);

    public void Dispose() => Model.Dispose();

    private Alignment Align(string text, SourceSentence sentence)
    {
        Hypothesis hypothesis = Model.Generate(sentence.Tokens.AsSpan(), new GenerationOptions { ReturnCrossAttention = true }).Hypotheses[0];
        int[] target = hypothesis.FinishReason == FinishReason.EndToken ? [.. hypothesis.Tokens, Model.EndToken] : [.. hypothesis.Tokens];
        return new Alignment
        {
            Sentence = text,
            Translation = _generator.Target.Decode(hypothesis.Tokens.AsSpan()),
            Source = [.. sentence.Tokens],
            SourcePieces = [.. sentence.Tokens.Select(SourcePiece)],
            Target = target,
            TargetPieces = [.. target.Select(TargetPiece)],
            CrossAttention = hypothesis.CrossAttention!,
        };
    }

    private static async IAsyncEnumerable<string> Remember(
        IAsyncEnumerable<string> lines, ConcurrentQueue<string> read, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (string line in lines.WithCancellation(cancellation))
        {
            read.Enqueue(line);
            yield return line;
        }
    }

    private static Stream Resource(string name) => typeof(TextTranslator).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"this program was built without its resource {name}");
}
