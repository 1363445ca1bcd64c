using KernelGen.Tests.Bounds;

namespace KernelGen.Fuzzing.Running;

/// <summary>
/// Memory for one file after another, between pages that cannot be touched: whoever reads one byte before what begins there, or one after what ends there,
/// ends the process. On Windows it is memory like any other.
/// </summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const int LeastLength = 1 << 20;

    private PageGuardedMemory? _memory;

    /// <summary>Puts a file directly before or directly behind an inaccessible page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="atEnd">Whether its last byte is the last before the page, or else its first byte the first behind one.</param>
    /// <returns>The file there, until the next is placed.</returns>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> file, bool atEnd)
    {
        if (_memory is null || _memory.Length < file.Length)
        {
            Dispose();
            _memory = new PageGuardedMemory(Math.Max(file.Length, LeastLength));
        }

        var place = new Span<byte>(_memory.Place(file.Length, atEnd ? Guard.After : Guard.Before), file.Length);
        file.CopyTo(place);
        return place;
    }

    public void Dispose()
    {
        _memory?.Dispose();
        _memory = null;
    }
}
