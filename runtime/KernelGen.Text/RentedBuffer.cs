using System.Buffers;
using System.Runtime.CompilerServices;

namespace KernelGen.Text;

/// <summary>A list in memory that is rented from the shared pool, so that encoding leaves nothing to collect.</summary>
internal ref struct RentedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Least = 16;

    private T[] _items;

    /// <summary>Rents memory.</summary>
    /// <param name="capacity">How much will do in most cases, 0 where that is nothing; the list grows where it does not.</param>
    public RentedBuffer(int capacity) => _items = capacity == 0 ? [] : ArrayPool<T>.Shared.Rent(Math.Max(capacity, Least));

    /// <summary>The number of items.</summary>
    public int Count { get; set; }

    /// <summary>The items.</summary>
    public readonly Span<T> Items => _items.AsSpan(0, Count);

    /// <summary>One of the items.</summary>
    public readonly ref T this[int index] => ref _items[index];

    /// <summary>Appends an item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow(Count + 1);
        }

        _items[Count++] = item;
    }

    /// <summary>Appends items.</summary>
    public void Add(ReadOnlySpan<T> items) => items.CopyTo(Append(items.Length));

    /// <summary>Appends items that are still to be written.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Where to write them; they hold anything.</returns>
    public Span<T> Append(int count)
    {
        if (_items.Length - Count < count)
        {
            Grow(checked(Count + count));
        }

        Count += count;
        return _items.AsSpan(Count - count, count);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        T[] items = _items;
        _items = [];
        Count = 0;
        if (items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(items);
        }
    }

    private void Grow(int least)
    {
        T[] smaller = _items;
        T[] larger = ArrayPool<T>.Shared.Rent((int)Math.Max(Math.Max(least, Least), Math.Min(2L * smaller.Length, Array.MaxLength)));
        Items.CopyTo(larger);
        _items = larger;
        if (smaller.Length > 0)
        {
            ArrayPool<T>.Shared.Return(smaller);
        }
    }
}
