using System.Globalization;

namespace KernelGen.Soak.Tests;

/// <summary>What a process holds at a moment at which nothing runs.</summary>
/// <param name="ManagedBytes">What the garbage collector keeps alive.</param>
/// <param name="PrivateBytes">Memory of the process's own, not of files: managed, native and of the runtime.</param>
/// <param name="Handles">Open files, sockets and the like.</param>
/// <param name="MappedModels">How many mappings of model files there are.</param>
internal sealed record ProcessLevels(long ManagedBytes, long PrivateBytes, int Handles, int MappedModels)
{
    /// <summary>Whether the system can be asked: Linux's <c>/proc</c> is.</summary>
    public static bool AreKnown => Directory.Exists("/proc/self/fd");

    /// <param name="folder">The folder of model files.</param>
    public static ProcessLevels Measure(string folder)
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new ProcessLevels(
            GC.GetTotalMemory(forceFullCollection: true),
            Status("RssAnon:"),
            Directory.GetFileSystemEntries("/proc/self/fd").Length,
            File.ReadLines("/proc/self/maps").Count(line => line.Contains(folder, StringComparison.Ordinal)));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{ManagedBytes / 1e6:F1} MB managed, {PrivateBytes / 1e6:F1} MB private, {Handles} handles, {MappedModels} mapped model files");

    /// <summary>A size of /proc/self/status, which is written as "NAME  N kB".</summary>
    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length, line.Length - name.Length - " kB".Length).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
