using System.Runtime.CompilerServices;
using System.Text;

namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>The lines that begin within a range of bytes of a file. The lines of ranges that follow each other are those of the file: none twice, none left out.</summary>
internal sealed class ShardLines
{
    /// <summary>How many bytes a line may go on after its range. Without a limit, a file without line ends would be read into memory as a whole.</summary>
    public const long LongestLine = 64 << 20;

    private const int BufferLength = 1 << 16;
    private readonly ByteRangeStream _bytes;
    private readonly Encoding _encoding;

    /// <param name="file">The file.</param>
    /// <param name="from">The first byte of the range.</param>
    /// <param name="to">The byte after the range.</param>
    /// <exception cref="InvalidDataException">The last line is longer than <see cref="LongestLine"/>.</exception>
    public ShardLines(FileStream file, long from, long to)
    {
        // Lines that begin in this range go on after it. Where none begins in it, its first line end is not looked for beyond it.
        long first = FindLine(file, from, to) ?? to;
        long end = first >= to ? first : FindLine(file, to, Math.Min(file.Length, to + LongestLine))
            ?? (to + LongestLine >= file.Length
                ? file.Length
                : throw new InvalidDataException($"the line that goes on at byte {to} has more than {LongestLine >> 20} MiB after it; Translate reads lines of any length"));
        _bytes = new ByteRangeStream(file, first, end);

        // A byte order mark is one at the beginning of a file only.
        _encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: first == 0);
    }

    /// <summary>How many bytes are read.</summary>
    public long BytesRead => _bytes.Position;

    /// <summary>Reads the lines. What is not UTF-8 is replaced, as in all input of Translate.</summary>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var reader = new StreamReader(_bytes, _encoding, detectEncodingFromByteOrderMarks: false, BufferLength, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Finds the first line that begins at a byte or after it, or <see langword="null"/> where none does before the limit.</summary>
    private static long? FindLine(FileStream file, long position, long limit)
    {
        if (position == 0)
        {
            return 0;
        }

        byte[] buffer = new byte[BufferLength];
        for (long start = position - 1; start < limit;)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, buffer, start);
            if (read == 0)
            {
                return null;
            }

            int end = buffer.AsSpan(0, read).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return start + end + 1;
            }

            start += read;
        }

        return null;
    }
}
