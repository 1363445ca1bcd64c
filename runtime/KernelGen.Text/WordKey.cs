using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Text;

/// <summary>The bytes of a short word and their number, as two integers: words are the same if both are.</summary>
internal readonly struct WordKey
{
    /// <summary>The most bytes of a word that has a key.</summary>
    public const int LongestWord = BlockSize - 1;

    /// <summary>The bytes that are read at once, from the start of a word on, however short it is.</summary>
    public const int BlockSize = 16;

    /// <summary>The first eight bytes.</summary>
    public readonly ulong Low;

    /// <summary>The others and the length, so that it is never 0.</summary>
    public readonly ulong High;

    /// <summary>Makes the key of a word.</summary>
    /// <param name="block">The word and whatever follows it.</param>
    /// <param name="length">The length of the word, 1 to <see cref="LongestWord"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WordKey(Vector128<byte> block, int length)
    {
        Vector128<ulong> key = (block & Vector128.Create(Masks.Slice(BlockSize - length, BlockSize))).WithElement(LongestWord, (byte)length).AsUInt64();
        Low = key.GetElement(0);
        High = key.GetElement(1);
    }

    /// <summary>As many set bytes as a word has are the last ones of the first half; the second half clears what follows the word.</summary>
    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
}
