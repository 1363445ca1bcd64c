namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>The bytes of a range of a file, to be read once.</summary>
/// <param name="file">The file, which is read by position.</param>
/// <param name="from">The first byte.</param>
/// <param name="to">The byte after the last.</param>
internal sealed class ByteRangeStream(FileStream file, long from, long to) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => to - from;

    /// <summary>How many bytes of the range are read.</summary>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int read = RandomAccess.Read(file.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, Length - _read)], from + _read);
        _read += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, Length - _read)], from + _read, cancellationToken);
        _read += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
