namespace KernelGen.Text;

/// <summary>A folder as downloaded, and which of its files are read.</summary>
internal sealed class PretrainedFolder
{
    private readonly List<string> _read = [];

    public PretrainedFolder(string path)
    {
        Path = path;
        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(File.Exists(path)
                ? $"'{path}' is a file, and a tokenizer is read from the folder that a model was downloaded into. Name the folder."
                : $"There is no folder '{path}'.");
        }
    }

    public string Path { get; }

    /// <summary>The names of what has been read.</summary>
    public IReadOnlyList<string> FilesRead => _read;

    public bool Has(string name) => File.Exists(System.IO.Path.Combine(Path, name));

    /// <summary>The path of a file that is going to be read.</summary>
    /// <exception cref="InvalidDataException">The folder lacks it.</exception>
    public string Take(string name, string why)
    {
        if (!Has(name))
        {
            throw new InvalidDataException($"The folder '{Path}' has no {name}, {why}. Download it from where the other files are from.");
        }

        _read.Add(name);
        return System.IO.Path.Combine(Path, name);
    }

    /// <summary>The error for a folder without a tokenizer of a known kind.</summary>
    public InvalidDataException NoTokenizer() => new(
        $"The folder '{Path}' has no tokenizer that is known: neither source.spm with target.spm and vocab.json (Marian). "
        + "Where the model was made by yourself, load its vocabularies with VocabularyTokenizer or SentencePieceTokenizer.");
}
