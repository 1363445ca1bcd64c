using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using KernelGen.Execution;
using Microsoft.Win32.SafeHandles;

namespace KernelGen.Checkpoints;

/// <summary>The bytes of a weights file: mapped from a path, or from a stream, in place where that is possible.</summary>
internal sealed unsafe class FileMemory : IDisposable
{
    private readonly Stream? _stream;

    private FileMemory(string source, byte* start, long length, SafeHandle owner, Stream? stream = null)
    {
        Source = source;
        Start = start;
        Length = length;
        Owner = owner;
        _stream = stream;
    }

    /// <summary>Where the bytes come from, to begin a message: <c>The file '...'</c> or <c>The stream</c>.</summary>
    public string Source { get; }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>What frees the memory when it is disposed and nobody holds a reference to it any more.</summary>
    public SafeHandle Owner { get; }

    /// <summary>Whether the memory may be gone: this was disposed, or the stream that it lies in was closed.</summary>
    public bool IsDisposed => Owner.IsClosed || _stream is { CanRead: false };

    /// <summary>Maps a file, for reading only.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static FileMemory Map(string path)
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
            return new FileMemory(source, null, 0, new BorrowedMemory(owner: null));
        }

        // The view outlives the mapping that it is made from, and its handle the view. Without a reference count of ours the handle is finalised
        // if nobody disposes it.
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle owner = view.SafeMemoryMappedViewHandle;
        return new FileMemory(source, (byte*)owner.DangerousGetHandle() + view.PointerOffset, length, owner);
    }

    /// <summary>Takes what a stream holds from its position to its end, and leaves the stream at its end.</summary>
    /// <param name="stream">The stream. An <see cref="UnmanagedMemoryStream"/> is used in place; any other is copied, and may be closed afterwards.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">Reading the stream failed.</exception>
    public static FileMemory Of(Stream stream)
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
            return new FileMemory(Source, pointer, remaining, new BorrowedMemory(memory), memory);
        }

        NativeBlock block = StreamReading.ReadToEnd(stream, out long length);
        return new FileMemory(Source, (byte*)block.Pointer, length, block);
    }

    /// <summary>Gives back the memory.</summary>
    public void Dispose() => Owner.Dispose();

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
