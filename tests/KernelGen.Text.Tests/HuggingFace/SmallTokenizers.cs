using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Small tokenizer.json files in the form that each family's have, made here.</summary>
internal static class SmallTokenizers
{
    /// <summary>The form of NLLB's: byte-pair encoding after SentencePiece's normalisation, a language before the text.</summary>
    public static string Nllb { get; } = Json(
        Added((0, "<s>"), (1, "<pad>"), (2, "</s>"), (3, "<unk>"), (30, "eng_Latn"), (31, "deu_Latn"), (32, "fra_Latn")) + """,{"id":33,"content":"<mask>","lstrip":true,"rstrip":false,"single_word":false,"normalized":true,"special":true}""",
        Normalizer("""{"type":"Strip","strip_left":false,"strip_right":true},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}"""),
        Metaspace("always"),
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"eng_Latn","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],"special_tokens":{"eng_Latn":{"id":"eng_Latn","ids":[30],"tokens":["eng_Latn"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}}""",
        Metaspace("always"),
        BytePairs(
            ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "c", "d", "e", "▁a", "ab", "▁ab", "cd", "abcd", "▁abcd", "aa", "aaaa", "狗", "▁狗", "f", "i", "fi", "▁▁", "é", "de", "cde", "▁<", "m", "k", "eng_Latn", "deu_Latn", "fra_Latn", "<mask>"],
            ["▁ a", "a b", "▁a b", "c d", "ab cd", "▁ab cd", "a a", "aa aa", "▁ 狗", "f i", "▁ ▁", "d e", "c de"],
            "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":false"));

    /// <summary>The form of mBART-50's: a unigram model, a language before the text.</summary>
    public static string MBart { get; } = Json(
        Added((0, "<s>"), (1, "<pad>"), (2, "</s>"), (3, "<unk>"), (16, "en_XX"), (17, "de_DE")),
        Normalizer("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}"""),
        $$"""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{{Metaspace("always")}}]}""",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"en_XX","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],"special_tokens":{"en_XX":{"id":"en_XX","ids":[16],"tokens":["en_XX"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}}""",
        Metaspace("always"),
        """{"type":"Unigram","unk_id":3,"vocab":[["<s>",0.0],["<pad>",0.0],["</s>",0.0],["<unk>",0.0],["▁",-2.01],["a",-3.5],["b",-3.25],["▁a",-3.0],["ab",-4.125],["▁ab",-5.5],["c",-4.0],["abc",-6.75],["cc",-8.0],["狗",-7.5],["fi",-6.0],["▁▁",-9.25],["en_XX",0.0],["de_DE",0.0],["<mask>",0.0]]}""");

    /// <summary>A file of any parts, each of which may be null.</summary>
    public static string Json(string added, string normalizer, string preTokenizer, string postProcessor, string decoder, string model) =>
        $$"""{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{{added}}],"normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"post_processor":{{postProcessor}},"decoder":{{decoder}},"model":{{model}}}""";

    /// <summary>Special added tokens.</summary>
    public static string Added(params (int Token, string Content)[] tokens) => string.Join(',', tokens.Select(static token =>
        $$"""{"id":{{token.Token}},"content":"{{token.Content}}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"""));

    /// <summary>A Metaspace of either kind.</summary>
    public static string Metaspace(string scheme, bool split = true) => $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{(split ? "true" : "false")}}}""";

    /// <summary>A byte-pair model.</summary>
    public static string BytePairs(string[] pieces, string[] merges, string settings) =>
        $$"""{"type":"BPE",{{settings}},"vocab":{{{string.Join(',', pieces.Select(static (piece, token) => $"\"{piece}\":{token}"))}}},"merges":[{{string.Join(',', merges.Select(static merge => $"\"{merge}\""))}}]}""";

    /// <summary>SentencePiece's rules, of which there are a few here, and further steps.</summary>
    private static string Normalizer(string further)
    {
        byte[] map = CharacterMapWriter.Write(
            ("ﬁ", "fi"), ("\u00a0", " "), ("\u3000", " "), ("\t", " "), ("\n", " "), ("\r", " "), ("Ａ", "a"), ("ａ", "a"), ("e\u0301", "é"), ("…", "..."), ("½", "1⁄2"), ("\u0001", ""));
        return $$"""{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(map)}}"},{{further}}]}""";
    }

    /// <summary>Reads a file that is a string.</summary>
    public static HuggingFaceTokenizer Load(string json, HuggingFaceTokenizerOptions? options = null) =>
        HuggingFaceTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(json)), options);
}
