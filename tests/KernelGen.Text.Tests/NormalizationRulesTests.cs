using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Text.Tests;

public class NormalizationRulesTests
{
    private const uint IsLeaf = 1u << 31, HasLeaf = 1u << 8;

    /// <summary>Of an older Unicode, so that ours are more.</summary>
    [Fact]
    public void Rules_for_translation_are_those_that_SentencePiece_brings_along()
    {
        Dictionary<string, string> ours = RulesOf(NormalizationRules.NmtNfkc);
        Dictionary<string, string> theirs = RulesOf(SentencePieceModels.Load("unigram").Model.CompiledCharacterMap.ToArray());
        Assert.DoesNotContain(theirs, rule => ours.GetValueOrDefault(rule.Key, rule.Key) != rule.Value);
        Assert.All(
            ours.Where(rule => !theirs.ContainsKey(rule.Key)).Where(static rule => rule.Key.EnumerateRunes().Count() == 1),
            static rule => Assert.Equal(rule.Value, Nfkc.Normalize(rule.Key)));
        Assert.InRange(ours.Count, theirs.Count, theirs.Count + 2_000);
    }

    [Fact]
    public void Compiled_rules_are_the_rules()
    {
        Assert.Equal(NormalizationRules.MakeNfkc().OrderBy(static rule => rule.Key, StringComparer.Ordinal), RulesOf(NormalizationRules.Nfkc).OrderBy(static rule => rule.Key, StringComparer.Ordinal));
        Assert.InRange(NormalizationRules.NmtNfkc.Length, 100_000, 300_000);
    }

    [Fact]
    public void Rules_make_the_same_bytes_each_time() =>
        Assert.Equal(NormalizationRules.Nfkc, CharacterMapBuilder.Build(NormalizationRules.MakeNfkc().Reverse().ToDictionary()));

    [Fact]
    public void No_rules_are_no_bytes() => Assert.Empty(CharacterMapBuilder.Build(new Dictionary<string, string>()));

    private static Dictionary<string, string> RulesOf(byte[] map)
    {
        Assert.NotNull(CharacterMap.Read(map));
        int length = BinaryPrimitives.ReadInt32LittleEndian(map);
        uint[] units = [.. Enumerable.Range(0, length / sizeof(uint)).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(map.AsSpan(sizeof(uint) * (1 + i))))];
        byte[] replacements = map[(sizeof(uint) + length)..];
        var rules = new Dictionary<string, string>();
        Add(Offset(units[0]), []);
        return rules;

        void Add(uint place, byte[] key)
        {
            for (uint label = 1; label < 256; label++)
            {
                uint index = place ^ label;
                Assert.True(index < units.Length);
                if ((units[index] & (IsLeaf | 0xFF)) != label)
                {
                    continue;
                }

                byte[] longer = [.. key, (byte)label];
                uint below = index ^ Offset(units[index]);
                if ((units[index] & HasLeaf) != 0)
                {
                    int start = (int)(units[below] & ~IsLeaf);
                    rules.Add(Encoding.UTF8.GetString(longer), Encoding.UTF8.GetString(replacements.AsSpan(start..(start + replacements.AsSpan(start).IndexOf((byte)0)))));
                }

                Add(below, longer);
            }
        }
    }

    private static uint Offset(uint unit) => (unit >> 10) << ((unit & 0x200) != 0 ? 8 : 0);
}
