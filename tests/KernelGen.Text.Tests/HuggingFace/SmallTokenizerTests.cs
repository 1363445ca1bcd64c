namespace KernelGen.Text.Tests;

/// <summary>Small tokenizer.json files, made here, beside Hugging Face's own library; and the older forms of the same.</summary>
public class SmallTokenizerTests
{
    private const int Texts = 3000;

    private static readonly string[] Letters = ["▁", "a", "b", "c", "▁a", "ab", "▁ab", "abc", "<unk>", "bc", "aa", "aaaa", "▁▁", "é", "狗", "!", "1"];
    private static readonly string[] Merges = ["▁ a", "a b", "▁ ab", "ab c", "b c", "a a", "aa aa", "▁ ▁"];

    public static TheoryData<string> Files => [.. Variants().Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void Tokens_and_texts_are_those_of_hugging_faces_library(string name)
    {
        string json = Variants()[name];
        using TokenizerFolder folder = new TokenizerFolder().Add("tokenizer.json", json);
        string path = Path.Combine(folder.Path, "tokenizer.json");
        using RustTokenizer oracle = RustTokenizer.Load(path);
        TokenizerComparison.Compare(HuggingFaceTokenizer.Load(path), oracle, Texts, seed: 3);
    }

    [Theory]
    [InlineData("ab", new[] { 30, 12, 2 })]
    [InlineData(" ab  ", new[] { 30, 12, 2 })]
    [InlineData("ab<mask>ab", new[] { 30, 12, 33, 12, 2 })]
    [InlineData("ab <mask> ab", new[] { 30, 12, 33, 12, 2 })]
    [InlineData("xyz", new[] { 30, 4, 3, 2 })]
    [InlineData("deu_Latn", new[] { 30, 31, 2 })]
    [InlineData("", new[] { 30, 2 })]
    [InlineData("a\uD800", new[] { 30, 10, 3, 2 })]
    public void A_text_stands_between_what_the_file_puts_around_it(string text, int[] expected)
    {
        Assert.Equal(expected, SmallTokenizers.Load(SmallTokenizers.Nllb).Encode(text));
        Assert.Equal(expected[1..^1], SmallTokenizers.Load(SmallTokenizers.Nllb, new() { AddSpecialTokens = false }).Encode(text));
    }

    [Fact]
    public void Tokens_have_the_places_of_what_they_stand_for()
    {
        var spans = new List<TokenSpan>();
        SmallTokenizers.Load(SmallTokenizers.Nllb).Encode("ab  ｆ ﬁ</s>aa", spans);
        Assert.Equal(
            [(30, 0, 0), (12, 0, 2), (4, 2, 2), (3, 4, 1), (4, 5, 1), (22, 6, 1), (2, 7, 4), (10, 11, 1), (5, 12, 1), (2, 13, 0)],
            spans.Select(static span => (span.Token, span.Start, span.Length)));

        // The bytes of a character that the vocabulary lacks have all of it.
        spans.Clear();
        SmallTokenizers.Load(Variants()["bytes"]).Encode("a😀b", spans);
        Assert.Equal([(0, 1), (1, 2), (1, 2), (1, 2), (1, 2), (3, 1)], spans.Select(static span => (span.Start, span.Length)));
    }

    [Fact]
    public void Special_tokens_are_found_by_their_usual_names_or_by_given_ones()
    {
        HuggingFaceTokenizer tokenizer = SmallTokenizers.Load(SmallTokenizers.Nllb);
        Assert.Equal((34, 1, 0, 2, 3), (tokenizer.VocabularySize, tokenizer.PadToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.UnknownToken));
        Assert.Equal((31, 32, 30, 33), Named(SmallTokenizers.Load(SmallTokenizers.Nllb, new() { PadToken = "deu_Latn", StartToken = "fra_Latn", EndToken = "eng_Latn", UnknownToken = "<mask>" })));
        var exception = Assert.Throws<InvalidDataException>(() => SmallTokenizers.Load(SmallTokenizers.Nllb, new() { EndToken = "<end>" }));
        Assert.Contains("no token \"<end>\", which EndToken names", exception.Message, StringComparison.Ordinal);

        static (int?, int?, int?, int?) Named(HuggingFaceTokenizer tokenizer) => (tokenizer.PadToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.UnknownToken);
    }

    [Fact]
    public void Numbers_that_are_left_out_are_empty_pieces()
    {
        string json = SmallTokenizers.Json(
            """{"id":20,"content":"<far>","special":false}""", "null", "null", "null", "null", """{"type":"BPE","vocab":{"a":0,"b":5,"ab":7},"merges":["a b"]}""");
        HuggingFaceTokenizer tokenizer = SmallTokenizers.Load(json);
        Assert.Equal((21, "<far>"), (tokenizer.VocabularySize, tokenizer.Piece(20)));
        Assert.Equal([7, 20, 5], tokenizer.Encode("ab<far>b"));
        Assert.Equal("", tokenizer.Piece(6));
        Assert.Equal("ab b", tokenizer.Decode([7, 6, 19, 5]));
    }

    [Fact]
    public void Whispers_older_files_give_the_tokens_of_its_tokenizer_json()
    {
        HuggingFaceTokenizer newest = HuggingFaceTokenizer.Load(SharedFolder.Require("tokenizers/whisper/tokenizer.json"), new() { AddSpecialTokens = false });
        var options = new HuggingFaceTokenizerOptions { AddedTokens = newest.AddedTokens };
        HuggingFaceTokenizer[] older =
        [
            HuggingFaceTokenizer.LoadVocabularyAndMerges(SharedFolder.Require("tokenizers/whisper/vocab.json"), SharedFolder.Require("tokenizers/whisper/merges.txt"), options),
            HuggingFaceTokenizer.LoadTiktoken(SharedFolder.Require("tokenizers/whisper/multilingual.tiktoken"), options),
        ];
        string[] added = [.. newest.AddedTokens.Select(static token => token.Content)];
        var random = new Random(11);
        for (int i = 0; i < Texts; i++)
        {
            string text = UglyTexts.Draw(random, added);
            int[] expected = newest.Encode(text);
            foreach (HuggingFaceTokenizer tokenizer in older)
            {
                Assert.Equal(expected, tokenizer.Encode(text));
                Assert.Equal(newest.Decode(expected), tokenizer.Decode(expected));
            }
        }

        Assert.All(older, tokenizer => Assert.Equal(newest.VocabularySize, tokenizer.VocabularySize));
    }

    private static Dictionary<string, string> Variants()
    {
        string none = "null";
        var files = new Dictionary<string, string> { ["nllb"] = SmallTokenizers.Nllb, ["mbart"] = SmallTokenizers.MBart };
        foreach (string scheme in new[] { "always", "first", "never" })
        {
            foreach (bool split in new[] { true, false })
            {
                files[$"metaspace {scheme}, {(split ? "split" : "whole")}"] = SmallTokenizers.Json(
                    SmallTokenizers.Added((8, "<unk>")), none, SmallTokenizers.Metaspace(scheme, split), none, SmallTokenizers.Metaspace(scheme, split), Pairs("\"unk_token\":\"<unk>\",\"fuse_unk\":false"));
            }
        }

        files["no unknown token"] = SmallTokenizers.Json("", none, SmallTokenizers.Metaspace("first"), none, none, Pairs("\"fuse_unk\":true"));
        files["words that are pieces"] = SmallTokenizers.Json("", none, """{"type":"WhitespaceSplit"}""", none, """{"type":"Fuse"}""", Pairs("\"unk_token\":\"<unk>\",\"ignore_merges\":true"));
        files["merges as pairs"] = SmallTokenizers.Json("", none, none, none, none, """{"type":"BPE","unk_token":"<unk>","vocab":{"a":0,"b b":1," ":2,"b":3,"<unk>":4,"b ":5},"merges":[["b"," "],["b ","b"]]}""");
        files["stripped"] = SmallTokenizers.Json("", """{"type":"Strip","strip_left":true,"strip_right":true}""", none, none, none, Pairs("\"unk_token\":\"<unk>\",\"fuse_unk\":true"));
        files["bytes"] = SmallTokenizers.Json(
            "",
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
            none,
            none,
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            SmallTokenizers.BytePairs([.. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>"), .. Letters], Merges, "\"unk_token\":\"<unk>\",\"byte_fallback\":true"));
        files["unigram bytes"] = SmallTokenizers.Json(
            "", none, SmallTokenizers.Metaspace("first"), none, """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]}""",
            $$"""{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["▁",-2],["a",-3],["▁a",-4.5],["é",-3.1e0],{{string.Join(',', Enumerable.Range(0, 256).Select(static value => $"[\"<0x{value:X2}>\",-{value}.5e-1]"))}}]}""");
        files["flags of added tokens"] = SmallTokenizers.Json(
            """
            {"id":20,"content":"<word>","single_word":true,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
            {"id":21,"content":"<left>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":false},
            {"id":22,"content":"<right>","single_word":false,"lstrip":false,"rstrip":true,"normalized":true,"special":false},
            {"id":23,"content":"<left><left>","single_word":false,"lstrip":true,"rstrip":true,"normalized":false,"special":true},
            {"id":24,"content":"  ","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false},
            {"id":25,"content":"x","single_word":true,"lstrip":true,"rstrip":true,"normalized":true,"special":false}
            """,
            """{"type":"Replace","pattern":{"String":"狗"},"content":"<right>"}""",
            SmallTokenizers.Metaspace("first"), none, none, Pairs("\"unk_token\":\"<unk>\",\"fuse_unk\":true", 20));
        foreach (bool prefix in new[] { true, false })
        {
            files[$"byte level, space {prefix}"] = SmallTokenizers.Json(
                SmallTokenizers.Added((0, "<s>"), (2, "</s>")), none,
                $$"""{"type":"ByteLevel","add_prefix_space":{{(prefix ? "true" : "false")}},"trim_offsets":true,"use_regex":{{(prefix ? "true" : "false")}}}""",
                """{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":true}""",
                """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
                ByteLevelModel());
        }

        return files;

        static string Pairs(string settings, int size = 0) =>
            SmallTokenizers.BytePairs([.. Letters, .. Enumerable.Range(Letters.Length, Math.Max(0, size - Letters.Length)).Select(static token => $"unused{token}")], Merges, settings);
    }

    /// <summary>All bytes, and some merges of them.</summary>
    private static string ByteLevelModel()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(static value => ByteLevelAlphabet.Encode([(byte)value]).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))];
        return SmallTokenizers.BytePairs(
            ["<s>", "<pad>", "</s>", .. bytes, "Ġa", "aa", "th", "the", "Ġthe", "ç\u012b", "ç\u012b\u0139", "ĠĠ", "ĠĠĠĠ"],
            ["Ġ a", "a a", "t h", "th e", "Ġ the", "ç \u012b", "ç\u012b \u0139", "Ġ Ġ", "ĠĠ ĠĠ"],
            "\"unk_token\":null,\"continuing_subword_prefix\":\"\",\"end_of_word_suffix\":null");
    }
}
