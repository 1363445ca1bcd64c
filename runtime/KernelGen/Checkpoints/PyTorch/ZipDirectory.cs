using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Checkpoints.PyTorch;

/// <summary>A file in a zip file.</summary>
internal sealed class ZipEntry(string name, int method, long begin, long offset, long length)
{
    /// <summary>The name, with the folders before it.</summary>
    public string Name => name;

    /// <summary>How it is compressed; 0 is not at all.</summary>
    public int Method => method;

    /// <summary>Where its own header begins, in the zip file.</summary>
    public long Begin => begin;

    /// <summary>Where its bytes begin, behind that header.</summary>
    public long Offset => offset;

    /// <summary>The number of its bytes as they lie there.</summary>
    public long Length => length;
}

/// <summary>
/// The files in a zip file that are used where they lie, uncompressed: its central directory (APPNOTE.TXT of PKWARE, sections 4.3.12 to 4.3.16), with the
/// extensions for more than 4 GB, which PyTorch always writes. Nothing in it is trusted: entries must not overlap or reach into the directory.
/// </summary>
internal unsafe ref struct ZipDirectory
{
    private const uint LocalSignature = 0x04034B50;
    private const uint EntrySignature = 0x02014B50;
    private const uint EndSignature = 0x06054B50;
    private const uint LargeEndSignature = 0x06064B50;
    private const uint LocatorSignature = 0x07064B50;

    private const int LocalLength = 30;
    private const int EntryLength = 46;
    private const int EndLength = 22;
    private const int LargeEndLength = 56;
    private const int LocatorLength = 20;
    private const int LongestComment = ushort.MaxValue;

    private const ushort Encrypted = 1;
    private const ushort LargeField = 1;

    /// <summary>PyTorch writes some 100 bytes for a tensor.</summary>
    private const int LongestDirectory = 1 << 26;

    private readonly string _source;
    private readonly byte* _start;
    private readonly long _length;

    private ZipDirectory(FileMemory file)
    {
        _source = file.Source;
        _start = file.Start;
        _length = file.Length;
    }

    /// <summary>
    /// Whether these bytes begin a zip file. The length of a safetensors file's header may be the same four bytes; then a brace stands where the method of compression
    /// does, which is none of that number.
    /// </summary>
    /// <param name="beginning">The first bytes of a file.</param>
    public static bool Begins(ReadOnlySpan<byte> beginning) =>
        (beginning.StartsWith("PK\x03\x04"u8) && !(beginning.Length > sizeof(ulong) && beginning[sizeof(ulong)] == '{')) || beginning.StartsWith("PK\x05\x06"u8);

    /// <summary>Reads the directory.</summary>
    /// <param name="file">The zip file.</param>
    /// <returns>The files in it by name.</returns>
    /// <exception cref="CheckpointException">The directory is damaged or lies.</exception>
    public static Dictionary<string, ZipEntry> Read(FileMemory file) => new ZipDirectory(file).Read();

    private readonly Dictionary<string, ZipEntry> Read()
    {
        long end = FindEnd();
        ReadOnlySpan<byte> fields = Bytes(end, EndLength);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(fields[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(fields[12..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(fields[16..]);
        if (count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue)
        {
            (count, length, offset) = ReadLargeEnd(end);
        }

        if (offset > (ulong)end || length > (ulong)end - offset)
        {
            throw Damaged($"its directory should have {length} bytes from byte {offset} on, and the end record stands at byte {end}");
        }

        if (length > LongestDirectory)
        {
            throw Damaged($"its directory has {length} bytes, and a PyTorch file has at most {LongestDirectory}");
        }

        // A copy, so that what was checked stays so, even where the file is mapped and another process writes to it.
        byte[] directory = Bytes((long)offset, (int)length).ToArray();
        var entries = new Dictionary<string, ZipEntry>((int)Math.Min(count, length / EntryLength));
        var inOrder = new List<ZipEntry>((int)Math.Min(count, length / EntryLength));
        int position = 0;
        for (ulong i = 0; i < count; i++)
        {
            ZipEntry entry = ReadEntry(directory, ref position);
            if (!entries.TryAdd(entry.Name, entry))
            {
                throw Damaged($"the entry {CheckpointException.Quote(entry.Name)} occurs twice");
            }

            inOrder.Add(entry);
        }

        if (position != directory.Length)
        {
            throw Damaged($"{directory.Length - position} bytes follow the {count} entries of its directory");
        }

        RefuseOverlap(inOrder, (long)offset);
        return entries;
    }

    /// <summary>The end record stands at the end, followed only by a comment of the length that it tells.</summary>
    private readonly long FindEnd()
    {
        for (long end = _length - EndLength; end >= Math.Max(0, _length - EndLength - LongestComment); end--)
        {
            ReadOnlySpan<byte> record = Bytes(end, EndLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == EndSignature && BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) == _length - end - EndLength)
            {
                return BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == 0 ? end : throw Damaged("it is one of several parts of a zip file");
            }
        }

        throw new CheckpointException($"{_source} is truncated or damaged: it begins as a zip file, as PyTorch writes, and does not end as one. Fetch or write it again.");
    }

    private readonly (ulong Count, ulong Length, ulong Offset) ReadLargeEnd(long end)
    {
        if (end < LocatorLength || BinaryPrimitives.ReadUInt32LittleEndian(Bytes(end - LocatorLength, LocatorLength)) != LocatorSignature)
        {
            throw Damaged("its end record announces a larger one, which is missing");
        }

        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(Bytes(end - LocatorLength + 8, sizeof(ulong)));
        if (offset > (ulong)(end - LocatorLength) || (ulong)(end - LocatorLength) - offset < LargeEndLength
            || BinaryPrimitives.ReadUInt32LittleEndian(Bytes((long)offset, sizeof(uint))) != LargeEndSignature)
        {
            throw Damaged($"its end record for large files should stand at byte {offset}, and does not");
        }

        ReadOnlySpan<byte> record = Bytes((long)offset, LargeEndLength);
        return (
            BinaryPrimitives.ReadUInt64LittleEndian(record[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[48..]));
    }

    private readonly ZipEntry ReadEntry(ReadOnlySpan<byte> directory, ref int position)
    {
        ReadOnlySpan<byte> record = directory[position..];
        if (record.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(record) != EntrySignature)
        {
            throw Damaged($"its directory has no entry at byte {position}");
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(record[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(record[30..]);
        int entryLength = EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(record[32..]);
        if (record.Length < entryLength)
        {
            throw Damaged($"the entry at byte {position} of its directory is cut off");
        }

        position += entryLength;
        ReadOnlySpan<byte> name = record.Slice(EntryLength, nameLength);
        string text = Encoding.UTF8.GetString(name);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(record[24..]);
        ulong stored = BinaryPrimitives.ReadUInt32LittleEndian(record[20..]);
        ulong begin = BinaryPrimitives.ReadUInt32LittleEndian(record[42..]);
        ReadLarge(text, record.Slice(EntryLength + nameLength, extraLength), ref length, ref stored, ref begin);
        if ((BinaryPrimitives.ReadUInt16LittleEndian(record[8..]) & Encrypted) != 0)
        {
            throw Damaged($"the entry {CheckpointException.Quote(text)} is encrypted");
        }

        int method = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if (method == 0 && length != stored)
        {
            throw Damaged($"the entry {CheckpointException.Quote(text)} has {length} bytes, stored as they are in {stored}");
        }

        return new ZipEntry(text, method, (long)begin, FindData(text, name, begin, stored), (long)stored);
    }

    /// <summary>Takes the numbers that do not fit into 32 bits from where those stand that do not.</summary>
    private readonly void ReadLarge(string name, ReadOnlySpan<byte> extra, ref ulong length, ref ulong stored, ref ulong begin)
    {
        if (length != uint.MaxValue && stored != uint.MaxValue && begin != uint.MaxValue)
        {
            return;
        }

        while (extra.Length >= 4)
        {
            int fieldLength = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (fieldLength > extra.Length - 4)
            {
                break;
            }

            ReadOnlySpan<byte> field = extra.Slice(4, fieldLength);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == LargeField && TryTake(ref field, ref length) && TryTake(ref field, ref stored) && TryTake(ref field, ref begin))
            {
                return;
            }

            extra = extra[(4 + fieldLength)..];
        }

        throw Damaged($"the entry {CheckpointException.Quote(name)} lacks the numbers that do not fit into 32 bits");

        static bool TryTake(ref ReadOnlySpan<byte> field, ref ulong number)
        {
            if (number != uint.MaxValue)
            {
                return true;
            }

            if (field.Length < sizeof(ulong))
            {
                return false;
            }

            number = BinaryPrimitives.ReadUInt64LittleEndian(field);
            field = field[sizeof(ulong)..];
            return true;
        }
    }

    /// <summary>Where the bytes of an entry begin: behind a header of its own, which has its name once more.</summary>
    private readonly long FindData(string text, ReadOnlySpan<byte> name, ulong begin, ulong stored)
    {
        if (begin > (ulong)_length || (ulong)_length - begin < (ulong)(LocalLength + name.Length))
        {
            throw Damaged($"the entry {CheckpointException.Quote(text)} should begin at byte {begin}, and the file has {_length}");
        }

        ReadOnlySpan<byte> header = Bytes((long)begin, LocalLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature
            || BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) != name.Length
            || !Bytes((long)begin + LocalLength, name.Length).SequenceEqual(name))
        {
            throw Damaged($"the entry {CheckpointException.Quote(text)} should begin at byte {begin}, and another or none does");
        }

        ulong data = begin + (ulong)(LocalLength + name.Length + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]));
        return data <= (ulong)_length && stored <= (ulong)_length - data
            ? (long)data
            : throw Damaged($"the entry {CheckpointException.Quote(text)} should have {stored} bytes from byte {data} on, and the file has {_length}");
    }

    private readonly void RefuseOverlap(List<ZipEntry> entries, long directory)
    {
        entries.Sort(static (a, b) => a.Begin.CompareTo(b.Begin));
        for (int i = 0; i < entries.Count; i++)
        {
            string name = entries[i].Name;
            long end = entries[i].Offset + entries[i].Length;
            if (i + 1 < entries.Count && end > entries[i + 1].Begin)
            {
                throw Damaged($"the entry {CheckpointException.Quote(name)} overlaps {CheckpointException.Quote(entries[i + 1].Name)}");
            }

            if (end > directory)
            {
                throw Damaged($"the entry {CheckpointException.Quote(name)} reaches into the directory of the file");
            }
        }
    }

    private readonly ReadOnlySpan<byte> Bytes(long offset, int count) => new(_start + offset, count);

    private readonly CheckpointException Damaged(string what) => new($"{_source} is damaged: as a zip file, {what}. Fetch or write it again.");
}
