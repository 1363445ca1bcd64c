using System.Buffers.Binary;
using KernelGen.Text;
using KernelGen.Text.Tests;

namespace KernelGen.Fuzzing.Seeds;

/// <summary>Small SentencePiece models with all that models have.</summary>
internal static class SentencePieceSeeds
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        Pieces(SentencePieceModelWriter.Unigram()).Normalizer(2, CharacterMap()).Normalizer(3, 1).Normalizer(4, 1).Normalizer(5, 1).ToArray(),
        Pieces(SentencePieceModelWriter.Unigram()).Piece("<0x0A>", PieceType.Byte).Trainer(44, "??").Trainer(48, "<pad>").Normalizer(3, 0).Normalizer(4, 0).ToArray(),
        Pieces(SentencePieceModelWriter.Bpe()).Normalizer(2, CharacterMap()).Normalizer(3, 1).ToArray(),
        Pieces(SentencePieceModelWriter.Bpe()).BytePieces().Normalizer(3, 1).Normalizer(4, 1).ToArray(),
        Pieces(SentencePieceModelWriter.Unigram()).BytePieces().ToArray(),
    ];

    private static SentencePieceModelWriter Pieces(SentencePieceModelWriter writer) => writer
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

    /// <summary>
    /// The rules of a normaliser as models have them: the length of a double array, the array (Darts-clone's units), and the replacements, each ended by a
    /// zero. This one has one rule, from <c>e</c> to <c>ab</c>.
    /// </summary>
    private static byte[] CharacterMap()
    {
        const uint HasLeaf = 1 << 8, IsLeaf = 1u << 31;
        const int RootOffset = 256, Node = RootOffset ^ 'e', Leaf = 400;
        uint[] units = new uint[512];
        units[0] = RootOffset << 10;
        units[Node] = 'e' | HasLeaf | ((uint)(Node ^ Leaf) << 10);
        units[Leaf] = IsLeaf;
        byte[] map = new byte[sizeof(uint) + (sizeof(uint) * units.Length) + 3];
        BinaryPrimitives.WriteUInt32LittleEndian(map, (uint)(sizeof(uint) * units.Length));
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(sizeof(uint) * (i + 1)), units[i]);
        }

        "ab\0"u8.CopyTo(map.AsSpan(map.Length - 3));
        return map;
    }
}
