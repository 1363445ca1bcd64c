using System.Runtime.InteropServices;

namespace KernelGen.Execution;

/// <summary>A 64-byte aligned block of floats outside the garbage-collected heap. A call that runs holds a reference, so that disposal frees it only after.</summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    private const nuint Alignment = 64;

    public NativeBlock(long floats)
        : base(0, ownsHandle: true)
    {
        Length = floats;
        SetHandle((nint)NativeMemory.AlignedAlloc(checked((nuint)floats * sizeof(float)), Alignment));
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
}
