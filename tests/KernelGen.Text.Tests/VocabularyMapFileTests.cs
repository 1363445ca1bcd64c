using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Reading vocabulary maps of CTranslate2 and lexical shortlists of Marian.</summary>
public sealed class VocabularyMapFileTests
{
    private const string Name = "The map";

    /// <summary>0 to 3 are <c>&lt;pad&gt;</c>, <c>&lt;sos&gt;</c>, <c>&lt;eos&gt;</c>, <c>&lt;unk&gt;</c>; then dog 4, cat 5, the 6.</summary>
    private static readonly VocabularyTokenizer Source = Vocabulary("dog", "cat", "the");

    /// <summary>Hund 4, Katze 5, Kater 6, der 7, die 8.</summary>
    private static readonly VocabularyTokenizer Target = Vocabulary("Hund", "Katze", "Kater", "der", "die");

    [Fact]
    public void A_map_of_CTranslate2_names_tokens_for_rows_of_source_tokens()
    {
        VocabularyMap map = CTranslate2("\tder die\r\ndog\tHund\nthe cat\tKatze Kater\n\ncat\tKatze\n");
        Assert.Equal([1, 2, 3, 7, 8], map.CandidatesOf([]));
        Assert.Equal([1, 2, 3, 4, 7, 8], map.CandidatesOf([6, 4, 2]));
        Assert.Equal([1, 2, 3, 5, 7, 8], map.CandidatesOf([5, 2]));
        Assert.Equal([1, 2, 3, 5, 6, 7, 8], map.CandidatesOf([6, 5, 2]));
    }

    [Fact]
    public void What_a_vocabulary_lacks_is_passed_over_and_of_equal_source_tokens_the_last_line_counts()
    {
        VocabularyMap map = CTranslate2("\ufeffdog\tHund Wolf\nmouse\tdie\nthe mouse\tder\ndog\tKater\n");
        Assert.Equal([1, 2, 3, 6], map.CandidatesOf([4]));
        Assert.Equal([1, 2, 3], map.CandidatesOf([5, 6, 3]));
    }

    [Fact]
    public void A_shortlist_of_Marian_names_the_most_probable_tokens_of_each_source_token()
    {
        const string Lines = "Hund dog 0.9\nder dog 0.05\ndie dog 0.05\nKatze cat 0.5\nKater\tcat  0.4\nNULL cat 0.9\ndie NULL 0.7\nWolf dog 1\nder wolf 0.8\nder the 5e-1\n";
        VocabularyMap two = Marian(Lines, first: 3, best: 2);
        Assert.Equal([0, 1, 2], two.CandidatesOf([]));
        Assert.Equal([0, 1, 2, 4, 8], two.CandidatesOf([4]));
        Assert.Equal([0, 1, 2, 5, 6, 7], two.CandidatesOf([5, 6]));
        Assert.Equal([4], Marian(Lines, first: 0, best: 1).CandidatesOf([4]));
        Assert.Equal([5], Marian(Lines, first: 0, threshold: 0.4).CandidatesOf([5]));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8], Marian(Lines).CandidatesOf([]));
        Assert.Equal([5, 6], Marian(Lines, first: 0, best: 5, isShared: true).CandidatesOf([5]));
        Assert.Equal([4, 6], Marian("Hund dog 0.1\nKatze dog 0.9\nKater dog 0.9\nHund dog 0.95\n", first: 0, best: 2).CandidatesOf([4]));
    }

    [Theory]
    [InlineData("dog Hund\n", "line 1 has no tab")]
    [InlineData("dog\tHund\n\ncat\tKatze\tKater\n", "line 3 has two tabs")]
    [InlineData("mouse\tMaus\n", "made for another model")]
    [InlineData("", "made for another model")]
    public void What_is_no_map_of_CTranslate2_is_refused(string contents, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => CTranslate2(contents)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Hund dog\n", "line 1 is")]
    [InlineData("Hund dog 0.5\nHund dog 0.5 0.5\n", "line 2 is")]
    [InlineData("Hund dog x\n", "probability")]
    [InlineData("Hund dog NaN\n", "probability")]
    [InlineData("Hund dog -0.1\n", "probability")]
    [InlineData("Hund dog Infinity\n", "probability")]
    [InlineData("Maus mouse 1\n", "made for another model")]
    [InlineData("", "made for another model")]
    public void What_is_no_shortlist_of_Marian_is_refused(string contents, string reason)
    {
        string message = Assert.Throws<InvalidDataException>(() => Marian(contents)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.StartsWith(Name, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_forms_are_told_apart()
    {
        byte[] binary = [0xF5, 0x17, 0x34, 0x01, 0xD5, 0x48, 0x1A, 0xF1, 0, 0];
        Assert.Contains("binary shortlist", Assert.Throws<InvalidDataException>(() => VocabularyMapFile.ParseMarian(binary, Name, Source, Target, 1, 1, 0, false)).Message, StringComparison.Ordinal);
        byte[] packed = [0x1F, 0x8B, 8, 0];
        Assert.Contains("gunzip", Assert.Throws<InvalidDataException>(() => VocabularyMapFile.ParseCTranslate2(packed, Name, Source, Target)).Message, StringComparison.Ordinal);
        byte[] latin = [.. "dog\tHund\nd"u8, 0xE4, .. "\tHund\n"u8];
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => VocabularyMapFile.ParseCTranslate2(latin, Name, Source, Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_read_and_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder["vmap.txt"];
        File.WriteAllText(path, "dog\tHund\n");
        Assert.Equal([1, 2, 3, 4], VocabularyMapFile.ReadCTranslate2(path, Source, Target).CandidatesOf([4]));
        File.WriteAllText(path, "Hund dog 0.5\n");
        Assert.Equal([4], VocabularyMapFile.ReadMarian(path, Source, Target, first: 0).CandidatesOf([4]));
        Assert.Contains("vmap.txt", Assert.Throws<InvalidDataException>(() => VocabularyMapFile.ReadCTranslate2(path, Source, Target)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => VocabularyMapFile.ReadCTranslate2(path + "x", Source, Target));
        Assert.Throws<ArgumentOutOfRangeException>(() => VocabularyMapFile.ReadMarian(path, Source, Target, first: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => VocabularyMapFile.ReadMarian(path, Source, Target, threshold: double.NaN));
    }

    private static VocabularyMap CTranslate2(string contents) => VocabularyMapFile.ParseCTranslate2(Encoding.UTF8.GetBytes(contents), Name, Source, Target);

    private static VocabularyMap Marian(string contents, int first = 100, int best = 100, double threshold = 0, bool isShared = false) =>
        VocabularyMapFile.ParseMarian(Encoding.UTF8.GetBytes(contents), Name, Source, Target, first, best, threshold, isShared);

    private static VocabularyTokenizer Vocabulary(params string[] words) => VocabularyTokenizer.Load(
        Encoding.UTF8.GetBytes($"[\"<pad>\",\"<sos>\",\"<eos>\",\"<unk>\",{string.Join(',', words.Select(static word => $"\"{word}\""))}]"),
        new VocabularyTokenizerOptions { Unit = VocabularyUnit.Word });
}
