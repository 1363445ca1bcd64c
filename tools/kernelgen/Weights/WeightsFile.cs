using KernelGen.Checkpoints;
using KernelGen.Packing;

namespace KernelGen.Tool.Weights;

/// <summary>A file of weights, open for looking into it: a checkpoint or a packed file, which its first bytes tell apart.</summary>
internal sealed unsafe class WeightsFile : IDisposable
{
    private readonly FileMemory _memory;

    private WeightsFile(string path)
    {
        Folder = Directory.Exists(path) ? path : null;
        Path = CheckpointFolder.Find(path);
        _memory = FileMemory.Map(Path);
        try
        {
            if (PackedFile.Begins(_memory))
            {
                Packed = PackedFile.Summarize(_memory);
            }
            else
            {
                Checkpoint = KernelGen.Checkpoints.Checkpoint.Open(_memory, FileMemory.Map);
            }
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The paths of all files that hold weights, or say where they are.</summary>
    public IEnumerable<string> Files => Checkpoint is ShardedCheckpoint
        ? CheckpointIndex.Parse(_memory.Source, new ReadOnlySpan<byte>(_memory.Start, checked((int)_memory.Length))).Values.Distinct().Order(StringComparer.Ordinal)
            .Select(name => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", name)).Prepend(Path)
        : [Path];

    /// <summary>The folder, where one was given.</summary>
    public string? Folder { get; }

    /// <summary>The bytes of the file, or of all that an index names.</summary>
    public long Length => Checkpoint?.ByteLength ?? _memory.Length;

    /// <summary>The tensors, when this is a checkpoint.</summary>
    public Checkpoint? Checkpoint { get; }

    /// <summary>The header, when this is a packed file.</summary>
    public PackedFileSummary? Packed { get; }

    /// <summary>Whether the source of the model is audio.</summary>
    /// <exception cref="InputException">It is the checkpoint of no known family, or of one that no architecture reads.</exception>
    public bool IsOfSpeech => Packed?.Fields.ContainsKey(nameof(SpeechToTextModelAttribute.SourceChannels)) ?? CheckpointInference.IsOfSpeech(Checkpoint!);

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is neither a checkpoint nor a packed file.</exception>
    public static WeightsFile Open(string path)
    {
        try
        {
            return new WeightsFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException)
        {
            throw new InputException(exception.Message, exception);
        }
    }

    public void Dispose()
    {
        Checkpoint?.Dispose();
        _memory.Dispose();
    }
}
