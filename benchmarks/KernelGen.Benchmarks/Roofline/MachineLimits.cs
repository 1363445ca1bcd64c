using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>The limits of one core of this machine with one instruction set, measured: arithmetic, and reading from each level of memory.</summary>
internal sealed unsafe class MachineLimits : IDisposable
{
    /// <summary>Of a cache, weights may take so much and still find room for the rows that go with them.</summary>
    private const double UsablePart = 0.9;

    private const double MeasuredFlops = 1e7;
    private readonly Dictionary<string, double> _bytesPerSecond = [];
    private readonly FloatBuffer _buffer;

    /// <summary>Measures.</summary>
    /// <param name="instructionSet">The instruction set.</param>
    /// <param name="seconds">For each of the limits.</param>
    public MachineLimits(InstructionSet instructionSet, double seconds)
    {
        InstructionSet = instructionSet;
        Levels = CacheSizes.Read(out bool isKnown);
        CachesAreKnown = isKnown;
        _buffer = new FloatBuffer(ReadLoop.RoundUp(Levels[^1].Bytes / sizeof(float)));
        FlopsPerSecond = MeasuredFlops / Timing.Short(() => FmaPeak.Run(instructionSet, MeasuredFlops), seconds).Minimum;
        if (Int8Peak.IsSupported(instructionSet))
        {
            Int8PerSecond = MeasuredFlops / Timing.Short(() => Int8Peak.Run(instructionSet, MeasuredFlops), seconds).Minimum;
        }

        foreach (MemoryLevel level in Levels)
        {
            long floats = WorkingSet(level) / sizeof(float);
            double bytes = Math.Max(floats * sizeof(float), 1 << 20);
            _bytesPerSecond[level.Name] = bytes / Timing.Short(() => ReadLoop.Run(instructionSet, _buffer.Pointer, floats, bytes), seconds).Minimum;
        }
    }

    public InstructionSet InstructionSet { get; }

    /// <summary>Float32 multiplications and additions.</summary>
    public double FlopsPerSecond { get; }

    /// <summary>8-bit multiplications and additions; <see langword="null"/> where the instructions are missing.</summary>
    public double? Int8PerSecond { get; }

    /// <summary>The levels of memory, the smallest first.</summary>
    public IReadOnlyList<MemoryLevel> Levels { get; }

    /// <summary>Whether the operating system told the sizes of the caches.</summary>
    public bool CachesAreKnown { get; }

    /// <summary>The level that weights of this size live in when they are read again and again.</summary>
    public MemoryLevel LevelOf(double bytes) => Levels.FirstOrDefault(level => bytes <= UsablePart * level.Bytes) ?? Levels[^1];

    /// <summary>How fast a level is read.</summary>
    public double BytesPerSecond(MemoryLevel level) => _bytesPerSecond[level.Name];

    /// <summary>What a level's bandwidth is measured with: half of a cache, all of what stands for memory.</summary>
    public long WorkingSet(MemoryLevel level) => ReadLoop.RoundUp((level == Levels[^1] ? level.Bytes : level.Bytes / 2) / sizeof(float)) * sizeof(float);

    /// <summary>Multiplications and additions a second; those of float32 where 8-bit ones are missing.</summary>
    public double PerSecond(WeightPrecision arithmetic) => arithmetic == WeightPrecision.Int8 && Int8PerSecond is { } int8 ? int8 : FlopsPerSecond;

    /// <summary>Does arithmetic at the limit.</summary>
    public void Compute(WeightPrecision arithmetic, double flops)
    {
        if (arithmetic == WeightPrecision.Int8 && Int8PerSecond is not null)
        {
            Int8Peak.Run(InstructionSet, flops);
        }
        else
        {
            FmaPeak.Run(InstructionSet, flops);
        }
    }

    /// <summary>Reads at the limit, as if these were weights.</summary>
    /// <param name="workingSet">The size of the weights.</param>
    /// <param name="bytes">How much is read of them, again and again.</param>
    public void Read(double workingSet, double bytes)
    {
        long floats = Math.Min(ReadLoop.RoundUp((long)workingSet / sizeof(float)), _buffer.Length);
        ReadLoop.Run(InstructionSet, _buffer.Pointer, floats, bytes);
    }

    public void Dispose() => _buffer.Dispose();
}
