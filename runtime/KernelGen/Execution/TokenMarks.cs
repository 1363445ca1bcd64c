using System.Numerics;

namespace KernelGen.Execution;

/// <summary>A set of tokens, as a bit for each token of a vocabulary.</summary>
internal static class TokenMarks
{
    private const int BitsOfWord = 64;

    /// <summary>The words that the bits of a vocabulary take.</summary>
    public static int Words(int vocabulary) => (vocabulary + BitsOfWord - 1) / BitsOfWord;

    /// <summary>Sets the bits of tokens.</summary>
    public static void Set(Span<ulong> marks, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            marks[token / BitsOfWord] |= 1UL << token;
        }
    }

    /// <summary>How many bits are set.</summary>
    public static int Count(ReadOnlySpan<ulong> marks)
    {
        int count = 0;
        foreach (ulong word in marks)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>The tokens whose bits are set, in ascending order.</summary>
    /// <param name="marks">The bits.</param>
    /// <param name="tokens">Receives <see cref="Count"/> tokens.</param>
    public static void List(ReadOnlySpan<ulong> marks, Span<int> tokens)
    {
        int found = 0;
        for (int i = 0; i < marks.Length; i++)
        {
            for (ulong rest = marks[i]; rest != 0; rest &= rest - 1)
            {
                tokens[found++] = (BitsOfWord * i) + BitOperations.TrailingZeroCount(rest);
            }
        }
    }
}
