using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>A 64-byte aligned block of floats outside the garbage-collected heap. A call that runs holds a reference, so that disposal frees it only after.</summary>
internal sealed unsafe partial class NativeBlock : SafeHandle
{
    private const nuint Alignment = 64;

    /// <summary>What x86-64 and most Arm64 kernels call a huge page. Blocks that fill a few of them ask for such pages on Linux.</summary>
    private const nuint HugePage = 2 << 20;

    private const int AdviceHugePage = 14;

    public NativeBlock(long floats)
        : base(0, ownsHandle: true)
    {
        Length = floats;
        nuint bytes = checked((nuint)floats * sizeof(float));
        bool isLarge = OperatingSystem.IsLinux() && bytes >= 4 * HugePage;
        SetHandle((nint)NativeMemory.AlignedAlloc(bytes, isLarge ? HugePage : Alignment));
        if (isLarge)
        {
            AskForHugePages((void*)handle, bytes);
        }
    }

    /// <summary>The number of floats.</summary>
    public long Length { get; }

    /// <summary>The first float.</summary>
    public float* Pointer => (float*)handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    /// <summary>Touching memory for the first time costs as much as filling it, page by page. This is advice: whatever comes of it is right.</summary>
    private static void AskForHugePages(void* address, nuint length)
    {
        try
        {
            _ = AdviseMemory(address, length, AdviceHugePage);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A Linux whose C library has another name, or none.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMemory(void* address, nuint length, int advice);
}
