namespace KernelGen.Checkpoints;

/// <summary>A checkpoint in several files, each a safetensors or PyTorch file of its own, and the index that says which tensor is where.</summary>
internal sealed class ShardedCheckpoint : Checkpoint
{
    private readonly List<Checkpoint> _shards;

    private ShardedCheckpoint(string source, List<Checkpoint> shards, Dictionary<string, TensorInfo> tensors)
    {
        Source = source;
        _shards = shards;
        Tensors = tensors;
    }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public override IReadOnlyDictionary<string, string> Metadata => _shards.Count > 0 ? _shards[0].Metadata : new Dictionary<string, string>();

    internal override string Source { get; }

    internal override CheckpointFormat Format => _shards.Count > 0 ? _shards[0].Format : CheckpointFormat.Safetensors;

    internal override long ByteLength
    {
        get
        {
            long length = 0;
            foreach (Checkpoint shard in _shards)
            {
                length += shard.ByteLength;
            }

            return length;
        }
    }

    internal override bool IsDisposed => _shards.Exists(static shard => shard.IsDisposed);

    /// <summary>Opens the files that an index names.</summary>
    /// <param name="index">The index; freed before this returns.</param>
    /// <param name="open">Opens a file.</param>
    /// <exception cref="CheckpointException">The index is not valid, a file is missing or damaged, or holds other tensors than the index says.</exception>
    public static new ShardedCheckpoint Open(FileMemory index, Func<string, FileMemory> open)
    {
        Dictionary<string, string> map;
        using (index)
        {
            if (index.Path is null)
            {
                throw new CheckpointException($"{index.Source} holds JSON, as the index of a checkpoint in several files, which lie beside it. Give the path of the index or of the folder.");
            }

            map = CheckpointIndex.Parse(index.Source, Contents(index));
        }

        string folder = Path.GetDirectoryName(index.Path) ?? "";
        string[] names = Names(map);
        RefuseMissing(index.Source, folder, names);
        var shards = new List<Checkpoint>(names.Length);
        try
        {
            var tensors = new Dictionary<string, TensorInfo>(map.Count);
            foreach (string name in names)
            {
                shards.Add(OpenShard(open(Path.Combine(folder, name))));
                Add(index.Source, map, tensors, name, shards[^1]);
            }

            RefuseAbsent(index.Source, map, tensors);
            return new ShardedCheckpoint(index.Source, shards, tensors);
        }
        catch
        {
            shards.ForEach(static shard => shard.Dispose());
            throw;
        }
    }

    protected override void Dispose(bool disposing) => _shards.ForEach(static shard => shard.Dispose());

    /// <summary>A part is never an index itself, so that there is no end to who opens whom.</summary>
    private static Checkpoint OpenShard(FileMemory memory) =>
        Checkpoint.Open(memory, static path => throw new CheckpointException($"The file {CheckpointException.Quote(path)} is named by the index of a checkpoint, and an index itself. Fetch the files again."));

    private static unsafe ReadOnlySpan<byte> Contents(FileMemory file) => new(file.Start, (int)Math.Min(file.Length, int.MaxValue));

    /// <summary>The files that an index names, each once, in its order.</summary>
    private static string[] Names(Dictionary<string, string> map)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (string name in map.Values)
        {
            if (seen.Add(name))
            {
                names.Add(name);
            }
        }

        return names.ToArray();
    }

    private static void RefuseMissing(string source, string folder, string[] names)
    {
        string[] missing = Array.FindAll(names, name => !File.Exists(Path.Combine(folder, name)));
        if (missing.Length > 0)
        {
            throw new CheckpointException(
                $"{source} names {names.Length} files with tensors, of which {(missing.Length == 1 ? "one is" : $"{missing.Length} are")} not beside it: {CheckpointException.QuoteAll(missing)}. Fetch what is missing.");
        }
    }

    private static void Add(string source, Dictionary<string, string> map, Dictionary<string, TensorInfo> tensors, string file, Checkpoint shard)
    {
        foreach ((string name, TensorInfo tensor) in shard.Tensors)
        {
            if (!map.TryGetValue(name, out string? expected) || expected != file)
            {
                string where = expected is null ? "which does not name that tensor" : $"which says that it is in {CheckpointException.Quote(expected)}";
                throw new CheckpointException(
                    $"{shard.Source} has the tensor {CheckpointException.Quote(name)} and does not belong to the index beside it, {where}. Fetch all files of the checkpoint from the same place.", name);
            }

            tensors.Add(name, tensor);
        }
    }

    private static void RefuseAbsent(string source, Dictionary<string, string> map, Dictionary<string, TensorInfo> tensors)
    {
        foreach ((string name, string file) in map)
        {
            if (!tensors.ContainsKey(name))
            {
                throw new CheckpointException(
                    $"{source} says that the tensor {CheckpointException.Quote(name)} is in {CheckpointException.Quote(file)}, which does not have it. Fetch all files of the checkpoint from the same place.", name);
            }
        }
    }
}
