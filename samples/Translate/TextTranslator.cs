using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Chinese text in, English text out: the model between its two tokenizers, from the program's resources; only the weights may come from a file.</summary>
internal sealed class TextTranslator : IDisposable
{
    private readonly TextGenerator _generator;

    /// <param name="weights">The weights file, or <see langword="null"/> for the program's own weights.</param>
    /// <param name="options">How to load them.</param>
    public TextTranslator(string? weights, ModelLoadOptions options)
    {
        Model = weights is null ? Translator.Load(Resource("model.safetensors"), options) : Translator.Load(weights, options);
        _generator = new TextGenerator(
            Model, VocabularyTokenizer.Load(Resource("source_vocabulary.json")), SentencePieceDecoder.Load(Resource("target.spm")));
    }

    public EncoderDecoder Model { get; }

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
        // Sentences are read ahead, and a line is here before its first result is; so the queue is no longer than the generator reads ahead.
        var read = new ConcurrentQueue<(string Text, List<string> Sentences)>();
        var translated = new List<TranslatedSentence>();
        await foreach (TextGenerationResult result in _generator.GenerateAsync(Sentences(lines, read), options))
        {
            _ = read.TryPeek(out (string Text, List<string> Sentences) line);
            if (line.Sentences.Count > 0)
            {
                GeneratedTokens += result.Hypotheses[0].Tokens.Length;
                TranslatedText[] hypotheses = [.. result.Hypotheses.Select(static hypothesis => new TranslatedText(hypothesis.Text, hypothesis.Score))];
                translated.Add(new TranslatedSentence(line.Sentences[translated.Count], hypotheses));
            }

            if (translated.Count == line.Sentences.Count)
            {
                _ = read.TryDequeue(out _);
                yield return new TranslatedLine(line.Text, [.. translated]);
                translated.Clear();
            }
        }
    }

    /// <summary>Translates one sentence and keeps where the decoder looked.</summary>
    /// <exception cref="ArgumentException">There is no sentence, or it is longer than the model takes.</exception>
    public Alignment Align(string sentence)
    {
        int[] source = _generator.Source.Encode(sentence);
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
            Translation = _generator.Target.Decode(hypothesis.Tokens.AsSpan()),
            Source = source,
            SourcePieces = [.. source.Select(SourcePiece)],
            Target = target,
            TargetPieces = [.. target.Select(TargetPiece)],
            CrossAttention = hypothesis.CrossAttention!,
        };
    }

    /// <summary>What a source token stands for.</summary>
    public string SourcePiece(int token) => _generator.Source.Piece(token);

    /// <summary>What a target token stands for, as SentencePiece writes it: "▁" is the space before a word.</summary>
    public string TargetPiece(int token) => _generator.Target.Piece(token);

    /// <summary>Writes the weights to a packed file.</summary>
    public void Pack(string path) => Model.Save(path);

    public void Dispose() => Model.Dispose();

    /// <summary>The sentences of lines; a line without one is an empty sentence, which the generator knows how to pass over.</summary>
    private async IAsyncEnumerable<string> Sentences(
        IAsyncEnumerable<string> lines, ConcurrentQueue<(string Text, List<string> Sentences)> read, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (string line in lines.WithCancellation(cancellation))
        {
            List<string> sentences = SentenceSplitter.Split(line, Model.MaxSourceLength - 1, sentence => _generator.Source.Encode(sentence).Length <= Model.MaxSourceLength);
            read.Enqueue((line, sentences));
            foreach (string sentence in sentences.DefaultIfEmpty(""))
            {
                yield return sentence;
            }
        }
    }

    private static Stream Resource(string name) => typeof(TextTranslator).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"this program was built without its resource {name}");
}
