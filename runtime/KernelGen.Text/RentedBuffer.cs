using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// A list in memory that is rented from the shared pool, so that encoding leaves nothing to collect. It lies in bytes, whatever it is a list of: a pool
/// for each type would be as much code again in a native program.
/// </summary>
internal ref struct RentedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Least = 16;

    private byte[] _rented;
    private Span<T> _items;

    /// <summary>Rents memory.</summary>
    /// <param name="capacity">How much will do in most cases, 0 where that is nothing; the list grows where it does not.</param>
    public RentedBuffer(int capacity) => _items = Rent(capacity == 0 ? 0 : Math.Max(capacity, Least), out _rented);

    /// <summary>The number of items.</summary>
    public int Count { get; set; }

    /// <summary>The items.</summary>
    public readonly Span<T> Items => _items[..Count];

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
        return _items.Slice(Count - count, count);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        byte[] rented = _rented;
        _rented = [];
        _items = [];
        Count = 0;
        Return(rented);
    }

    private void Grow(int least)
    {
        byte[] smaller = _rented;
        Span<T> larger = Rent((int)Math.Max(Math.Max(least, Least), Math.Min(2L * _items.Length, Array.MaxLength)), out _rented);
        Items.CopyTo(larger);
        _items = larger;
        Return(smaller);
    }

    private static Span<T> Rent(int count, out byte[] rented)
    {
        long bytes = (long)count * Unsafe.SizeOf<T>();
        if (bytes <= Array.MaxLength)
        {
            rented = bytes == 0 ? [] : ArrayPool<byte>.Shared.Rent((int)bytes);
            return MemoryMarshal.Cast<byte, T>(rented.AsSpan());
        }

        // No array of bytes holds as much, and no pool keeps it.
        rented = [];
        return new T[count];
    }

    private static void Return(byte[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
