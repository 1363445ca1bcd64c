using System.Globalization;

namespace KernelGen.Tool.Lines;

/// <summary>What stands in a file that is going to be resumed. Its last results are made again and compared, so that no results of another input, model or options are put behind them.</summary>
/// <param name="LinesBefore">For how many lines of input there are results before the last few.</param>
/// <param name="Last">The last few, and what was cut off in the middle.</param>
internal sealed record WrittenFile(long LinesBefore, byte[] Last)
{
    /// <summary>How many results are made again.</summary>
    private const int Compared = 16;

    /// <summary>More than so many results have.</summary>
    private const int MostBytes = 1 << 26;

    private const int BufferLength = 1 << 20;

    /// <summary>Reads a file from its beginning, and leaves it at its end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="isNumbered">Whether lines begin with the number of their line of input, of which several may have the same.</param>
    /// <exception cref="InputException">It is not such a file.</exception>
    public static WrittenFile Read(FileStream file, string path, bool isNumbered)
    {
        // Where the results of the last lines of input begin.
        var starts = new Queue<long>();
        long lines = 0, position = 0, lineStart = 0, number = 0;
        bool isInNumber = true;
        byte[] buffer = new byte[BufferLength];
        while (file.Read(buffer) is > 0 and int read)
        {
            foreach (byte value in buffer.AsSpan(0, read))
            {
                position++;
                isInNumber &= char.IsAsciiDigit((char)value);
                if (isInNumber && number < long.MaxValue / 100)
                {
                    number = (10 * number) + (value - '0');
                }

                if (value != '\n')
                {
                    continue;
                }

                if (!isNumbered || number != lines)
                {
                    lines++;
                    if (isNumbered && number != lines)
                    {
                        throw new InputException($"'{path}' is not resumed: its lines do not begin with the numbers of lines of the input, as this command writes them. --overwrite begins anew.");
                    }

                    starts.Enqueue(lineStart);
                    if (starts.Count > Compared)
                    {
                        starts.Dequeue();
                    }
                }

                (lineStart, number, isInNumber) = (position, 0, true);
            }
        }

        long start = starts.Count > 0 ? starts.Peek() : 0;
        if (position - start > MostBytes)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"'{path}' is not resumed: its last {position - start} bytes hold no lines as this command writes them. --overwrite begins anew."));
        }

        byte[] last = new byte[position - start];
        file.Position = start;
        file.ReadExactly(last);
        return new WrittenFile(lines - starts.Count, last);
    }
}
