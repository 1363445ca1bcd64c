using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.Text;

/// <summary>The merges of byte-pair encoding: which pairs of tokens become one, and in which order.</summary>
internal sealed class MergeTable
{
    private readonly ulong _multiplier = (ulong)Random.Shared.NextInt64() | 0x8000_0000_0000_0001;
    private readonly Merge[] _merges;
    private readonly int _shift;

    /// <summary>Creates an empty table.</summary>
    /// <param name="count">How many merges it is to hold at most.</param>
    public MergeTable(int count)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * count));
        _merges = new Merge[slots];
        _shift = 64 - BitOperations.Log2((uint)slots);
    }

    /// <summary>Adds a merge; a pair that is there already takes the new rank, as in Hugging Face's library.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        int slot = Slot(left, right);
        while (_merges[slot].Merged != 0 && (_merges[slot].Left != left || _merges[slot].Right != right))
        {
            slot = (slot + 1) & (_merges.Length - 1);
        }

        _merges[slot] = new Merge(left, right, rank, merged + 1);
    }

    /// <summary>The rank of a pair, the lowest of which merges first, or <see cref="int.MaxValue"/> where it does not merge.</summary>
    public int RankOf(int left, int right, out int merged)
    {
        Merge[] merges = _merges;
        int slot = Slot(left, right);
        while (true)
        {
            ref Merge merge = ref merges[slot & (merges.Length - 1)];
            if (merge.Left == left && merge.Right == right && merge.Merged != 0)
            {
                merged = merge.Merged - 1;
                return merge.Rank;
            }

            if (merge.Merged == 0)
            {
                merged = -1;
                return int.MaxValue;
            }

            slot++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(int left, int right)
    {
        ulong pair = ((ulong)(uint)left << 32) | (uint)right;
        return (int)(((pair ^ (pair >> 29)) * _multiplier) >> _shift);
    }

    /// <summary>A pair, its rank, and the token that it becomes, plus one: 0 is an empty slot.</summary>
    private record struct Merge(int Left, int Right, int Rank, int Merged);
}
