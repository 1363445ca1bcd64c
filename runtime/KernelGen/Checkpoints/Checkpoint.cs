using KernelGen.Checkpoints.PyTorch;

namespace KernelGen.Checkpoints;

/// <summary>
/// Named tensors of a trained model, whatever holds them: a safetensors file, a PyTorch file (<c>pytorch_model.bin</c>, as <c>torch.save</c> writes a state dict),
/// or several of either with an index that says which tensor is where.
/// </summary>
/// <remarks>
/// Whatever the bytes are, opening either succeeds or throws a <see cref="CheckpointException"/>; nothing that a file holds is run, and tensors never reach outside
/// of their file. Tensors are read when they are used. A file that is open here must not be truncated by another process: it is memory-mapped, and the pages would be gone.
/// </remarks>
public abstract class Checkpoint : IDisposable
{
    private protected Checkpoint()
    {
    }

    /// <summary>The tensors by name.</summary>
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The free text that the writer left, <c>__metadata__</c> of a safetensors file; of several files that of the first; empty when there is none.</summary>
    public abstract IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the tensors come from, to begin a message: <c>The file '...'</c> or <c>The stream</c>.</summary>
    internal abstract string Source { get; }

    /// <summary>What wrote the file.</summary>
    internal abstract CheckpointFormat Format { get; }

    /// <summary>The number of bytes of all files.</summary>
    internal abstract long ByteLength { get; }

    /// <summary>Whether the memory may be gone: this was disposed, or the stream that it lies in was closed.</summary>
    internal abstract bool IsDisposed { get; }

    /// <summary>What to load instead where this is one of several files that belong together; otherwise <see langword="null"/>.</summary>
    internal virtual string? ShardAdvice => null;

    /// <summary>Opens a file by mapping it into memory, for reading only; of a folder the weights in it.</summary>
    /// <param name="path">
    /// The path of a safetensors or PyTorch file, of the index of several (<c>model.safetensors.index.json</c>), or of a folder: then <c>model.safetensors</c> in it,
    /// its index, <c>pytorch_model.bin</c> or its index, whichever is there first.
    /// </param>
    /// <returns>The tensors. Disposing them ends the mapping.</returns>
    /// <exception cref="CheckpointException">The file is none of these or damaged, a file of several is missing, or the folder has no weights or several.</exception>
    /// <exception cref="IOException">The file does not exist, is no regular file or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Checkpoint Open(string path) => Open(FileMemory.Map(CheckpointFolder.Find(path)), FileMemory.Map);

    /// <summary>Opens what a stream holds from its position to its end, and leaves the stream at its end.</summary>
    /// <param name="stream">
    /// The stream of a safetensors or PyTorch file. An <see cref="UnmanagedMemoryStream"/> (an embedded resource) is used in place: it must stay open, and its memory
    /// unchanged, until the result is disposed. Any other is copied, and may be closed afterwards.
    /// </param>
    /// <returns>The tensors. Disposing them does not close the stream.</returns>
    /// <exception cref="CheckpointException">The stream holds neither or a damaged file.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">Reading the stream failed.</exception>
    public static Checkpoint Open(Stream stream) => Open(FileMemory.Of(stream), FileMemory.Map);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back the memory. Tensors cannot be read any more.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> is called.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Opens what is in memory; from now on the result's to free.</summary>
    /// <param name="memory">A file, which its first bytes tell.</param>
    /// <param name="open">Opens the files that an index names.</param>
    internal static Checkpoint Open(FileMemory memory, Func<string, FileMemory> open)
    {
        ReadOnlySpan<byte> beginning = memory.Beginning;
        return ZipDirectory.Begins(beginning) ? PyTorchFile.Open(memory)
            : CheckpointIndex.Begins(beginning) ? ShardedCheckpoint.Open(memory, open)
            : SafetensorsFile.Open(memory);
    }
}

/// <summary>What wrote a checkpoint.</summary>
internal enum CheckpointFormat
{
    /// <summary>safetensors.</summary>
    Safetensors,

    /// <summary><c>torch.save</c>.</summary>
    PyTorch,
}
