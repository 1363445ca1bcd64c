namespace KernelGen.Text.Tests;

/// <summary>SentencePiece models of every kind, trained with SentencePiece 0.1.97 on sentences of the Tatoeba project.</summary>
internal static class SentencePieceModels
{
    /// <summary>Their names; they say what is special about each.</summary>
    public static string[] Names { get; } =
    [
        "bpe", "bpe_byte_fallback_identity", "bpe_suffix", "bpe_user_symbols", "char", "unigram", "unigram_byte_fallback", "unigram_case_fold",
        "unigram_identity_no_prefix", "unigram_user_symbols", "word",
    ];

    public static string PathOf(string name) => TestFiles.PathOf($"sentencepiece/{name}.model");

    public static SentencePieceTokenizer Load(string name) => SentencePieceTokenizer.Load(PathOf(name));
}
