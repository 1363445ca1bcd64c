using System.Text;

namespace KernelGen.Text.Tests;

public class CharacterMapTests
{
    private const uint HasLeaf = 1 << 8, IsLeaf = 1u << 31;

    [Fact]
    public void The_longest_rule_applies()
    {
        CharacterMap map = CharacterMap.Read(CharacterMapWriter.Write(("a", "1"), ("ab", "22"), ("abcd", ""), ("\u00e9", "e\u0301"), ("\0", " ")))!;
        Assert.Equal((1, "1"), Apply(map, "a"));
        Assert.Equal((2, "22"), Apply(map, "abc"));
        Assert.Equal((4, ""), Apply(map, "abcde"));
        Assert.Equal((2, "e\u0301"), Apply(map, "\u00e9\u00e9"));
        Assert.Equal((1, " "), Apply(map, "\0"));
        Assert.Equal((0, ""), Apply(map, "ba"));
        Assert.Equal((0, ""), Apply(map, "\u00e8"));
        Assert.Equal((0, ""), Apply(map, ""));
    }

    [Fact]
    public void What_no_rule_in_ASCII_begins_with_is_plain()
    {
        CharacterMap map = CharacterMap.Read(CharacterMapWriter.Write(("ab", "1"), ("c", "2"), ("e\u0301", "\u00e9")))!;
        Assert.Equal("bdefg", string.Concat("abcdefg".Where(character => map.IsPlain((byte)character))));
        Assert.False(map.IsPlain(0xC3));
    }

    [Fact]
    public void An_empty_map_is_none() => Assert.Null(CharacterMap.Read([]));

    [Fact]
    public void A_rule_may_replace_as_much_as_the_longest_and_no_more()
    {
        string longest = new('x', CharacterMap.LongestRule);
        Assert.Equal((longest.Length, longest), Apply(CharacterMap.Read(CharacterMapWriter.Write((longest, longest)))!, longest + "x"));
        AssertRefused("replace more than 256 bytes", CharacterMapWriter.Write((longest + "x", "")));
        AssertRefused("a replacement of 257 bytes", CharacterMapWriter.Write(("x", longest + "x")));
    }

    [Fact]
    public void What_is_no_map_is_refused_with_the_reason()
    {
        AssertRefused("have 3 bytes", [1, 2, 3]);
        AssertRefused("announce a table of 0 bytes", [0, 0, 0, 0, 0]);
        AssertRefused("announce a table of 3 bytes", [3, 0, 0, 0, 0, 0, 0, 0]);
        AssertRefused("announce a table of 8 bytes, and 7 follow", [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        AssertRefused("announce a table of 4294967292 bytes", [0xFC, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);
        AssertRefused("end within a replacement", CharacterMapWriter.Write([0], []));
        AssertRefused("end within a replacement", CharacterMapWriter.Write([0], "a"u8.ToArray()));
        AssertRefused("not UTF-8", CharacterMapWriter.Write([0], [0xC3, 0]));
    }

    [Theory]
    [InlineData(5u, "without a replacement")]
    [InlineData(IsLeaf | 4u, "without a replacement")]
    [InlineData(IsLeaf | 2u, "without a replacement")]
    [InlineData(IsLeaf | 0u, null)]
    public void A_rule_must_lead_to_the_start_of_a_character(uint leaf, string? reason)
    {
        // The root's offset is 256, so that the unit at 256 ^ 'a' is its child by a; the child by zero of that one, whose offset is 1, is beside it.
        uint[] units = CharacterMapWriter.FreeUnits(512);
        units[0] |= 256 << 10;
        units[256 ^ 'a'] = 'a' | HasLeaf | (1 << 10);
        units[256 ^ 'a' ^ 1] = leaf;
        byte[] map = CharacterMapWriter.Write(units, "x\u00e9\0"u8.ToArray());
        if (reason is null)
        {
            Assert.Equal((1, "x\u00e9"), Apply(CharacterMap.Read(map)!, "a"));
        }
        else
        {
            AssertRefused(reason, map);
        }
    }

    [Fact]
    public void Rules_that_lead_back_to_themselves_are_refused()
    {
        uint[] units = CharacterMapWriter.FreeUnits(512);
        units[0] |= 256 << 10;

        // Its children are where it is a child itself.
        units[256 ^ 'a'] = 'a' | ('a' << 10);
        AssertRefused("endless", CharacterMapWriter.Write(units, [0]));
    }

    [Fact]
    public void Offsets_out_of_the_table_lead_nowhere()
    {
        uint[] units = CharacterMapWriter.FreeUnits(512);
        units[0] |= 256 << 10;
        units[256 ^ 'a'] = 'a' | (4096 << 10);
        units[256 ^ 'b'] = 'b' | (1 << 9) | (4096 << 10);
        CharacterMap map = CharacterMap.Read(CharacterMapWriter.Write(units, [0]))!;
        Assert.Equal((0, ""), Apply(map, "aaa"));
        Assert.Equal((0, ""), Apply(map, "bbb"));
        Assert.Equal((0, ""), Apply(CharacterMap.Read(CharacterMapWriter.Write([~(IsLeaf | HasLeaf)], [0]))!, "a"));
    }

    private static (int Length, string Replacement) Apply(CharacterMap map, string text)
    {
        int length = map.LongestPrefix(Encoding.UTF8.GetBytes(text), out ReadOnlySpan<byte> replacement);
        return (length, Encoding.UTF8.GetString(replacement));
    }

    private static void AssertRefused(string reason, byte[] map)
    {
        string message = Assert.Throws<InvalidDataException>(() => CharacterMap.Read(map)).Message;
        Assert.StartsWith("its normalisation rules ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }
}
