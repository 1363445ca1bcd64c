using KernelGen.Text;
using KernelGen.Text.Tests;

namespace KernelGen.Fuzzing.Seeds;

/// <summary>Small SentencePiece models with all that models have.</summary>
internal static class SentencePieceSeeds
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        Pieces(SentencePieceModelBuilder.Unigram()).Normalizer(2, CharacterMap()).Normalizer(3, 1).Normalizer(4, 1).Normalizer(5, 1).ToArray(),
        Pieces(SentencePieceModelBuilder.Unigram()).Trainer(44, "??").Trainer(48, "<pad>").Normalizer(3, 0).Normalizer(4, 0).ToArray(),
        Pieces(SentencePieceModelBuilder.Bpe()).Normalizer(2, CharacterMap()).Normalizer(3, 1).ToArray(),
        Pieces(SentencePieceModelBuilder.Bpe()).BytePieces().Normalizer(3, 1).Normalizer(4, 1).ToArray(),
        Pieces(SentencePieceModelBuilder.Unigram()).BytePieces().ToArray(),
        Pieces(SentencePieceModelBuilder.Bpe()).Trainer(24, 1).Normalizer(3, 1).Normalizer(5, 0).ToArray(),
        Pieces(SentencePieceModelBuilder.Unigram()).Trainer(3, (ulong)SentencePieceModelType.Word).Normalizer(2, CharacterMap()).ToArray(),
        Pieces(SentencePieceModelBuilder.Unigram()).Trainer(3, (ulong)SentencePieceModelType.Character).BytePieces().ToArray(),
    ];

    private static SentencePieceModelBuilder Pieces(SentencePieceModelBuilder writer) => writer
        .Piece("<pad>", PieceType.Control)
        .Piece("[user]", PieceType.UserDefined)
        .Piece("unused", PieceType.Unused)
        .Piece("\u2581", score: -2)
        .Piece("a", score: -1)
        .Piece("b", score: -1.5f)
        .Piece("ab", score: -0.5f)
        .Piece("abab", score: -0.25f)
        .Piece("\u2581a", score: -0.5f)
        .Piece("\u2581ab", score: -0.125f)
        .Piece("\u732b", score: -3);

    /// <summary>Rules of a normaliser: one for a letter, for one with an accent, for a control character, and for what is deleted.</summary>
    private static byte[] CharacterMap() => CharacterMapWriter.Write(("e", "ab"), ("e\u0301", "\u00e9"), ("\u0001", " "), ("\ufb01", "fi"), ("\0", ""));
}
