namespace KernelGen.Execution;

/// <summary>
/// Memory that single kernels need beside what they are given: for rows that are padded, keys that are transposed, and scores. Each thread has a block of its own,
/// which grows to what its largest call takes and goes when the thread does; nothing is allocated by a call that has been made before.
/// </summary>
internal static unsafe class KernelMemory
{
    [ThreadStatic]
    private static NativeBlock? _block;

    /// <summary>Floats of the calling thread, aligned to 64 bytes. They are the caller's until the next call of this.</summary>
    /// <param name="count">How many at least.</param>
    public static float* Floats(long count)
    {
        if (_block is not { } block || block.Length < count)
        {
            _block?.Dispose();
            _block = null;
            _block = block = new NativeBlock(count);
        }

        return block.Pointer;
    }
}
