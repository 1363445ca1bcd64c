namespace KernelGen.Checkpoints;

/// <summary>
/// A file of tensors in the safetensors format (https://github.com/huggingface/safetensors), read in place: opening reads the header,
/// the tensors are read when they are used.
/// </summary>
/// <remarks>
/// Whatever the bytes are, opening either succeeds or throws a <see cref="CheckpointException"/>; tensors never reach outside the file. As in the official
/// library, the tensors must cover the data exactly: no holes, no overlap, nothing after the last. A file that is open here must not be
/// truncated by another process: memory-mapped, the pages would be gone. A file stream is read instead, and does not mind.
/// </remarks>
public sealed class SafetensorsFile : Checkpoint
{
    private readonly FileMemory _memory;

    private unsafe SafetensorsFile(FileMemory memory)
    {
        _memory = memory;
        (Tensors, Metadata) = SafetensorsHeader.Parse(this, memory.Start, memory.Length);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The free text that the writer left, <c>__metadata__</c>; empty when there is none.</summary>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    internal override string Source => _memory.Source;

    internal override CheckpointFormat Format => CheckpointFormat.Safetensors;

    internal override long ByteLength => _memory.Length;

    internal override bool IsDisposed => _memory.IsDisposed;

    internal override string? ShardAdvice => ShardName.Advice(_memory.Path);

    /// <summary>Opens a file by mapping it into memory, for reading only.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The file. Disposing it ends the mapping.</returns>
    /// <exception cref="CheckpointException">The file is no valid safetensors file.</exception>
    /// <exception cref="IOException">The file does not exist, is no regular file or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static new SafetensorsFile Open(string path) => Open(FileMemory.Map(path));

    /// <summary>Opens what a stream holds from its position to its end, and leaves the stream at its end.</summary>
    /// <param name="stream">
    /// The stream. An <see cref="UnmanagedMemoryStream"/> (an embedded resource) is used in place: it must stay open, and its memory unchanged,
    /// until the result is disposed. Any other is copied, and may be closed afterwards.
    /// </param>
    /// <returns>The tensors of the stream. Disposing them does not close the stream.</returns>
    /// <exception cref="CheckpointException">The stream holds no valid safetensors file.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">Reading the stream failed.</exception>
    public static new SafetensorsFile Open(Stream stream) => Open(FileMemory.Of(stream));

    /// <summary>Opens what is in memory; from now on the result's to free.</summary>
    internal static SafetensorsFile Open(FileMemory memory)
    {
        try
        {
            return new SafetensorsFile(memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _memory.Dispose();
}
