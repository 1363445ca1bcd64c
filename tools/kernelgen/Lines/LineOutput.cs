using System.Text;
using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Lines;

/// <summary>Results, a line or more for each line of input, to a file or standard output: UTF-8 without a mark, lines that end with a line feed.</summary>
internal sealed class LineOutput : IDisposable
{
    /// <summary>What Linux and macOS say of a pipe without a reader.</summary>
    public const int BrokenPipe = 32;

    private const int BufferLength = 1 << 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Stream _stream;
    private readonly string _name;
    private readonly WrittenFile? _written;
    private readonly MemoryStream _buffer = new();
    private int _met;

    private LineOutput(Stream stream, string name, WrittenFile? written)
    {
        (_stream, _name, _written) = (stream, name, written);
        Lines = LinesToSkip;
    }

    /// <summary>How many lines of input need not be read again: their results are in the file, before the last few.</summary>
    public long LinesToSkip => _written?.LinesBefore ?? 0;

    /// <summary>For how many lines of input results are there.</summary>
    public long Lines { get; private set; }

    /// <summary>What stands in a resumed file, and has not been made again yet.</summary>
    private ReadOnlySpan<byte> Expected => _written is null ? [] : _written.Last.AsSpan(_met);

    /// <summary>Refuses a file that is there before anything takes long.</summary>
    /// <param name="options">Where to, and what to do with what is there.</param>
    /// <exception cref="InputException">The file is there already, and there is no word of it.</exception>
    public static void Check(GivenLines options)
    {
        if (options is { Output: { } path, Resumes: false, Overwrites: false } && new FileInfo(path) is { Exists: true, Length: > 0 })
        {
            throw IsThere(path);
        }
    }

    /// <summary>Opens a file, or standard output.</summary>
    /// <param name="options">Where to, and what to do with what is there.</param>
    /// <param name="isNumbered">Whether lines begin with the number of their line of input, of which several may have the same.</param>
    /// <param name="streams">The streams of the process.</param>
    /// <exception cref="InputException">The file cannot be written, or is there already.</exception>
    public static LineOutput Open(GivenLines options, bool isNumbered, StandardStreams streams)
    {
        if (options.Output is not { } path)
        {
            return new LineOutput(streams.OpenOutput(), "standard output", null);
        }

        try
        {
            FileMode mode = options.Overwrites ? FileMode.Create : FileMode.OpenOrCreate;
            var file = new FileStream(path, mode, options.Resumes ? FileAccess.ReadWrite : FileAccess.Write, FileShare.Read, bufferSize: 0);
            try
            {
                if (options.Resumes && file.CanSeek)
                {
                    return new LineOutput(file, $"'{path}'", WrittenFile.Read(file, path, isNumbered));
                }

                return file is { CanSeek: true, Length: > 0 } ? throw IsThere(path) : new LineOutput(file, $"'{path}'", null);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException($"'{path}' cannot be written: {FileProblem.Of(exception)}.", exception);
        }
    }

    /// <summary>Writes the results of a line of input.</summary>
    /// <param name="lines">One or more, which hold no line feed.</param>
    /// <exception cref="InputException">The file cannot be written; or it is resumed, and something else stands there.</exception>
    public void Write(params ReadOnlySpan<string> lines)
    {
        byte[] bytes = Utf8.GetBytes(string.Join('\n', lines) + "\n");
        int there = Math.Min(bytes.Length, Expected.Length);
        if (!Expected[..there].SequenceEqual(bytes.AsSpan(0, there)))
        {
            throw new InputException(
                $"{_name} is not resumed: its results of line {Lines + 1} are not what this command writes. It was written from another input, with another model, or with other options. --overwrite begins anew.");
        }

        // What was cut off in the middle is completed.
        _met += there;
        _buffer.Write(bytes.AsSpan(there));
        Lines++;
        if (_buffer.Length >= BufferLength)
        {
            Flush();
        }
    }

    /// <summary>Hands out what has been written.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    /// <exception cref="OutputClosedException">Nobody reads it any more.</exception>
    public void Flush()
    {
        if (_buffer.Length == 0)
        {
            return;
        }

        byte[] bytes = _buffer.ToArray();
        _buffer.SetLength(0);
        try
        {
            _stream.Write(bytes);
            _stream.Flush();
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe && !OperatingSystem.IsWindows())
        {
            throw new OutputClosedException(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_name} cannot be written: {FileProblem.Of(exception)}.", exception);
        }
    }

    /// <summary>Ends what is written.</summary>
    /// <exception cref="InputException">The file cannot be written; or it is resumed, and has more than what has been made.</exception>
    public void Complete()
    {
        if (!Expected.IsEmpty)
        {
            throw new InputException($"{_name} is not resumed: it has the results of more lines than the input, which has {Lines}. They do not belong together; --overwrite begins anew.");
        }

        Flush();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _buffer.Dispose();
    }

    private static InputException IsThere(string path) => new($"'{path}' is there already. --resume goes on where it ends, --overwrite begins anew.");
}
