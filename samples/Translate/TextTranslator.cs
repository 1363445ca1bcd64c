using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Chinese text in, English text out: the model between its two tokenizers, from the program's resources; only the weights may come from a file.</summary>
internal sealed class TextTranslator : IDisposable
{
    /// <summary>So many lines without a sentence may wait to be written, so that a file of empty lines does not fill the memory.</summary>
    private const int LinesAhead = 4096;

    private readonly VocabularyTokenizer _chinese = VocabularyTokenizer.Load(Resource("source_vocabulary.json"));
    private readonly SentencePieceTokenizer _english = SentencePieceTokenizer.Load(Resource("target.spm"));
    private readonly List<int> _tokens = [];

    /// <param name="weights">The weights file, or <see langword="null"/> for the program's own weights.</param>
    /// <param name="options">How to load them.</param>
    public TextTranslator(string? weights, ModelLoadOptions options)
    {
        Model = weights is null ? Translator.Load(Resource("model.safetensors"), options) : Translator.Load(weights, options);
    }

    public Translator Model { get; }

    /// <summary>The number of tokens of the best translations so far.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>
    /// Translates lines, several at once, and gives them back in their order, each as soon as it and those before it are done. A line of white space has no
    /// sentence; one that is longer than the model takes has several.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="options">How to generate.</param>
    public async IAsyncEnumerable<TranslatedLine> TranslateAsync(IAsyncEnumerable<string> lines, GenerationOptions options)
    {
        var read = Channel.CreateBounded<(string Line, List<string> Sentences)>(new BoundedChannelOptions(LinesAhead) { SingleReader = true, SingleWriter = true });
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<GenerationResult> results =
            Model.GenerateAsync(Sources(lines, read.Writer), options).GetAsyncEnumerator(stop.Token);

        // Sources are read only once a result is asked for; so the first is, before any line is there.
        Task<bool> next = results.MoveNextAsync().AsTask();
        try
        {
            await foreach ((string line, List<string> sentences) in read.Reader.ReadAllAsync())
            {
                var translated = new TranslatedSentence[sentences.Count];
                for (int i = 0; i < translated.Length; i++)
                {
                    await next;
                    translated[i] = new TranslatedSentence(sentences[i], Texts(results.Current));
                    next = results.MoveNextAsync().AsTask();
                }

                yield return new TranslatedLine(line, translated);
            }

            // What ended the lines early, if anything did, is thrown here.
            await next;
        }
        finally
        {
            // Whoever stops early leaves a result that is waited for, and it has to end before the rest can be disposed.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Translates one sentence and keeps where the decoder looked.</summary>
    /// <exception cref="ArgumentException">There is no sentence, or it is longer than the model takes.</exception>
    public Alignment Align(string sentence)
    {
        int[] source = _chinese.Encode(sentence);
        if (string.IsNullOrWhiteSpace(sentence))
        {
            throw new ArgumentException("the sentence to look into is empty");
        }

        if (source.Length > Model.MaxSourceLength)
        {
            // The end token takes one place.
            throw new ArgumentException(
                $"the sentence to look into has {source.Length - 1} characters without spaces; at most {Model.MaxSourceLength - 1} can be translated at once");
        }

        Hypothesis hypothesis = Model.Generate(source, new GenerationOptions { ReturnCrossAttention = true }).Hypotheses[0];
        int[] target = hypothesis.FinishReason == FinishReason.EndToken ? [.. hypothesis.Tokens, Model.EndToken] : [.. hypothesis.Tokens];
        return new Alignment
        {
            Sentence = sentence,
            Translation = _english.Decode(hypothesis.Tokens.AsSpan()),
            Source = source,
            SourcePieces = [.. source.Select(SourcePiece)],
            Target = target,
            TargetPieces = [.. target.Select(TargetPiece)],
            CrossAttention = hypothesis.CrossAttention!,
        };
    }

    /// <summary>What a source token stands for.</summary>
    public string SourcePiece(int token) => _chinese.Piece(token);

    /// <summary>What a target token stands for, as SentencePiece writes it: "▁" is the space before a word.</summary>
    public string TargetPiece(int token) => _english.Piece(token);

    /// <summary>Writes the weights to a packed file.</summary>
    public void Pack(string path) => Model.Save(path);

    public void Dispose() => Model.Dispose();

    private async IAsyncEnumerable<int[]> Sources(
        IAsyncEnumerable<string> lines, ChannelWriter<(string Line, List<string> Sentences)> read, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        try
        {
            await foreach (string line in lines.WithCancellation(cancellation))
            {
                List<string> sentences = SentenceSplitter.Split(line, Model.MaxSourceLength - 1, sentence => Encode(sentence).Count <= Model.MaxSourceLength);
                await read.WriteAsync((line, sentences), cancellation);
                foreach (string sentence in sentences)
                {
                    yield return [.. Encode(sentence)];
                }
            }
        }
        finally
        {
            read.Complete();
        }
    }

    private List<int> Encode(string sentence)
    {
        _tokens.Clear();
        _chinese.Encode(sentence, _tokens);
        return _tokens;
    }

    private TranslatedText[] Texts(GenerationResult result)
    {
        GeneratedTokens += result.Hypotheses[0].Tokens.Length;
        return [.. result.Hypotheses.Select(hypothesis => new TranslatedText(_english.Decode(hypothesis.Tokens.AsSpan()), hypothesis.Score))];
    }

    private static Stream Resource(string name) => typeof(TextTranslator).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"this program was built without its resource {name}");
}
