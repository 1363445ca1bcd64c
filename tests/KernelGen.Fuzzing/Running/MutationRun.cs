using System.Diagnostics;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Targets;

namespace KernelGen.Fuzzing.Running;

/// <summary>What came of many files.</summary>
internal sealed class RunResult
{
    public long Files { get; set; }

    public long Accepted { get; set; }

    public long MostAllocated { get; set; }

    /// <summary>What replays the file that allocated most.</summary>
    public string MostAllocatedBy { get; set; } = "";

    public TimeSpan Longest { get; set; }

    public List<string> Findings { get; } = [];
}

/// <summary>Reads file after file, and holds each to the rule: accepted or refused as documented, within bounded time and memory.</summary>
internal sealed class MutationRun : IDisposable
{
    private const int MostFindings = 20;

    private readonly GuardedMemory _memory = new();
    private readonly Watch _watch = new();
    private readonly Journal? _journal;
    private readonly string? _findings;

    /// <param name="journal">Where to note which file is being read, or <see langword="null"/>.</param>
    /// <param name="findings">The folder for files that broke the rule, or <see langword="null"/>.</param>
    public MutationRun(string? journal, string? findings)
    {
        _journal = journal is null ? null : new Journal(journal);
        _findings = findings;
    }

    /// <summary>Reads mutated files.</summary>
    /// <param name="target">The kind of file.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="first">The number of the first file.</param>
    /// <param name="count">How many.</param>
    public RunResult Run(FuzzTarget target, int seed, long first, long count)
    {
        var result = new RunResult();
        for (long index = first; index < first + count && result.Findings.Count < MostFindings; index++)
        {
            _journal?.Note(target.Name, seed, index);
            byte[] file = FileMutation.Create(target, seed, index);
            RunOne(target, file, (int)(index & int.MaxValue), Journal.Arguments(target.Name, seed, index), result);
        }

        return result;
    }

    /// <summary>Reads one file.</summary>
    /// <param name="target">The kind of file.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="variant">How it is read and used.</param>
    /// <param name="arguments">What replays it.</param>
    /// <param name="result">What comes of it is added here.</param>
    public void RunOne(FuzzTarget target, byte[] file, int variant, string arguments, RunResult result)
    {
        result.Files++;
        ReadOnlySpan<byte> placed = _memory.Place(file, atEnd: variant % 2 == 0);
        _watch.Begin(arguments);
        long started = Stopwatch.GetTimestamp();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            result.Accepted += target.Run(placed, variant) ? 1 : 0;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            long allowed = target.AllocationAllowance + (target.AllocationPerByte * file.Length);
            if (allocated > allowed)
            {
                throw new FindingException($"{allocated} bytes were allocated for a file of {file.Length}; {allowed} are allowed.");
            }

            if (allocated > result.MostAllocated)
            {
                (result.MostAllocated, result.MostAllocatedBy) = (allocated, arguments);
            }
        }
        catch (Exception exception)
        {
            result.Findings.Add($"{arguments}\n{exception}");
            if (_findings != null)
            {
                Directory.CreateDirectory(_findings);
                File.WriteAllBytes(Path.Combine(_findings, $"{target.Name}-{variant}.bin"), file);
            }
        }

        _watch.End();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        result.Longest = elapsed > result.Longest ? elapsed : result.Longest;
    }

    public void Dispose()
    {
        _watch.Dispose();
        _memory.Dispose();
        _journal?.Dispose();
    }
}
