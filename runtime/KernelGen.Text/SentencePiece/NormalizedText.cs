namespace KernelGen.Text;

/// <summary>Normalised text in UTF-8, and where each of its bytes came from.</summary>
/// <param name="capacity">The bytes that will do in most cases.</param>
/// <param name="hasOrigins">Whether it is asked where bytes came from.</param>
internal ref struct NormalizedText(int capacity, bool hasOrigins) : IDisposable
{
    private readonly bool _hasOrigins = hasOrigins;
    private RentedBuffer<byte> _bytes = new(capacity);
    private RentedBuffer<int> _origins = new(hasOrigins ? capacity : 0);

    /// <summary>The text.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes.Items;

    /// <summary>Where a byte came from, in UTF-16 code units of the text before; that of the end is the end of what was kept.</summary>
    public readonly int OriginOf(int position) => _origins.Count == 0 ? 0 : _origins[position];

    /// <summary>Adds bytes that all came from the same place.</summary>
    public void Add(ReadOnlySpan<byte> bytes, int origin)
    {
        _bytes.Add(bytes);
        if (_hasOrigins)
        {
            _origins.Append(bytes.Length).Fill(origin);
        }
    }

    /// <summary>Adds ASCII characters that came from one place and the following ones.</summary>
    public void AddCharacters(ReadOnlySpan<byte> characters, int origin)
    {
        _bytes.Add(characters);
        if (_hasOrigins)
        {
            Span<int> origins = _origins.Append(characters.Length);
            for (int i = 0; i < origins.Length; i++)
            {
                origins[i] = origin + i;
            }
        }
    }

    /// <summary>Removes the last bytes.</summary>
    /// <param name="count">How many.</param>
    /// <param name="origin">Where the end was.</param>
    /// <returns>Where the end is now: where the first byte that was removed came from.</returns>
    public int RemoveLast(int count, int origin)
    {
        _bytes.Count -= count;
        if (!_hasOrigins)
        {
            return origin;
        }

        _origins.Count = _bytes.Count;
        return _origins[_bytes.Count];
    }

    /// <summary>Ends the text.</summary>
    public void End(int origin)
    {
        if (_hasOrigins)
        {
            _origins.Add(origin);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes.Dispose();
        _origins.Dispose();
    }
}
