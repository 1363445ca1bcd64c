using System.Runtime.CompilerServices;
using System.Text;
using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Lines;

/// <summary>
/// Lines of UTF-8, from a file or standard input. A line ends with a line feed, before which a carriage return is left out; all else is text. So there are as many lines as <c>wc -l</c>
/// counts, and one more where the last has no end.
/// </summary>
internal sealed class LineInput : IDisposable
{
    /// <summary>What is longer is no line of text, but a file of another kind, or without any line breaks.</summary>
    private const int LongestLine = 1 << 20;

    private const int BufferLength = 1 << 16;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stream _stream;
    private readonly string _name;
    private long _bytesRead;

    private LineInput(Stream stream, string name, long? length) => (_stream, _name, Length) = (stream, name, length);

    /// <summary>The bytes of a file; <see langword="null"/> where that is not known.</summary>
    public long? Length { get; }

    /// <summary>The bytes of the lines that have been read.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Opens a file, or standard input.</summary>
    /// <param name="path">The path of the file; <see langword="null"/> or <c>-</c> for standard input.</param>
    /// <param name="streams">The streams of the process.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static LineInput Open(string? path, StandardStreams streams)
    {
        if (path is null or "-")
        {
            return new LineInput(streams.OpenInput(), "standard input", null);
        }

        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return new LineInput(file, $"'{path}'", file.CanSeek ? file.Length : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be read: {FileProblem.Of(exception)}.", exception);
        }
    }

    /// <summary>Reads the lines.</summary>
    /// <param name="skip">How many lines to pass over, which need not be text.</param>
    /// <param name="cancellation">Ends the reading, also while nothing comes.</param>
    /// <exception cref="InputException">A line is no valid UTF-8, or far too long.</exception>
    public async IAsyncEnumerable<string> ReadAsync(long skip, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        byte[] buffer = new byte[BufferLength];
        long number = 0;
        int begin = 0, end = 0;
        while (true)
        {
            int length = buffer.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (length >= 0)
            {
                if (Take(buffer.AsSpan(begin, length), ++number, skip, length + 1) is { } line)
                {
                    yield return line;
                }

                begin += length + 1;
                continue;
            }

            if (begin > 0 || end < buffer.Length)
            {
                buffer.AsSpan(begin, end - begin).CopyTo(buffer);
                (begin, end) = (0, end - begin);
            }

            if (end > LongestLine)
            {
                throw new InputException($"line {number + 1} of {_name} has more than {LongestLine} bytes: it is no line of text. Put each sentence, or each paragraph, in a line.");
            }

            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }

            int read = await ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
            if (read > 0)
            {
                end += read;
                continue;
            }

            if (end > begin && Take(buffer.AsSpan(begin, end - begin), ++number, skip, end - begin) is { } last)
            {
                yield return last;
            }

            break;
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>The text of a line; <see langword="null"/> where it is passed over.</summary>
    private string? Take(ReadOnlySpan<byte> line, long number, long skip, int bytes)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        if (number <= skip)
        {
            return null;
        }

        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        line = number == 1 && line.StartsWith(mark) ? line[mark.Length..] : line;
        line = line is [.., (byte)'\r'] ? line[..^1] : line;
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InputException($"line {number} of {_name} is no valid UTF-8, from its byte {exception.Index + 1} on. Convert the text first, with iconv for example.", exception);
        }
    }

    /// <summary>Reads without holding up whoever cancels: a read that waits for somebody who types cannot be cancelled, and the process ends without it.</summary>
    private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => _stream.Read(buffer.Span), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_name} cannot be read: {FileProblem.Of(exception)}.", exception);
        }
    }
}
