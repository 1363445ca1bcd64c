using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>The memory that something adds to this process.</summary>
internal static partial class ResidentMemory
{
    /// <summary>Creates something.</summary>
    /// <param name="create">Creates and uses it.</param>
    /// <param name="megabytes">What it added to the resident memory, in megabytes.</param>
    public static T Measure<T>(Func<T> create, out double megabytes)
    {
        // What is garbage now must not be freed while it is measured.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ReturnFreedMemory();
        long before = Environment.WorkingSet;
        T created = create();
        megabytes = (Environment.WorkingSet - before) / 1e6;
        return created;
    }

    /// <summary>What the C library keeps of freed memory would be used again without being counted.</summary>
    private static void ReturnFreedMemory()
    {
        try
        {
            _ = TrimHeap(0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library without malloc_trim.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint padding);
}
