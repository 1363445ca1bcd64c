using System.Globalization;

namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>
/// The units of a job by their numbers: the shards of all files, then for each file that its shards are put together, then one that deletes what is left. Shards
/// follow from the lengths of files, so that nothing has to be read or kept for them.
/// </summary>
internal sealed class JobPlan
{
    private readonly JobState _state;
    private readonly int[] _firstShards;

    public JobPlan(JobState state)
    {
        _state = state;
        _firstShards = new int[state.Files.Count + 1];
        for (int i = 0; i < state.Files.Count; i++)
        {
            _firstShards[i + 1] = checked(_firstShards[i] + ShardsOf(state.Files[i].Length, Request.ShardBytes));
        }
    }

    public int Shards => _firstShards[^1];

    /// <summary>The number of the unit that deletes the parts, which is the last one.</summary>
    public int Cleanup => Shards + _state.Files.Count;

    public int Units => Cleanup + 1;

    private JobRequest Request => _state.Request!;

    public static int ShardsOf(long length, long shardBytes) => checked((int)((length + shardBytes - 1) / shardBytes));

    /// <summary>The folder for the translations of a file's shards.</summary>
    public static string PartsFolder(JobFile file, string run) => $"{file.Output}.{run}.parts";

    /// <summary>The file for the translation of a shard.</summary>
    /// <param name="folder">The folder of the translations.</param>
    /// <param name="index">Which shard of its file it is, from 0.</param>
    public static string Part(string folder, int index) => Path.Combine(folder, index.ToString("D8", CultureInfo.InvariantCulture));

    /// <summary>The unit that puts the file of a shard together.</summary>
    public int AssemblyOf(int shard) => Shards + FileOf(shard);

    /// <summary>The shards of the file that a unit puts together: the first, and the one after the last.</summary>
    public (int First, int End) ShardsOf(int assembly) => (_firstShards[assembly - Shards], _firstShards[assembly - Shards + 1]);

    public bool IsShard(int unit) => unit < Shards;

    /// <summary>How many bytes the range of a shard has.</summary>
    public long BytesOf(int shard)
    {
        (long from, long to) = RangeOf(shard);
        return to - from;
    }

    public WorkUnit this[int unit]
    {
        get
        {
            if (IsShard(unit))
            {
                JobFile file = _state.Files[FileOf(unit)];
                (long from, long to) = RangeOf(unit);
                return new ShardUnit(unit, file, from, to, Part(PartsFolder(file, _state.Run), unit - _firstShards[FileOf(unit)]), Request.Beam);
            }

            if (unit == Cleanup)
            {
                return new CleanupUnit(unit, [.. _state.Files.Select(file => PartsFolder(file, _state.Run))]);
            }

            (int first, int end) = ShardsOf(unit);
            JobFile whole = _state.Files[unit - Shards];
            return new AssemblyUnit(unit, PartsFolder(whole, _state.Run), end - first, first, whole.Output);
        }
    }

    /// <summary>A unit in words.</summary>
    public string Describe(int unit)
    {
        if (IsShard(unit))
        {
            (long from, long to) = RangeOf(unit);
            return string.Create(CultureInfo.InvariantCulture, $"{_state.Files[FileOf(unit)].Input}, the lines that begin in bytes {from} to {to - 1}");
        }

        return unit == Cleanup ? "deleting what is not needed any more" : $"writing {_state.Files[unit - Shards].Output}";
    }

    private int FileOf(int shard)
    {
        // Of several files with this first shard, all but the last are empty.
        int found = Array.BinarySearch(_firstShards, shard);
        int file = found >= 0 ? found : ~found - 1;
        while (_firstShards[file + 1] == _firstShards[file])
        {
            file++;
        }

        return file;
    }

    private (long From, long To) RangeOf(int shard)
    {
        int file = FileOf(shard);
        long from = (shard - _firstShards[file]) * Request.ShardBytes;
        return (from, Math.Min(from + Request.ShardBytes, _state.Files[file].Length));
    }
}
