using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelGen.Tests.Bounds;

/// <summary>Which end of a buffer lies at an inaccessible page.</summary>
internal enum Guard
{
    /// <summary>The buffer ends at an inaccessible page.</summary>
    After,

    /// <summary>The buffer begins after an inaccessible page.</summary>
    Before,
}

/// <summary>
/// Memory between two inaccessible pages: whoever reads or writes one byte beyond a buffer that is placed at its end, or before one that is placed at its
/// beginning, ends the process. Where <see cref="IsSupported"/> says no, it is memory like any other.
/// </summary>
internal sealed unsafe partial class PageGuardedMemory : IDisposable
{
    private const int NoAccess = 0;
    private const int ReadAndWrite = 3;

    private static readonly nuint Page = (nuint)Environment.SystemPageSize;

    private readonly byte* _block;

    /// <summary>Takes memory.</summary>
    /// <param name="bytes">The largest buffer that it is to hold.</param>
    public PageGuardedMemory(long bytes)
    {
        Length = Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((ulong)bytes) / (long)Page) * (long)Page;
        _block = (byte*)NativeMemory.AlignedAlloc((nuint)Length + (2 * Page), Page);
        Protect(NoAccess);

        // Floats of about 1.9, and bytes of 63.
        new Span<byte>(_block + Page, checked((int)Length)).Fill(0x3F);
    }

    /// <summary>Whether this system has what it takes. Windows protects pages by other means, which are not made use of here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>The number of accessible bytes: whole pages.</summary>
    public long Length { get; }

    /// <summary>The place of a buffer.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="guard">Where the inaccessible page is.</param>
    public byte* Place(long bytes, Guard guard) => _block + Page + (guard == Guard.After ? Length - bytes : 0);

    public void Dispose()
    {
        Protect(ReadAndWrite);
        NativeMemory.AlignedFree(_block);
    }

    private void Protect(int access)
    {
        if (!IsSupported)
        {
            return;
        }

        foreach (nint page in new[] { (nint)_block, (nint)_block + (nint)Page + (nint)Length })
        {
            if (ProtectMemory((void*)page, Page, access) != 0)
            {
                throw new InvalidOperationException($"mprotect failed: error {Marshal.GetLastPInvokeError()}.");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int ProtectMemory(void* address, nuint length, int access);
}
