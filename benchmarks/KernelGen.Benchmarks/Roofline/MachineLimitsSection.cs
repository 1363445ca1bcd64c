using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>The limits of this machine.</summary>
internal static class MachineLimitsSection
{
    public static Section Create(MachineLimits machine) => new(
        "Limits of one core",
        [
            $"{machine.InstructionSet}; register-only loops, and sums of vectors over so many bytes: the best of several runs.",
            machine.CachesAreKnown ? "Sizes of caches as the operating system tells them." : "The operating system does not tell the sizes of caches: these are common ones.",
        ],
        [new Column("limit", IsText: true), new Column("size"), new Column("measured with"), new Column("rate"), new Column("unit", IsText: true)],
        [
            ["float32 fused multiply-add", "", "registers", Cells.Number(machine.FlopsPerSecond / 1e9, 1), "GFLOP/s"],
            [$"8-bit integers ({Int8Peak.Instructions(machine.InstructionSet)})", "", "registers", machine.Int8PerSecond is { } int8 ? Cells.Number(int8 / 1e9, 1) : Cells.Nothing, "Gop/s"],
            .. machine.Levels.Select(level => (string[])
            [
                $"reading {level.Name}",
                level == machine.Levels[^1] ? "" : Size(level.Bytes),
                Size(machine.WorkingSet(level)),
                Cells.Number(machine.BytesPerSecond(level) / 1e9, 1),
                "GB/s",
            ]),
        ]);

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes >> 10} KiB" : $"{bytes >> 20} MiB";
}
