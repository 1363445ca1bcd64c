using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>Passes bytes on, one way or the other, and keeps their CRC-32C.</summary>
/// <param name="inner">The stream that has them; not closed with this one.</param>
internal sealed class ChecksummedStream(Stream inner) : Stream
{
    private uint _checksum = Crc32C.Initial;

    /// <summary>The checksum of all bytes that have passed.</summary>
    public uint Checksum => Crc32C.Finish(_checksum);

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _checksum = Crc32C.Append(_checksum, buffer[..read]);
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _checksum = Crc32C.Append(_checksum, buffer);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
