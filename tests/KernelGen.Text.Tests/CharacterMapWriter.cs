using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Writes normalisation rules in the compiled form that <see cref="CharacterMap"/> reads; every unit with children gets 256 units of its own for them.</summary>
internal static class CharacterMapWriter
{
    private const int Block = 256;
    private const uint HasLeaf = 1 << 8, IsLeaf = 1u << 31;

    /// <summary>Writes rules.</summary>
    /// <param name="rules">What is replaced, and by what.</param>
    public static byte[] Write(params (string From, string To)[] rules)
    {
        var units = new List<uint>();
        var replacements = new MemoryStream();
        AddUnits(units, 0, 0, [.. rules.Select(static rule => (Encoding.UTF8.GetBytes(rule.From), Encoding.UTF8.GetBytes(rule.To)))], replacements);
        return Write([.. units], replacements.ToArray());
    }

    /// <summary>Writes a table and replacements as they are.</summary>
    public static byte[] Write(uint[] units, byte[] replacements)
    {
        byte[] map = new byte[sizeof(uint) * (1 + units.Length) + replacements.Length];
        BinaryPrimitives.WriteInt32LittleEndian(map, sizeof(uint) * units.Length);
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(sizeof(uint) * (1 + i)), units[i]);
        }

        replacements.CopyTo(map, sizeof(uint) * (1 + units.Length));
        return map;
    }

    /// <summary>Units that are children of nothing that is used here: their labels are those of children of a unit whose place ends in 1.</summary>
    public static uint[] FreeUnits(int count) => [.. Enumerable.Range(0, count).Select(static i => (uint)((i ^ 1) % Block))];

    /// <summary>Gives the unit of some rules, which share their first bytes, its children.</summary>
    private static void AddUnits(List<uint> units, int unit, int depth, (byte[] From, byte[] To)[] rules, MemoryStream replacements)
    {
        if (units.Count == 0)
        {
            units.AddRange(FreeUnits(Block));
        }

        int place = units.Count;
        units.AddRange(FreeUnits(Block));
        units[unit] |= (uint)(unit ^ place) << 10;
        foreach (IGrouping<byte, (byte[] From, byte[] To)> child in rules.Where(rule => rule.From.Length > depth).GroupBy(rule => rule.From[depth]))
        {
            units[place ^ child.Key] = child.Key;
            AddUnits(units, place ^ child.Key, depth + 1, [.. child], replacements);
        }

        foreach ((_, byte[] to) in rules.Where(rule => rule.From.Length == depth))
        {
            units[unit] |= HasLeaf;
            units[place] = IsLeaf | (uint)replacements.Length;
            replacements.Write(to);
            replacements.WriteByte(0);
        }
    }
}
