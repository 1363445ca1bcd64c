using System.Globalization;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>A level of memory.</summary>
/// <param name="Name"><c>L1</c>, <c>L2</c>, <c>L3</c> or <c>memory</c>.</param>
/// <param name="Bytes">Its size; for memory, more than any cache holds.</param>
internal sealed record MemoryLevel(string Name, long Bytes);

/// <summary>The sizes of the data caches, as the operating system tells them.</summary>
internal static class CacheSizes
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>The caches, the smallest first, then memory.</summary>
    /// <param name="isKnown">Whether the operating system told; otherwise sizes are common ones.</param>
    public static IReadOnlyList<MemoryLevel> Read(out bool isKnown)
    {
        List<MemoryLevel> levels = Directory.Exists(Folder)
            ? [.. Directory.GetDirectories(Folder, "index*").Where(static index => Text(index, "type") != "Instruction").Select(Level).OrderBy(static level => level.Bytes)]
            : [];
        isKnown = levels.Count > 0;
        if (!isKnown)
        {
            levels = [new("L1", 32 << 10), new("L2", 1 << 20), new("L3", 32 << 20)];
        }

        levels.Add(new MemoryLevel("memory", (2 * levels[^1].Bytes) + (64 << 20)));
        return levels;
    }

    private static MemoryLevel Level(string index)
    {
        string size = Text(index, "size");
        long unit = size[^1] switch
        {
            'K' => 1 << 10,
            'M' => 1 << 20,
            _ => 1,
        };
        return new MemoryLevel($"L{Text(index, "level")}", unit * long.Parse(size.TrimEnd('K', 'M'), CultureInfo.InvariantCulture));
    }

    private static string Text(string index, string file) => File.ReadAllText(Path.Combine(index, file)).Trim();
}
