namespace KernelGen.Extensions.AI.Tests;

/// <summary>A stream that breaks off.</summary>
internal sealed class BrokenStream : MemoryStream
{
    public override bool CanSeek => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The connection was lost.");

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("The connection was lost.");
}
