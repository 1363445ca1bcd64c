using Microsoft.Win32.SafeHandles;

namespace KernelGen.Text;

/// <summary>Reads a vocabulary or model as a whole, and names it in errors.</summary>
internal static class FileContents
{
    /// <summary>How errors name something that was not read from a file.</summary>
    public const string Unnamed = "The data";

    /// <summary>Many times what the largest vocabularies and SentencePiece models take; what is longer is something else.</summary>
    public const int LongestFile = 1 << 28;

    private const int FirstLength = 1 << 12;

    /// <summary>The longest path that Linux has.</summary>
    private const int LongestPath = 4096;

    /// <summary>How errors name a file.</summary>
    public static string Name(string path) => $"The file '{ShownText.Of(path, LongestPath)}'";

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="LongestFile"/>.</exception>
    /// <exception cref="IOException">It does not exist, is no regular file or cannot be read.</exception>
    public static byte[] Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RegularFile.Check(path, Name(path));
        using SafeFileHandle file = File.OpenHandle(path);
        long position = 0;
        return Read(
            (contents, start, count) =>
            {
                int read = RandomAccess.Read(file, contents.AsSpan(start, count), position);
                position += read;
                return read;
            },
            LengthOf(file),
            Name(path));
    }

    /// <summary>Reads what is left of a stream.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="LongestFile"/>.</exception>
    public static byte[] Read(Stream stream, string source = Unnamed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream.Read, stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : FirstLength, source);
    }

    /// <summary>The length of the byte-order mark that some programs put before UTF-8; 0 where there is none.</summary>
    public static int ByteOrderMarkLength(ReadOnlySpan<byte> contents)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return contents.StartsWith(mark) ? mark.Length : 0;
    }

    /// <summary>Reads on, as <see cref="Stream.Read(byte[], int, int)"/> does.</summary>
    private delegate int ReadOn(byte[] contents, int start, int count);

    private static byte[] Read(ReadOn readOn, long announced, string source)
    {
        if (announced > LongestFile)
        {
            throw TooLong(source, $"{announced}");
        }

        byte[] contents = new byte[announced];
        byte[] next = new byte[1];
        int length = 0;
        while (true)
        {
            if (length < contents.Length)
            {
                int read = readOn(contents, length, contents.Length - length);
                if (read == 0)
                {
                    Array.Resize(ref contents, length);
                    return contents;
                }

                length += read;
                continue;
            }

            // As long as announced, or longer.
            if (readOn(next, 0, 1) == 0)
            {
                return contents;
            }

            if (length == LongestFile)
            {
                throw TooLong(source, $"more than {LongestFile}");
            }

            Array.Resize(ref contents, (int)Math.Clamp(2L * length, FirstLength, LongestFile));
            contents[length++] = next[0];
        }
    }

    private static long LengthOf(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (NotSupportedException)
        {
            // Something that has no length, on a system that does not tell what it is before it is opened.
            return FirstLength;
        }
    }

    private static InvalidDataException TooLong(string source, string length) =>
        new($"{source} has {length} bytes, and vocabularies and SentencePiece models have at most {LongestFile}. Check that it is the right file.");
}
