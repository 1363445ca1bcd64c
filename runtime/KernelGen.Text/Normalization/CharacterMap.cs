using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>
/// The rules by which SentencePiece rewrites text before it is cut into pieces, in the compiled form that models (<c>precompiled_charsmap</c>) and
/// tokenizer.json's <c>Precompiled</c> hold: the longest rule that the text begins with applies.
/// </summary>
/// <remarks>
/// The form is the length in bytes of a double array, the array, and the replacements, each ended by a zero byte. The array is Darts-clone's
/// (<see href="https://github.com/s-yata/darts-clone"/>): units of 32 bits, of which the first is the root. The child of a unit by a byte is the unit at its
/// own index xor its offset xor the byte, if its label is that byte; the child of a rule's last unit by zero holds where the replacement starts.
/// </remarks>
internal sealed class CharacterMap
{
    /// <summary>The most bytes of what a rule replaces, and of what it puts there. Unicode's own mappings have 33 at most.</summary>
    public const int LongestRule = 256;

    /// <summary>The most bytes of the table. All of Unicode takes a quarter of a megabyte.</summary>
    private const uint LongestTable = 1 << 24;

    private const int UnitSize = sizeof(uint);
    private const uint LabelMask = 0x8000_00FF;
    private const uint IsLeaf = 1u << 31;
    private const uint HasLeaf = 1u << 8;
    private const uint HasLongOffset = 1u << 9;
    private const int Ascii = 0x80;
    private const int None = -1;

    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly bool[] _isPlain = new bool[256];

    private CharacterMap(uint[] units, byte[] replacements)
    {
        _units = units;
        _replacements = replacements;
    }

