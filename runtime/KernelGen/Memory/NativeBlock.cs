using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>A 64-byte aligned block of floats outside the garbage-collected heap. A call that runs holds a reference, so that disposal frees it only after.</summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    private const nuint Alignment = 64;

    /// <summary>
    /// From how many bytes on a block has pages of its own on Linux, which the system has back when it is freed. The C library's heap keeps what is freed
    /// there, in pieces that the next larger block does not fit into: calls of all sizes took ten times the memory that was in use.
    /// </summary>
    private const nuint LeastPages = 128 << 10;

    private readonly nuint _bytes;
    private readonly bool _hasPages;

    public NativeBlock(long floats)
        : base(0, ownsHandle: true)
    {
        Length = floats;
        _bytes = checked((nuint)floats * sizeof(float));
        if (OperatingSystem.IsLinux() && _bytes >= LeastPages)
        {
            SetHandle((nint)LinuxPages.Allocate(_bytes));
            _hasPages = handle != 0;
        }

        if (!_hasPages)
        {
            SetHandle((nint)NativeMemory.AlignedAlloc(_bytes, Alignment));
        }
    }

    /// <summary>The number of floats.</summary>
    public long Length { get; }

    /// <summary>The first float.</summary>
    public float* Pointer => (float*)handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        if (_hasPages)
        {
            LinuxPages.Free((void*)handle, _bytes);
        }
        else
        {
            NativeMemory.AlignedFree((void*)handle);
        }

        return true;
    }
}
