namespace KernelGen.Benchmarks.Roofline;

/// <summary>
/// The least that some operations cost on this machine: each the longer of its arithmetic at the peak and its weights at the bandwidth of the level that
/// they live in. It is a program, which is timed in turns with the kernels: then both meet the same clock and the same neighbours.
/// </summary>
internal sealed class LimitProgram
{
    private readonly MachineLimits _machine;
    private readonly double _workingSet;
    private readonly Dictionary<WeightPrecision, double> _flops = [];
    private readonly double _bytes;

    /// <param name="machine">The machine.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="workingSet">The bytes of weights that are read again and again; decides the level.</param>
    public LimitProgram(MachineLimits machine, IEnumerable<Work> operations, double workingSet)
    {
        (_machine, _workingSet) = (machine, workingSet);
        Level = machine.LevelOf(workingSet);
        double computing = 0;
        double reading = 0;
        foreach (Work work in operations)
        {
            double arithmetic = work.Flops / machine.PerSecond(work.Arithmetic);
            double bandwidth = work.WeightBytes / machine.BytesPerSecond(Level);
            if (arithmetic >= bandwidth)
            {
                computing += arithmetic;
                _flops[work.Arithmetic] = _flops.GetValueOrDefault(work.Arithmetic) + work.Flops;
            }
            else
            {
                reading += bandwidth;
                _bytes += work.WeightBytes;
            }
        }

        Seconds = computing + reading;
        BoundBy = computing >= reading ? "arithmetic" : Level.Name;
    }

    /// <summary>The level that the weights live in.</summary>
    public MemoryLevel Level { get; }

    /// <summary>The limit, from the machine's limits as they were measured first.</summary>
    public double Seconds { get; }

    /// <summary>What most of the limit is: arithmetic, or reading from a level.</summary>
    public string BoundBy { get; }

    /// <summary>Does what is unavoidable, at the limit.</summary>
    public void Run()
    {
        foreach ((WeightPrecision arithmetic, double flops) in _flops)
        {
            _machine.Compute(arithmetic, flops);
        }

        if (_bytes > 0)
        {
            _machine.Read(_workingSet, _bytes);
        }
    }
}
