using System.Globalization;
using CsCheck;

namespace KernelGen.Text.Tests;

/// <summary>The characters that the NFKC table's version of Unicode assigns: a later ICU must agree on these, and may know more.</summary>
internal static class AssignedCharacters
{
    private static readonly (int First, int Last)[] Ranges = Read();

    private static readonly int[] Interesting = FindInteresting();

    /// <summary>Every assigned character, in order.</summary>
    public static IEnumerable<int> All => Ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1));

    /// <summary>Random text of assigned characters, half of them ones that decompose or combine.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
        Gen.Int[0, Ranges.Length - 1].SelectMany(range => Gen.Int[Ranges[range].First, Ranges[range].Last]),
        Gen.Int[0, Interesting.Length - 1].Select(index => Interesting[index]))
        .Array[0, 24].Select(characters => string.Concat(characters.Select(char.ConvertFromUtf32)));

    private static int[] FindInteresting() => [.. All.Where(character =>
    {
        NfkcTable.Entry entry = NfkcTable.Shared.Lookup(character);
        return entry.HasDecomposition || entry.CombiningClass != 0 || entry.MayComposeWithPrevious || character is >= 0x1100 and < 0x1200 or >= 0xAC00 and < 0xAC40;
    })];

    private static (int First, int Last)[] Read() => [.. File.ReadLines(TestFiles.PathOf("assigned.txt")).Where(line => !line.StartsWith('#')).Select(line =>
    {
        string[] ends = line.Split("..");
        return (Parse(ends[0]), Parse(ends[1]));
    })];

    private static int Parse(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
