using KernelGen.Text;

namespace KernelGen.Samples.Translate;

/// <summary>Chinese text in, English text out: the model between its two tokenizers, from the program's resources; only the weights may come from a file.</summary>
internal sealed class TextTranslator : IDisposable
{
    private readonly VocabularyTokenizer _chinese = VocabularyTokenizer.Load(Resource("source_vocabulary.json"));
    private readonly SentencePieceTokenizer _english = SentencePieceTokenizer.Load(Resource("target.spm"));
    private readonly Translator _model;
    private readonly List<int> _source = [];

    /// <param name="model">The weights file, or <see langword="null"/> for the program's own weights.</param>
    /// <param name="instructionSet">What to compute with, or <see langword="null"/> for the best.</param>
    public TextTranslator(string? model, InstructionSet? instructionSet)
    {
        var options = new ModelLoadOptions { InstructionSet = instructionSet };
        _model = model is null ? Translator.Load(Resource("model.safetensors"), options) : Translator.Load(model, options);
    }

    /// <summary>The number of tokens generated so far.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Translates one sentence; an empty one, or one of white space, is translated to an empty one.</summary>
    /// <exception cref="SentenceTooLongException">The sentence does not fit into the model.</exception>
    public string Translate(string sentence)
    {
        if (string.IsNullOrWhiteSpace(sentence))
        {
            return "";
        }

        _source.Clear();
        _chinese.Encode(sentence, _source);
        if (_source.Count > _model.MaxSourceLength)
        {
            // The end token takes one place.
            throw new SentenceTooLongException(_source.Count - 1, _model.MaxSourceLength - 1);
        }

        GenerationResult result = _model.Generate([.. _source]);
        ReadOnlySpan<int> tokens = result.Hypotheses[0].Tokens.AsSpan();
        GeneratedTokens += tokens.Length;
        return _english.Decode(tokens);
    }

    /// <summary>Writes the weights to a packed file.</summary>
    public void Pack(string path) => _model.Save(path);

    public void Dispose() => _model.Dispose();

    private static Stream Resource(string name) => typeof(TextTranslator).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"this program was built without its resource {name}");
}
