using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Execution;

/// <summary>Hints to the caches. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CacheHints
{
    /// <summary>Begins to bring a cache line into the second-level cache. Any address is right, also one where nothing is; nothing waits for it.</summary>
    /// <param name="address">An address in the line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadSoon(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    /// <summary>Begins to bring a cache line into the first-level cache, as <see cref="ReadSoon"/> does into the second.</summary>
    /// <param name="address">An address in the line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadNext(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
