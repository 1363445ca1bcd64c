using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>Pages of memory straight from Linux, huge ones where many are asked for.</summary>
internal static unsafe partial class LinuxPages
{
    /// <summary>What x86-64 and most Arm64 kernels call a huge page. Memory that fills a few of them asks for such pages.</summary>
    private const nuint HugePage = 2 << 20;

    private const int AdviceHugePage = 14;
    private const int ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 2 | 0x20;
    private const nint Failed = -1;

    /// <summary>Takes memory whose bytes are zero.</summary>
    /// <param name="bytes">How many bytes, at least.</param>
    /// <returns>The first byte, at the beginning of a page; <see langword="null"/> where there is no such memory.</returns>
    public static void* Allocate(nuint bytes)
    {
        try
        {
            if (bytes < 4 * HugePage)
            {
                nint pages = Map(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
                return pages == Failed ? null : (void*)pages;
            }

            nint start = Map(null, bytes + HugePage, ReadWrite, PrivateAnonymous, -1, 0);
            if (start == Failed)
            {
                return null;
            }

            // Only the part that begins where a huge page may is kept.
            nuint before = (HugePage - ((nuint)start % HugePage)) % HugePage;
            var first = (byte*)start + before;
            if (before > 0)
            {
                _ = Unmap((void*)start, before);
            }

            nuint used = (bytes + PageMask) & ~PageMask;
            if (before + used < bytes + HugePage)
            {
                _ = Unmap(first + used, bytes + HugePage - before - used);
            }

            // Touching memory for the first time costs as much as filling it, page by page. This is advice: whatever comes of it is right.
            _ = Advise(first, bytes, AdviceHugePage);
            return first;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A Linux whose C library has another name, or none.
            return null;
        }
    }

    /// <summary>Gives memory back.</summary>
    /// <param name="pages">What <see cref="Allocate"/> has returned.</param>
    /// <param name="bytes">How many bytes were asked for.</param>
    public static void Free(void* pages, nuint bytes) => _ = Unmap(pages, bytes);

    private static nuint PageMask => (nuint)Environment.SystemPageSize - 1;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
