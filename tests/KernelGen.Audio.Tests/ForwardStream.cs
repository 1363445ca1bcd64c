namespace KernelGen.Audio.Tests;

/// <summary>A stream as a pipe is: it cannot be sought, does not know its length, and gives a few bytes at a time.</summary>
internal sealed class ForwardStream(byte[] contents, int mostAtOnce) : Stream
{
    private readonly MemoryStream _contents = new(contents);

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => _contents.Read(buffer, offset, Math.Min(count, mostAtOnce));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
