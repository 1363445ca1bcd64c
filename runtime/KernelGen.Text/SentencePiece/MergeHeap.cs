using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>Two neighbours that are a piece together.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Merge(ulong order, int right, int length, int node)
{
    /// <summary>The piece's rank, and below it the index of the left one: what is less comes first.</summary>
    public readonly ulong Order = order;

    /// <summary>The index of the right one.</summary>
    public readonly int Right = right;

    /// <summary>The bytes of both.</summary>
    public readonly int Length = length;

    /// <summary>The piece's node in the trie of pieces.</summary>
    public readonly int Node = node;

    /// <summary>The index of the left one.</summary>
    public int Left => (int)(uint)Order;
}

/// <summary>A binary heap of merges in memory that is rented: the first of them is always at hand.</summary>
internal static class MergeHeap
{
    /// <summary>Adds a merge.</summary>
    public static void Add(ref RentedBuffer<Merge> heap, Merge merge)
    {
        heap.Add(merge);
        int index = heap.Count - 1;
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (heap[parent].Order <= merge.Order)
            {
                break;
            }

            heap[index] = heap[parent];
            index = parent;
        }

        heap[index] = merge;
    }

    /// <summary>Takes the first merge out.</summary>
    public static Merge Take(ref RentedBuffer<Merge> heap)
    {
        Merge first = heap[0];
        int count = --heap.Count;
        Merge last = heap[count];
        int index = 0;
        for (int child = 1; child < count; child = (2 * index) + 1)
        {
            if (child + 1 < count && heap[child + 1].Order < heap[child].Order)
            {
                child++;
            }

            if (last.Order <= heap[child].Order)
            {
                break;
            }

            heap[index] = heap[child];
            index = child;
        }

        heap[index] = last;
        return first;
    }
}
