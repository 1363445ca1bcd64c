namespace KernelGen.Text;

/// <summary>A SentencePiece model that was made from text.</summary>
public sealed class TrainedSentencePieceModel
{
    private readonly byte[] _file;

    internal TrainedSentencePieceModel(byte[] file, int vocabularySize)
    {
        _file = file;
        VocabularySize = vocabularySize;
    }

    /// <summary>The number of its pieces.</summary>
    public int VocabularySize { get; }

    /// <summary>The bytes of the model's file.</summary>
    public byte[] ToArray() => [.. _file];

    /// <summary>Writes the model to a file (<c>.model</c> or <c>.spm</c>), which takes the place of one that is there.</summary>
    /// <param name="path">The path.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllBytes(path, _file);
    }

    /// <summary>Writes the model to a stream.</summary>
    /// <param name="stream">The stream. It stays open.</param>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(_file);
    }

    /// <summary>Makes a tokenizer of the model.</summary>
    /// <param name="options">What to add to the tokens of a text, or <see langword="null"/> for the defaults.</param>
    public SentencePieceTokenizer CreateTokenizer(SentencePieceTokenizerOptions? options = null) => SentencePieceTokenizer.Load(new MemoryStream(_file), options);
}
