namespace KernelGen.Text;

/// <summary>What kind of SentencePiece model to make. The defaults are those of SentencePiece's own trainer.</summary>
public sealed class SentencePieceTrainingOptions
{
    /// <summary>How the model cuts text.</summary>
    public SentencePieceKind Kind { get; init; } = SentencePieceKind.Unigram;

    /// <summary>The number of pieces, special ones among them. It is the <c>TargetVocabularySize</c> or <c>SourceVocabularySize</c> of a model that uses them.</summary>
    public int VocabularySize { get; init; } = 8_000;

    /// <summary>Whether the model may have fewer pieces than <see cref="VocabularySize"/>, where there is not text enough for as many. Otherwise that is an error.</summary>
    public bool AllowSmallerVocabulary { get; init; }

    /// <summary>
    /// How much of the text consists of characters that are pieces, from 0.98 to 1. The rarest others are unknown. 1 suits alphabets; languages of many characters
    /// do better with 0.9995.
    /// </summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>How text is rewritten first.</summary>
    public SentencePieceNormalization Normalization { get; init; } = SentencePieceNormalization.NmtNfkc;

    /// <summary>
    /// More rules: what is rewritten, and to what, such as traditional Chinese characters to simplified ones, or a space to nothing. Of rules that fit at the same
    /// place the longest is taken, and of two for the same text the one given here. Characters that <see cref="Normalization"/> makes are rewritten by them, too; characters that
    /// they make are not rewritten again.
    /// </summary>
    public IReadOnlyDictionary<string, string> NormalizationRules { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a space is put before each text, so that a word has the same pieces at the start as elsewhere.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether spaces at both ends are dropped, and all but one of those that follow each other.</summary>
    public bool RemoveExtraWhiteSpace { get; init; } = true;

    /// <summary>Whether no piece has characters of several scripts, or letters and digits. Han, Hiragana and Katakana are one script.</summary>
    public bool SplitByUnicodeScript { get; init; } = true;

    /// <summary>Whether every digit is a piece by itself.</summary>
    public bool SplitDigits { get; init; }

    /// <summary>The most characters of a piece that is found in text, from 1 to 512.</summary>
    public int MaxPieceLength { get; init; } = 16;

    /// <summary>Whether characters that are no piece are written as the bytes of their UTF-8, which then are 256 pieces of the vocabulary, and nothing is unknown.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Pieces that stand for no text, such as the codes of languages. Written out in a text they are text.</summary>
    public IReadOnlyList<string> ControlSymbols { get; init; } = [];

    /// <summary>Texts that are always one piece, wherever they stand, and that no rule rewrites.</summary>
    public IReadOnlyList<string> UserDefinedSymbols { get; init; } = [];

    /// <summary>The token of what is unknown.</summary>
    public int UnknownToken { get; init; }

    /// <summary>The token that begins a sequence, or <see langword="null"/> for none.</summary>
    public int? StartToken { get; init; } = 1;

    /// <summary>The token that ends a sequence, or <see langword="null"/> for none.</summary>
    public int? EndToken { get; init; } = 2;

    /// <summary>The token that fills batches, or <see langword="null"/> for none.</summary>
    public int? PadToken { get; init; }

    /// <summary>What the unknown token is called.</summary>
    public string UnknownPiece { get; init; } = "<unk>";

    /// <summary>What the token is called that begins a sequence.</summary>
    public string StartPiece { get; init; } = "<s>";

    /// <summary>What the token is called that ends a sequence.</summary>
    public string EndPiece { get; init; } = "</s>";

    /// <summary>What the token is called that fills batches.</summary>
    public string PadPiece { get; init; } = "<pad>";
}
