using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>What normalisation form KC does to each character. The format is described in <c>tools/make_nfkc_table.py</c>, which writes it.</summary>
internal sealed class NfkcTable
{
    private const int Header = 5;
    private const int BlockShift = 6;
    private const int Limit = 0x30000;
    private const int Blocks = Limit >> BlockShift;
    private const int UnitsPerComposition = 6;

    private readonly ushort[] _units;
    private readonly int _decompositions;
    private readonly int _compositions;
    private readonly int _compositionCount;

    private NfkcTable(ushort[] units)
    {
        _units = units;
        _decompositions = Header + Blocks + (units[2] << BlockShift);
        _compositions = _decompositions + units[3];
        _compositionCount = units[4];
    }

    /// <summary>The table, read on first use: text that is plainly normalised never needs it.</summary>
    public static NfkcTable Shared { get; } = Load();

    /// <summary>The version of Unicode that the table was made from.</summary>
    public Version UnicodeVersion => new(_units[1] >> 8, _units[1] & 0xFF);

    /// <summary>What happens to a character; nothing for those that the table does not have, surrogates among them.</summary>
    public Entry Lookup(int character)
    {
        if (character >= Limit)
        {
            return default;
        }

        int block = _units[Header + (character >> BlockShift)];
        ushort value = _units[Header + Blocks + (block << BlockShift) + (character & ((1 << BlockShift) - 1))];
        return (value & 0x8000) == 0
            ? new Entry(value, normalAlone: (value & 0x100) == 0)
            : new Entry(value, normalAlone: (_units[_decompositions + (value & 0x7FFF)] & 0x8000) != 0);
    }

    /// <summary>The full compatibility decomposition of a character that has one, in canonical order.</summary>
    public ReadOnlySpan<char> Decomposition(Entry entry)
    {
        int start = _decompositions + entry.DecompositionStart;
        return MemoryMarshal.Cast<ushort, char>(_units.AsSpan(start + 1, _units[start] & 0xFF));
    }

    /// <summary>The one character that two compose to.</summary>
    public bool TryCompose(int first, int second, out int composed)
    {
        int low = 0;
        int high = _compositionCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int at = _compositions + (middle * UnitsPerComposition);
            int order = CharacterAt(at).CompareTo(first);
            if (order == 0)
            {
                order = CharacterAt(at + 2).CompareTo(second);
            }

            if (order == 0)
            {
                composed = CharacterAt(at + 4);
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        composed = 0;
        return false;
    }

    private static unsafe NfkcTable Load()
    {
        using Stream stream = typeof(NfkcTable).Assembly.GetManifestResourceStream("KernelGen.Text.nfkc.bin")
            ?? throw new InvalidOperationException("The assembly KernelGen.Text lacks its resource KernelGen.Text.nfkc.bin: it was not built from its project file.");

        // A resource lies in memory. Its stream is not read, because one call that reads any stream takes all that can read the console into a native program.
        var memory = (UnmanagedMemoryStream)stream;
        ushort[] units = new ReadOnlySpan<ushort>(memory.PositionPointer, (int)memory.Length / sizeof(ushort)).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(units, units);
        }

        return new NfkcTable(units);
    }

    private int CharacterAt(int unit) => _units[unit] | (_units[unit + 1] << 16);

    /// <summary>What the table says about one character.</summary>
    public readonly struct Entry(ushort value, bool normalAlone)
    {
        // The default value, all zero, is a character that nothing happens to.
        private readonly bool _changes = !normalAlone;

        /// <summary>Whether it stays as it is unless combining characters follow.</summary>
        public bool IsNormalAlone => !_changes;

        public bool HasDecomposition => (value & 0x8000) != 0;

        public int DecompositionStart => value & 0x7FFF;

        /// <summary>The canonical combining class of a character without decomposition: 0 for a starter.</summary>
        public int CombiningClass => HasDecomposition ? 0 : value & 0xFF;

        public bool MayComposeWithPrevious => !HasDecomposition && (value & 0x100) != 0;
    }
}
