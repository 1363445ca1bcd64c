using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>Reads a stream of unknown length into native memory.</summary>
internal static unsafe class StreamReading
{
    private const long FirstLength = 1 << 16;
    private const int LargestRead = 1 << 30;

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="length">Receives the number of bytes read.</param>
    /// <returns>The memory, at least <paramref name="length"/> bytes.</returns>
    public static NativeBlock ReadToEnd(Stream stream, out long length)
    {
        // One byte more than announced, so that the end is seen without growing.
        long announced = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) + 1 : FirstLength;
        NativeBlock block = Allocate(announced);
        try
        {
            length = 0;
            while (true)
            {
                long room = (block.Length * sizeof(float)) - length;
                if (room == 0)
                {
                    NativeBlock larger = Allocate(2 * length);
                    Buffer.MemoryCopy(block.Pointer, larger.Pointer, length, length);
                    block.Dispose();
                    block = larger;
                    continue;
                }

                int read = stream.Read(new Span<byte>((byte*)block.Pointer + length, (int)Math.Min(room, LargestRead)));
                if (read == 0)
                {
                    return block;
                }

                length += read;
            }
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private static NativeBlock Allocate(long bytes) => new((bytes + sizeof(float) - 1) / sizeof(float));
}
