namespace KernelGen.Audio;

/// <summary>Reads a stream forwards through a buffer, and knows where it is and how errors call it. Streams need not be seekable.</summary>
internal sealed class ByteInput : IDisposable
{
    /// <summary>The most bytes that can be looked at together.</summary>
    public const int BufferLength = 1 << 16;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly byte[] _buffer = new byte[BufferLength];
    private int _next;
    private int _end;
    private bool _isAtEnd;

    /// <param name="stream">The stream; reading begins where it is.</param>
    /// <param name="source">How errors name it.</param>
    /// <param name="leaveOpen">Whether the stream stays open.</param>
    public ByteInput(Stream stream, string source, bool leaveOpen)
    {
        _stream = stream;
        Source = source;
        _leaveOpen = leaveOpen;
    }

    /// <summary>How errors name what is read: the beginning of a sentence.</summary>
    public string Source { get; }

    /// <summary>How many bytes have been taken.</summary>
    public long Position { get; private set; }

    /// <summary>How many bytes are left, where the stream knows.</summary>
    public long? Remaining => _stream.CanSeek ? Math.Max(0, _stream.Length - _stream.Position) + (_end - _next) : null;

    /// <summary>The next bytes, which stay where they are: as many as asked for, or all that are left.</summary>
    /// <param name="count">How many, at most <see cref="BufferLength"/>.</param>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _next < count && !_isAtEnd)
        {
            _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
            _end -= _next;
            _next = 0;
            while (_end < count)
            {
                int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0)
                {
                    _isAtEnd = true;
                    break;
                }

                _end += read;
            }
        }

        return _buffer.AsSpan(_next, Math.Min(count, _end - _next));
    }

    /// <summary>Takes bytes that were looked at.</summary>
    public void Advance(int count)
    {
        _next += count;
        Position += count;
    }

    /// <summary>Copies bytes and takes them.</summary>
    /// <returns>How many there were; 0 at the end.</returns>
    public int Read(Span<byte> bytes)
    {
        ReadOnlySpan<byte> next = Peek(1);
        int count = Math.Min(bytes.Length, next.IsEmpty ? 0 : _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(bytes);
        Advance(count);
        return count;
    }

    /// <summary>Takes bytes without looking at them.</summary>
    /// <returns>How many there were.</returns>
    public ulong Skip(ulong count)
    {
        ulong left = count;
        while (left > 0 && Peek(1).Length > 0)
        {
            int now = (int)Math.Min(left, (ulong)(_end - _next));
            Advance(now);
            left -= (ulong)now;
        }

        return count - left;
    }

    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }
}
