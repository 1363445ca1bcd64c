using System.IO.MemoryMappedFiles;
using KernelGen.Execution;
using Microsoft.Win32.SafeHandles;

namespace KernelGen.Checkpoints;

/// <summary>
/// A file of tensors in the safetensors format (https://github.com/huggingface/safetensors), read in place: opening reads the header,
/// the tensors are read when they are used.
/// </summary>
/// <remarks>
/// Whatever the bytes are, opening either succeeds or throws a <see cref="CheckpointException"/>; tensors never reach outside the file. As in the official
/// library, the tensors must cover the data exactly: no holes, no overlap, nothing after the last. A file that is open here must not be
/// truncated by another process: memory-mapped, the pages would be gone.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly IDisposable[] _owned;
    private readonly Stream? _stream;
    private bool _disposed;

    private SafetensorsFile(string source, byte* start, long length, Stream? stream, params IDisposable[] owned)
    {
        Source = source;
        _stream = stream;
        _owned = owned;
        (Tensors, Metadata) = SafetensorsHeader.Parse(this, start, length);
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The free text that the writer left, <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the tensors come from, to begin a message: <c>The file '...'</c> or <c>The stream</c>.</summary>
    internal string Source { get; }

    /// <summary>Whether the memory may be gone: this was disposed, or the stream that it lies in was closed.</summary>
    internal bool IsDisposed => _disposed || _stream is { CanRead: false };

    /// <summary>Opens a file by mapping it into memory, for reading only.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The file. Disposing it ends the mapping.</returns>
    /// <exception cref="CheckpointException">The file is no valid safetensors file.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string source = $"The file '{path}'";
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        long length;
        try
        {
            length = RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException exception)
        {
            throw new IOException($"{source} is no regular file and cannot be mapped; open it as a stream instead.", exception);
        }

        if (length == 0)
        {
            // Nothing can be mapped.
            throw SafetensorsHeader.Truncated(source, 0);
        }

        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor? view = null;
        try
        {
            // The handle stays reachable, and the mapping with it, as long as a tensor does; without a reference count of ours, it is finalised if nobody disposes it.
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
            return new SafetensorsFile(source, start, length, null, view, file);
        }
        catch
        {
            view?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens what a stream holds from its position to its end, and leaves the stream at its end.</summary>
    /// <param name="stream">
    /// The stream. An <see cref="UnmanagedMemoryStream"/> (an embedded resource) is used in place: it must stay open, and its memory unchanged,
    /// until the result is disposed. Any other is copied, and may be closed afterwards.
    /// </param>
    /// <returns>The tensors of the stream. Disposing them does not close the stream.</returns>
    /// <exception cref="CheckpointException">The stream holds no valid safetensors file.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">Reading the stream failed.</exception>
    public static SafetensorsFile Open(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read: it is closed, or open for writing only.", nameof(stream));
        }

        const string Source = "The stream";
        if (stream is UnmanagedMemoryStream memory && TryGetPointer(memory, out byte* pointer))
        {
            long remaining = Math.Max(0, memory.Length - memory.Position);
            memory.Position = memory.Length;
            return new SafetensorsFile(Source, pointer, remaining, memory);
        }

        NativeBlock block = StreamReading.ReadToEnd(stream, out long length);
        try
        {
            return new SafetensorsFile(Source, (byte*)block.Pointer, length, null, block);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Gives back the memory. Tensors cannot be read any more.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }

    /// <summary>The address of the next byte, unless the stream lies over a buffer that does not tell, as a mapped view's does.</summary>
    private static bool TryGetPointer(UnmanagedMemoryStream stream, out byte* pointer)
    {
        if (stream.Position >= stream.Length)
        {
            pointer = null;
            return true;
        }

        try
        {
            pointer = stream.PositionPointer;
            return true;
        }
        catch (NotSupportedException)
        {
            pointer = null;
            return false;
        }
    }
}
