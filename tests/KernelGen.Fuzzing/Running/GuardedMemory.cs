using System.Runtime.InteropServices;

namespace KernelGen.Fuzzing.Running;

/// <summary>
/// Memory between pages that cannot be touched: whoever reads one byte before what begins there, or one after what ends there, ends the process. On Windows
/// it is memory like any other.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int NoAccess = 0, ReadWrite = 3, Private = 2;

    private byte* _start;
    private int _capacity;

    private static int Anonymous => OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

    /// <summary>Puts a file directly before or directly behind an inaccessible page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="atEnd">Whether its last byte is the last before the page, or else its first byte the first behind one.</param>
    /// <returns>The file there, until the next is placed.</returns>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> file, bool atEnd)
    {
        if (file.Length > _capacity || _start == null)
        {
            Dispose();
            Map(file.Length);
        }

        var place = new Span<byte>(atEnd ? _start + _capacity - file.Length : _start, file.Length);
        file.CopyTo(place);
        return place;
    }

    public void Dispose()
    {
        if (_start == null)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            NativeMemory.Free(_start);
        }
        else
        {
            int page = Environment.SystemPageSize;
            _ = Unmap(_start - page, (nuint)(_capacity + (2 * page)));
        }

        _start = null;
        _capacity = 0;
    }

    private void Map(int length)
    {
        int page = Environment.SystemPageSize;
        int capacity = (Math.Max(length, 1 << 20) + page - 1) / page * page;
        if (OperatingSystem.IsWindows())
        {
            _start = (byte*)NativeMemory.Alloc((nuint)capacity);
        }
        else
        {
            byte* all = Map(null, (nuint)(capacity + (2 * page)), NoAccess, Private | Anonymous, -1, 0);
            if ((nint)all == -1 || Protect(all + page, (nuint)capacity, ReadWrite) != 0)
            {
                throw new OutOfMemoryException($"{capacity} bytes between inaccessible pages cannot be mapped.");
            }

            _start = all + page;
        }

        _capacity = capacity;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
