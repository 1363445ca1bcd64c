using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>The processor time of processes that this one started and that have ended, as Linux counts it.</summary>
internal static partial class ChildProcessorTime
{
    private const int OfChildren = -1;

    /// <summary>In seconds; <see langword="null"/> where it cannot be known.</summary>
    public static unsafe double? Seconds()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return null;
        }

        Usage usage;
        return ResourceUsage(OfChildren, &usage) == 0 ? usage.User.Seconds + usage.System.Seconds : null;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int ResourceUsage(int who, Usage* usage);

    /// <summary><c>struct timeval</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        private readonly long _seconds;
        private readonly long _microseconds;

        public double Seconds => _seconds + (_microseconds * 1e-6);
    }

    /// <summary><c>struct rusage</c> of 64-bit Linux: two times, and fourteen counts that are of no interest here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = (2 * 16) + (14 * sizeof(long)))]
    private readonly struct Usage
    {
        public readonly Time User;
        public readonly Time System;
    }
}
