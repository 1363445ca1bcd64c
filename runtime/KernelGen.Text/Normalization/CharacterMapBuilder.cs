using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen.Text;

/// <summary>Makes the compiled form of normalisation rules that <see cref="CharacterMap"/> reads, and describes.</summary>
/// <remarks>
/// What rules go on with after their first bytes is stored once, however many begin otherwise: most rules of NFKC are Hangul syllables, whose consonants and
/// vowels come in several forms. The same rules make the same bytes.
/// </remarks>
internal sealed class CharacterMapBuilder
{
    /// <summary>A unit has 256 places for its children, by their labels.</summary>
    private const int Block = 256;

    /// <summary>How many units at the end are searched for free ones: before them there is hardly any left.</summary>
    private const int Searched = 16 * Block;

    private const uint IsLeaf = 1u << 31;
    private const uint HasLeaf = 1u << 8;
    private const int OffsetShift = 10;
    private const int LongestOffset = 1 << 21;
    private const int None = -1;

    private readonly Dictionary<string, int> _places = [];
    private readonly List<byte> _replacements = [];
    private readonly Dictionary<string, int> _starts = [];
    private readonly List<uint> _units = [];
    private readonly List<bool> _isTaken = [];
    private readonly HashSet<int> _bases = [];
    private CharacterMapBuilder()
    {
    }

    /// <summary>Compiles rules.</summary>
    /// <param name="rules">What is replaced, and by what.</param>
    /// <returns>The compiled form; nothing for no rules.</returns>
    public static byte[] Build(IReadOnlyDictionary<string, string> rules)
    {
        if (rules.Count == 0)
        {
            return [];
        }

        (byte[] From, string To)[] sorted = [.. rules.Select(static rule => (From: Encoding.UTF8.GetBytes(rule.Key), To: rule.Value))];
        Array.Sort(sorted, static (one, other) => one.From.AsSpan().SequenceCompareTo(other.From));
        var builder = new CharacterMapBuilder();

        // The root is the first unit, and no children's place, or it would be one of these by the label zero.
        builder.Take(0);
        builder._bases.Add(0);
        int place = builder.AddChildren(sorted, 0);
        builder._units[0] = builder.Unit(0, 0, place, hasLeaf: false);
        return builder.ToArray();
    }

    /// <summary>Stores what follows the first bytes of some rules, which have these in common.</summary>
    /// <param name="rules">The rules, in the order of their bytes.</param>
    /// <param name="depth">How many bytes they have in common.</param>
    /// <returns>The place that the children's indices are made of.</returns>
    private int AddChildren(ReadOnlySpan<(byte[] From, string To)> rules, int depth)
    {
        // What is below is stored first, so that children are alike if their labels, their replacements and the places of their own children are.
        var children = new List<(byte Label, int Place, bool HasLeaf, int Start)>();
        var key = new StringBuilder();
        while (!rules.IsEmpty)
        {
            if (rules[0].From.Length == depth)
            {
                children.Add((0, None, false, StartOf(rules[0].To)));
                rules = rules[1..];
            }
            else
            {
                byte label = rules[0].From[depth];
                int count = 1;
                while (count < rules.Length && rules[count].From[depth] == label)
                {
                    count++;
                }

                children.Add((label, AddChildren(rules[..count], depth + 1), rules[0].From.Length == depth + 1, None));
                rules = rules[count..];
            }

            key.Append(children[^1]);
        }

        ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, key.ToString(), out bool isKnown);
        if (isKnown)
        {
            return place;
        }

        int found = FindPlace(CollectionsMarshal.AsSpan(children));
        place = found;
        _bases.Add(found);
        foreach ((byte label, int below, bool hasLeaf, int start) in children)
        {
            int index = found ^ label;
            Take(index);
            _units[index] = below == None ? IsLeaf | (uint)start : Unit(index, label, below, hasLeaf);
        }

        return found;
    }

    private uint Unit(int index, byte label, int place, bool hasLeaf)
    {
        int offset = index ^ place;
        return offset < LongestOffset
            ? ((uint)offset << OffsetShift) | label | (hasLeaf ? HasLeaf : 0)
            : throw new InvalidOperationException("Normalisation rules need a table of more than two million units.");
    }

    /// <summary>The first place that no other children have, and whose units for these are free.</summary>
    private int FindPlace(ReadOnlySpan<(byte Label, int Place, bool HasLeaf, int Start)> children)
    {
        for (int index = Math.Max(0, _units.Count - Searched); ; index++)
        {
            Reserve(index);
            int place = index ^ children[0].Label;
            if (_isTaken[index] || _bases.Contains(place))
            {
                continue;
            }

            bool isFree = true;
            foreach ((byte label, _, _, _) in children)
            {
                isFree &= !_isTaken[place ^ label];
            }

            if (isFree)
            {
                return place;
            }
        }
    }

    private void Take(int index)
    {
        Reserve(index);
        _isTaken[index] = true;
    }

    /// <summary>Adds whole blocks, because whatever byte follows in a text leads to a unit. The label of a free one is no byte's.</summary>
    private void Reserve(int index)
    {
        while (index >= _units.Count)
        {
            _units.AddRange(Enumerable.Repeat(IsLeaf, Block));
            _isTaken.AddRange(Enumerable.Repeat(false, Block));
        }
    }

    private int StartOf(string replacement)
    {
        ref int start = ref CollectionsMarshal.GetValueRefOrAddDefault(_starts, replacement, out bool isKnown);
        if (!isKnown)
        {
            start = _replacements.Count;
            _replacements.AddRange(Encoding.UTF8.GetBytes(replacement));
            _replacements.Add(0);
        }

        return start;
    }

    private byte[] ToArray()
    {
        byte[] map = new byte[sizeof(uint) + (sizeof(uint) * _units.Count) + _replacements.Count];
        BinaryPrimitives.WriteInt32LittleEndian(map, sizeof(uint) * _units.Count);
        for (int i = 0; i < _units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(sizeof(uint) * (1 + i)), _units[i]);
        }

        _replacements.CopyTo(map, sizeof(uint) * (1 + _units.Count));
        return map;
    }
}
