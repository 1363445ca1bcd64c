using System.Collections.Immutable;

namespace KernelGen.Text;

/// <summary>
/// The two tokenizers of a MarianMT (opus-mt) model: a SentencePiece model for each language cuts text into pieces, and one <c>vocab.json</c> numbers the
/// pieces of both, as in Hugging Face's <c>MarianTokenizer</c>; where there is a <c>target_vocab.json</c> (<c>separate_vocabs</c>), that numbers the target's.
/// </summary>
/// <remarks>
/// <para>
/// Encoding ends with <c>&lt;/s&gt;</c>. A language code such as <c>&gt;&gt;fra&lt;&lt;</c> at the very start of a text is one token; one that the vocabulary
/// does not have is <c>&lt;unk&gt;</c>, like every other piece that it lacks. Special tokens that are written out in a text are text.
/// </para>
/// <para>
/// Decoding leaves out <c>&lt;/s&gt;</c>, <c>&lt;unk&gt;</c> and <c>&lt;pad&gt;</c>, turns U+2581 into spaces, and drops white space at both ends, which is
/// what <c>decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)</c> does.
/// </para>
/// </remarks>
public sealed class MarianTokenizer
{
    private MarianTokenizer(MarianLanguageTokenizer source, MarianLanguageTokenizer target, ImmutableArray<string> languageCodes)
    {
        Source = source;
        Target = target;
        LanguageCodes = languageCodes;
    }

    /// <summary>Encodes what is to be translated.</summary>
    public ITokenizer Source { get; }

    /// <summary>Decodes translations, and encodes given ones.</summary>
    public ITokenizer Target { get; }

    /// <summary>The codes that may stand at the start of a text, such as <c>&gt;&gt;fra&lt;&lt;</c>, by their tokens; none where a model has one target language.</summary>
    public ImmutableArray<string> LanguageCodes { get; }

    /// <summary>Reads <c>source.spm</c>, <c>target.spm</c>, <c>vocab.json</c> and, where the model has one, <c>target_vocab.json</c> from a folder.</summary>
    /// <param name="folder">The folder of a model from Hugging Face.</param>
    /// <returns>The tokenizers.</returns>
    /// <exception cref="InvalidDataException">A file is not what it should be, or the files do not belong together.</exception>
    public static MarianTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string targetVocabulary = Path.Combine(folder, "target_vocab.json");
        return Load(
            Path.Combine(folder, "source.spm"), Path.Combine(folder, "target.spm"), Path.Combine(folder, "vocab.json"), File.Exists(targetVocabulary) ? targetVocabulary : null);
    }

    /// <summary>Reads the files of a model.</summary>
    /// <param name="sourceModel">The path of the source language's SentencePiece model, <c>source.spm</c>.</param>
    /// <param name="targetModel">The path of the target language's, <c>target.spm</c>.</param>
    /// <param name="vocabulary">The path of <c>vocab.json</c>: a JSON object of all pieces and their tokens, which are 0 and the following numbers.</param>
    /// <param name="targetVocabulary">
    /// The path of <c>target_vocab.json</c>, the same for the pieces of the target language alone; <see langword="null"/> where both languages share one.
    /// </param>
    /// <returns>The tokenizers.</returns>
    /// <exception cref="InvalidDataException">A file is not what it should be, or the files do not belong together.</exception>
    public static MarianTokenizer Load(string sourceModel, string targetModel, string vocabulary, string? targetVocabulary = null)
    {
        MarianVocabulary source = Read(vocabulary);
        MarianVocabulary target = targetVocabulary is null ? source : Read(targetVocabulary);
        return new MarianTokenizer(
            new MarianLanguageTokenizer(source, SentencePieceTokenizer.Load(sourceModel), FileContents.Name(sourceModel)),
            new MarianLanguageTokenizer(target, SentencePieceTokenizer.Load(targetModel), FileContents.Name(targetModel)),
            source.LanguageCodes);

        static MarianVocabulary Read(string path) => MarianVocabulary.Read(FileContents.Read(path), FileContents.Name(path));
    }

    /// <summary>Reads a model's parts from what is left of some streams, all of which stay open.</summary>
    /// <param name="sourceModel">The source language's SentencePiece model.</param>
    /// <param name="targetModel">The target language's.</param>
    /// <param name="vocabulary">A JSON object of all pieces and their tokens, in UTF-8.</param>
    /// <param name="targetVocabulary">The same for the pieces of the target language alone; <see langword="null"/> where both languages share one.</param>
    /// <returns>The tokenizers.</returns>
    /// <exception cref="InvalidDataException">A stream does not hold what it should, or they do not belong together.</exception>
    public static MarianTokenizer Load(Stream sourceModel, Stream targetModel, Stream vocabulary, Stream? targetVocabulary = null)
    {
        MarianVocabulary source = MarianVocabulary.Read(FileContents.Read(vocabulary), FileContents.Unnamed);
        MarianVocabulary target = targetVocabulary is null ? source : MarianVocabulary.Read(FileContents.Read(targetVocabulary), FileContents.Unnamed);
        return new MarianTokenizer(
            new MarianLanguageTokenizer(source, SentencePieceTokenizer.Load(sourceModel), "The source model"),
            new MarianLanguageTokenizer(target, SentencePieceTokenizer.Load(targetModel), "The target model"),
            source.LanguageCodes);
    }
}