    /// <summary>Reads a map.</summary>
    /// <param name="compiled">Its compiled form.</param>
    /// <returns>The map, or <see langword="null"/> for an empty one, which changes nothing.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message goes on from the name of what holds it: "its normalisation rules ...".</exception>
    public static CharacterMap? Read(ReadOnlySpan<byte> compiled)
    {
        if (compiled.IsEmpty)
        {
            return null;
        }

        if (compiled.Length < UnitSize)
        {
            throw Damaged($"have {compiled.Length} bytes, and their length alone takes {UnitSize}");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        ReadOnlySpan<byte> rest = compiled[UnitSize..];
        if (length is 0 or > LongestTable || length % UnitSize != 0 || length > rest.Length)
        {
            throw Damaged($"announce a table of {length} bytes, and {rest.Length} follow; it must have a multiple of {UnitSize} from {UnitSize} to {LongestTable}, and not more than follow");
        }

        uint[] units = new uint[length / UnitSize];
        rest[..(int)length].CopyTo(MemoryMarshal.AsBytes(units.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(units, units);
        }

        byte[] replacements = rest[(int)length..].ToArray();
        CheckReplacements(replacements);
        CheckLeaves(units, replacements);
        CheckDepth(units);
        var map = new CharacterMap(units, replacements);
        map.FindPlainBytes();
        return map;
    }

    /// <summary>Whether no rule begins with an ASCII character, or with it and an ASCII character after it.</summary>
    public bool IsPlain(byte character) => _isPlain[character];

    /// <summary>Finds the longest rule that a text begins with.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="replacement">What the rule puts in its place, in UTF-8.</param>
    /// <returns>How many bytes of the text the rule replaces; 0 where there is none.</returns>
    public int LongestPrefix(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        uint[] units = _units;
        uint unit = units[0];
        uint index = Offset(unit);
        int longest = 0;
        uint start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            index ^= text[i];
            if (index >= (uint)units.Length)
            {
                break;
            }

            unit = units[index];
            if ((unit & LabelMask) != text[i])
            {
                break;
            }

            index ^= Offset(unit);
            if ((unit & HasLeaf) != 0)
            {
                longest = i + 1;
                start = units[index] & ~IsLeaf;
            }
        }

        replacement = default;
        if (longest > 0)
        {
            replacement = _replacements.AsSpan((int)start);
            replacement = replacement[..replacement.IndexOf((byte)0)];
        }

        return longest;
    }

    private static uint Offset(uint unit) => (unit >> 10) << ((unit & HasLongOffset) != 0 ? 8 : 0);

    private static void CheckReplacements(ReadOnlySpan<byte> replacements)
    {
        if (replacements.IsEmpty || replacements[^1] != 0)
        {
            throw Damaged("end within a replacement, which a zero byte should end");
        }

        if (!Utf8.IsValid(replacements))
        {
            throw Damaged("hold a replacement that is not UTF-8");
        }

        while (!replacements.IsEmpty)
        {
            int length = replacements.IndexOf((byte)0);
            if (length > LongestRule)
            {
                throw Damaged($"hold a replacement of {length} bytes, and the longest that is supported has {LongestRule}");
            }

            replacements = replacements[(length + 1)..];
        }
    }

    /// <summary>Refuses units that say a rule ends at them and do not lead to a replacement.</summary>
    private static void CheckLeaves(uint[] units, byte[] replacements)
    {
        for (int i = 0; i < units.Length; i++)
        {
            if ((units[i] & (IsLeaf | HasLeaf)) != HasLeaf)
            {
                continue;
            }

            uint leaf = (uint)i ^ Offset(units[i]);
            uint start = leaf < units.Length && (units[leaf] & IsLeaf) != 0 ? units[leaf] & ~IsLeaf : uint.MaxValue;
            if (start >= (uint)replacements.Length || (replacements[start] & 0xC0) == 0x80)
            {
                throw Damaged($"hold a rule (at unit {i} of their table) without a replacement");
            }
        }
    }

    /// <summary>
    /// Refuses rules that are longer than any real ones or, because units lead back to themselves, endless: each place in a text would be looked up to its
    /// end. A place is a unit's index xor its offset, where its children are; several units may share one.
    /// </summary>
    private static void CheckDepth(uint[] units)
    {
        // The children of a place are the units whose index xor label is that place, here in one list for each.
        int[] firstChild = new int[units.Length];
        int[] nextChild = new int[units.Length];
        Array.Fill(firstChild, None);
        for (int unit = 0; unit < units.Length; unit++)
        {
            uint parent = (uint)unit ^ (units[unit] & 0xFF);
            if ((units[unit] & IsLeaf) == 0 && parent < units.Length)
            {
                nextChild[unit] = firstChild[parent];
                firstChild[parent] = unit;
            }
        }

        // Depth first: how many bytes the longest rule still has at a place, of which firstChild is what is left to look at.
        int[] heights = new int[units.Length];
        var path = new Stack<int>();
        Enter(Offset(units[0]));
        while (path.TryPeek(out int place))
        {
            int child = firstChild[place];
            if (child == None)
            {
                path.Pop();
                heights[place] = ~heights[place];
                if (path.TryPeek(out int above))
                {
                    Raise(above, heights[place]);
                }

                continue;
            }

            firstChild[place] = nextChild[child];
            uint below = (uint)child ^ Offset(units[child]);
            if (below >= units.Length || heights[below] > 0)
            {
                Raise(place, below < units.Length ? heights[below] : 0);
            }
            else
            {
                Enter(below);
            }
        }

        // Heights of places that are on the path are inverted: these are below 0, and 0 is a place that was not reached.
        void Enter(uint place)
        {
            if (place < units.Length)
            {
                heights[place] = heights[place] == 0 ? ~1 : throw TooLong();
                path.Push((int)place);
            }
        }

        void Raise(int place, int height)
        {
            heights[place] = Math.Min(heights[place], ~(height + 1));
            if (height > LongestRule)
            {
                throw TooLong();
            }
        }

        static InvalidDataException TooLong() => Damaged($"replace more than {LongestRule} bytes of text at once, or are endless");
    }

    private void FindPlainBytes()
    {
        for (int first = 0; first < Ascii; first++)
        {
            uint index = Offset(_units[0]) ^ (uint)first;
            uint unit = index < _units.Length ? _units[index] : IsLeaf;
            bool isPlain = (unit & LabelMask) != first;
            if (!isPlain && (unit & HasLeaf) == 0)
            {
                isPlain = true;
                index ^= Offset(unit);
                for (uint second = 0; second < Ascii && isPlain; second++)
                {
                    isPlain = (index ^ second) >= _units.Length || (_units[index ^ second] & LabelMask) != second;
                }
            }

            _isPlain[first] = isPlain;
        }
    }

    private static InvalidDataException Damaged(string what) => new($"its normalisation rules {what}");
}
