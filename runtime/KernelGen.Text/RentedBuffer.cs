using System.Buffers;
using System.Runtime.CompilerServices;

namespace KernelGen.Text;

/// <summary>A list in memory that is rented from the shared pool, so that encoding leaves nothing to collect.</summary>
internal ref struct RentedBuffer<T> : IDisposable
    where T : unmanaged
{
    private T[] _items;

    /// <summary>Rents memory.</summary>
    /// <param name="capacity">How much will do in most cases; the list grows where it does not.</param>
    public RentedBuffer(int capacity) => _items = ArrayPool<T>.Shared.Rent(Math.Max(capacity, 16));

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
        T[] larger = ArrayPool<T>.Shared.Rent((int)Math.Max(least, Math.Min(2L * _items.Length, Array.MaxLength)));
        Items.CopyTo(larger);
        ArrayPool<T>.Shared.Return(_items);
        _items = larger;
    }
}
