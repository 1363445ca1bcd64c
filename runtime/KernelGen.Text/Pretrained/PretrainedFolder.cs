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

    /// <summary>Reads one of the small JSON files, if it is there.</summary>
    /// <exception cref="InvalidDataException">It is not JSON.</exception>
    public JsonPart Json(string name) => Has(name) ? JsonPart.ReadFile(Take(name, "which was there before")) : new JsonPart(default, new JsonPath(name), name);

    /// <summary>The error for a folder without a tokenizer of a known kind.</summary>
    public InvalidDataException NoTokenizer() => new(
        $"The folder '{Path}' has no tokenizer that is known. Looked for were tokenizer.json; source.spm with target.spm and vocab.json (Marian); {SentencePieceFolder.MultilingualModel} "
        + $"(NLLB, mBART-50, M2M100); {SentencePieceFolder.Model} (T5, PEGASUS); vocab.json with merges.txt (BART, Whisper); and tokenizer_config.json that names ByT5Tokenizer. "
        + "A model of your own has vocabularies of your own: load these with VocabularyTokenizer or SentencePieceTokenizer.");

    /// <summary>The error for files that several families have, where nothing says which it is.</summary>
    public InvalidDataException UnknownFamily(string files, FolderSettings settings, string known) => new(
        $"The folder '{Path}' has {files}, and {(settings.TokenizerClass ?? settings.ModelType) switch
        {
            null => "no tokenizer_config.json or config.json says of which model",
            string name => $"its settings name {VocabularyFile.Quote(name)}",
        }}. Such files are read of {known}; any other model's need a tokenizer.json, which save_pretrained of a fast tokenizer writes.");
}
