using System.Globalization;

namespace KernelGen.Benchmarks.Measuring;

/// <summary>The most resident memory that this process has had, as Linux counts it.</summary>
internal static class ProcessPeak
{
    /// <summary>In megabytes of 1024²; <see langword="null"/> where it cannot be known.</summary>
    public static double? Megabytes()
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? null : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
