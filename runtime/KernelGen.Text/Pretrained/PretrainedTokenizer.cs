using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>The tokenizers of a folder as it is downloaded from Hugging Face: of which kind they are is decided by the files in it.</summary>
/// <remarks>
/// <para>
/// A Marian (opus-mt) folder has <c>source.spm</c>, <c>target.spm</c> and <c>vocab.json</c>. Of any other the <c>tokenizer.json</c> is read, with the special
/// tokens that <c>tokenizer_config.json</c> names; where there is none, <c>sentencepiece.bpe.model</c> (NLLB, mBART-50, and M2M100 with its <c>vocab.json</c>),
/// <c>spiece.model</c> (T5, PEGASUS), or <c>vocab.json</c> with <c>merges.txt</c> (BART, Whisper). ByT5 has no file but its settings.
/// </para>
/// <para>
/// NLLB, M2M100 and mBART-50 need both languages: the source's token stands before a text (after it, where the file has NLLB's first order), and the target's
/// is <see cref="ForcedPrefix"/>. The tokenizers' <see cref="ITokenDecoder.StartToken"/> are these tokens.
/// </para>
/// <para>
/// Where a Marian model writes several languages, <see cref="PretrainedTokenizerOptions.TargetLanguage"/> puts the language's code before each text; a text
/// that begins with a code of its own keeps that. A text with content and without any code is refused: the model would choose a language by chance.
/// </para>
/// </remarks>
public sealed class PretrainedTokenizer
{
    /// <summary>Puts the same vocabulary between other languages.</summary>
    private readonly Func<PretrainedTokenizerOptions, PretrainedTokenizer>? _between;

    /// <param name="source">Encodes what the model reads.</param>
    /// <param name="target">Decodes what the model writes.</param>
    /// <param name="files">The files that were read.</param>
    /// <param name="between">Makes the tokenizers of other languages of what was read; <see langword="null"/> where the model has no codes of languages.</param>
    internal PretrainedTokenizer(ITokenizer source, ITokenizer target, ImmutableArray<string> files, Func<PretrainedTokenizerOptions, PretrainedTokenizer>? between = null)
    {
        _between = between;
        (Source, Target, Files) = (source, target, files);
    }

    /// <summary>Encodes what the model reads.</summary>
    public ITokenizer Source { get; }

    /// <summary>Decodes what the model writes; the same as <see cref="Source"/> unless the model tells languages apart.</summary>
    public ITokenizer Target { get; }

    /// <summary>The codes of the languages that the model tells apart, as it writes them; none where it has no such codes.</summary>
    public ImmutableArray<string> Languages { get; internal init; } = [];

    /// <summary>The tokens that every target begins with, to be the <c>ForcedPrefix</c> of generation; empty where the family forces none.</summary>
    public ImmutableArray<int> ForcedPrefix { get; internal init; } = [];

    /// <summary>The names of the folder's files that were read.</summary>
    public ImmutableArray<string> Files { get; }

    /// <summary>The tokenizers of the same folder for other languages. Nothing is read again: they share the vocabulary, and cost little.</summary>
    /// <param name="options">The languages.</param>
    /// <returns>The tokenizers.</returns>
    /// <exception cref="InvalidOperationException">The model has no codes of languages: <see cref="Languages"/> is empty.</exception>
    /// <exception cref="ArgumentException">A language that the model needs is missing, or one is given that it does not know.</exception>
    public PretrainedTokenizer WithLanguages(PretrainedTokenizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _between is not null ? _between(options) : throw new InvalidOperationException("The model has no codes of languages: there are no others to choose.");
    }

    /// <summary>Reads the tokenizers of a folder.</summary>
    /// <param name="folder">The folder of a model from Hugging Face.</param>
    /// <param name="options">The languages, or <see langword="null"/> for a model that needs none.</param>
    /// <returns>The tokenizers.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no tokenizer that is known, or one whose files are not what they should be.</exception>
    /// <exception cref="ArgumentException">A language that the model needs is missing, or one is given that it does not know.</exception>
    public static PretrainedTokenizer Load(string folder, PretrainedTokenizerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new PretrainedTokenizerOptions();
        var files = new PretrainedFolder(folder);
        if (files.Has("source.spm") || files.Has("target.spm"))
        {
            return MarianFolder.Load(files, options);
        }

        var settings = new FolderSettings(files);
        if (settings.TokenizerClass == "ByT5Tokenizer" || (settings.TokenizerClass is null && settings.ModelType == "t5" && settings.VocabularySize == new ByteTokenizer().VocabularySize))
        {
            new LanguageChoice(folder, [], static code => code).RefuseAll(options);
            var bytes = new ByteTokenizer(settings.ExtraIds ?? ByteTokenizer.PublishedSentinels);
            return new PretrainedTokenizer(bytes, bytes, [.. files.FilesRead]);
        }

        return files.Has("tokenizer.json") ? JsonFolder.Load(files, settings, options)
            : files.Has(SentencePieceFolder.MultilingualModel) || files.Has(SentencePieceFolder.Model) ? SentencePieceFolder.Load(files, settings, options)
            : files.Has("vocab.json") && files.Has("merges.txt") ? BytePairFolder.Load(files, settings, options)
            : throw files.NoTokenizer();
    }
}
