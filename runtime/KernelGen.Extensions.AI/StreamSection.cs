namespace KernelGen.Extensions.AI;

/// <summary>
/// A stream as readers of audio want it, from some place on: it keeps its own place, so that there can be several over one stream that seeks, and never closes it. It asks the stream asynchronously, for some
/// streams refuse all else, and so that waiting can be cancelled.
/// </summary>
/// <param name="stream">The stream, which one thread at a time reads.</param>
/// <param name="start">Where it begins; <see langword="null"/> for a stream that is read on from where it is.</param>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class StreamSection(Stream stream, long? start, CancellationToken cancellationToken) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => start is not null;

    public override bool CanWrite => false;

    public override long Length => start is { } first ? stream.Length - first : throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (start is { } first)
        {
            stream.Position = first + _position;
        }

        int read = stream.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask().GetAwaiter().GetResult();
        _position += read;
        return read;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
