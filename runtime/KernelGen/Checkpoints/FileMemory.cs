using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using KernelGen.Execution;
using Microsoft.Win32.SafeHandles;

namespace KernelGen.Checkpoints;

/// <summary>The bytes of a weights file: mapped or read from a path, or from a stream, in place where that is possible.</summary>
internal sealed unsafe class FileMemory : IDisposable
{
    /// <summary>More than the header of any packed file.</summary>
    private const int BeginningLength = 1 << 20;

    private const int LargestRead = 1 << 30;

    /// <summary>The longest path that Linux has.</summary>
    private const int LongestPath = 4096;

    /// <summary>More than tells any format.</summary>
    private const int FormatLength = 256;

    private readonly Stream? _stream;

    private FileMemory(string source, byte* start, long length, SafeHandle owner, string? path = null, Stream? stream = null)
    {
        Source = source;
        Path = path;
        Start = start;
        Length = length;
        Owner = owner;
        _stream = stream;
    }

    /// <summary>Where the bytes come from, to begin a message: <c>The file '...'</c> or <c>The stream</c>.</summary>
    public string Source { get; }

    /// <summary>The path, where the bytes come from a file.</summary>
    public string? Path { get; }

    /// <summary>The first bytes, which tell formats apart; fewer of a shorter file.</summary>
    public ReadOnlySpan<byte> Beginning => new(Start, (int)Math.Min(Length, FormatLength));

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
    /// <exception cref="IOException">The file does not exist, is no regular file or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static FileMemory Map(string path)
    {
        using SafeFileHandle handle = OpenFile(path, FileShare.Read, out string source, out long length);
        if (length == 0)
        {
            // Nothing can be mapped.
            return new FileMemory(source, null, 0, new BorrowedMemory(owner: null), path);
        }

        // The view outlives the mapping that it is made from, and its handle the view. Without a reference count of ours the handle is finalised
        // if nobody disposes it.
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle owner = view.SafeMemoryMappedViewHandle;
        return new FileMemory(source, (byte*)owner.DangerousGetHandle() + view.PointerOffset, length, owner, path);
    }

    /// <summary>Decides by the beginning of a file whether the rest is worth reading; throws where it is not.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="beginning">The first bytes: all of a short file, and of any other more than the header of a packed file.</param>
    /// <param name="length">The length of the file.</param>
    public delegate void CheckBeginning(string source, ReadOnlySpan<byte> beginning, long length);

    /// <summary>Reads a file into memory. What becomes of the file meanwhile or afterwards does not matter: one that is cut short is as long as what was read.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="check">Called before most of the file is read.</param>
    /// <exception cref="IOException">The file does not exist, is no regular file or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static FileMemory Read(string path, CheckBeginning check)
    {
        using SafeFileHandle handle = OpenFile(path, FileShare.ReadWrite | FileShare.Delete, out string source, out long length);
        byte[] beginning = new byte[Math.Min(length, BeginningLength)];
        int begun = 0;
        for (int read = -1; begun < beginning.Length && read != 0; begun += read)
        {
            read = RandomAccess.Read(handle, beginning.AsSpan(begun), begun);
        }

        length = begun < beginning.Length ? begun : length;
        check(source, beginning.AsSpan(0, begun), length);
        var block = new NativeBlock((length + sizeof(float)) / sizeof(float));
        try
        {
            beginning.AsSpan(0, begun).CopyTo(new Span<byte>(block.Pointer, begun));
            for (long position = begun; position < length;)
            {
                int read = RandomAccess.Read(handle, new Span<byte>((byte*)block.Pointer + position, (int)Math.Min(length - position, LargestRead)), position);
                length = read == 0 ? position : length;
                position += read;
            }

            return new FileMemory(source, (byte*)block.Pointer, length, block, path);
        }
        catch
        {
            block.Dispose();
            throw;
        }
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
            return new FileMemory(Source, pointer, remaining, new BorrowedMemory(memory), stream: memory);
        }

        NativeBlock block = StreamReading.ReadToEnd(stream, out long length);
        return new FileMemory(Source, (byte*)block.Pointer, length, block);
    }

    /// <summary>Gives back the memory.</summary>
    public void Dispose() => Owner.Dispose();

    private static SafeFileHandle OpenFile(string path, FileShare share, out string source, out long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        source = $"The file {CheckpointException.Quote(path, LongestPath)}";
        RegularFile.Check(path, source);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, share);
        try
        {
            length = RandomAccess.GetLength(handle);
            return handle;
        }
        catch (NotSupportedException exception)
        {
            handle.Dispose();
            throw new IOException($"{source} is no regular file and cannot be mapped; open it as a stream instead.", exception);
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
