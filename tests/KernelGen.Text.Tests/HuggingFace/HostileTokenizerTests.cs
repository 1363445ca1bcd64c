using System.Diagnostics;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Files that are wrong, or ask for what is not supported, and texts that are long: refused with what is wrong and where, or done in good time.</summary>
public class HostileTokenizerTests
{
    private const string Pairs = """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}""";

    [Theory]
    [InlineData("", "is not JSON: the error is in line 1")]
    [InlineData("[]", "does not hold an object")]
    [InlineData("{}", "has no model")]
    [InlineData("""{"model":null}""", "has no model")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[]},"model":{"vocab":{"a":0},"merges":[]}}""", "model is there twice")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[]}} x""", "is not JSON: the error is in line 1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}""", "the piece \"a\" of model.vocab is there twice, as 0 and as 1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}""", "\"a\" and \"b\" of model.vocab both have the number 0")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":1000000000},"merges":[]}}""", "has the number 1000000000; there are 1 pieces")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "entry 0 of model.vocab has no whole number")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":1.5},"merges":[]}}""", "entry 0 of model.vocab has no whole number")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", "entry 0 of model.vocab is not valid Unicode")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", "model.vocab is missing or empty")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "merge 0, \"a\", is not two pieces with one space")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "merge 0 makes \"ab\" of \"a\" and \"b\", and \"b\" is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}""", "entry 0 of model.merges is not what it should be")]
    [InlineData("""{"model":{"type":"BPE","merges":["a b"],"vocab":{"a":0,"b":1}}}""", "\"ab\" is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}}""", "model.unk_token is \"<unk>\", which is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"byte_fallback":true,"dropout":0.1}}""", "model.dropout asks for random tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}}""", "model.end_of_word_suffix asks for \"</w>\"")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"<0x41>":1},"merges":[],"byte_fallback":true}}""", "only 1 of the 256 pieces <0x00> to <0xFF>")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}}}""", "model.type asks for \"WordPiece\", and BPE and Unigram are the models that are read")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",1e999]],"unk_id":0}}""", "entry 0 of model.vocab, \"a\", has no score that is a finite number")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]],"unk_id":0}}""", "has no score that is a finite number")]
    [InlineData("""{"model":{"type":"Unigram","vocab":["a"],"unk_id":0}}""", "entry 0 of model.vocab is not a pair")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0],["a",0]],"unk_id":0}}""", "the piece \"a\" of model.vocab is there twice")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":7}}""", "model.unk_id is 7, and there are 1 pieces")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]]}}""", "model.unk_id is missing")]
    [InlineData("""{"model":{"type":"Unigram","vocab":{"a":0},"merges":[]}}""", "the model is Unigram")]
    public void A_model_that_is_wrong_is_refused_with_what_is_wrong(string json, string expected) => AssertRefused(json, expected);

    [Theory]
    [InlineData("\"normalizer\":{\"type\":\"Lowercase\"}", "normalizer asks for \"Lowercase\"")]
    [InlineData("\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"}]}", "normalizer.normalizers[0] asks for \"NFKC\"")]
    [InlineData("\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a+\"},\"content\":\"\"}", "normalizer.pattern asks for the regular expression \"a+\"")]
    [InlineData("\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"\"}", "normalizer.pattern is an empty string")]
    [InlineData("\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"?\"}", "normalizer.precompiled_charsmap is not base64")]
    [InlineData("\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AQAAAA==\"}", "normalizer.precompiled_charsmap is damaged")]
    [InlineData("\"normalizer\":7", "normalizer is another number, and an object was expected")]
    [InlineData("\"normalizer\":{\"type\":\"Strip\",\"type\":\"Strip\"}", "within normalizer is a name that is there twice")]
    [InlineData("\"normalizer\":{\"\\udc00\":1}", "within normalizer is a name that is there twice, or text that is not valid Unicode")]
    [InlineData("\"normalizer\":null,\"normalizer\":null", "normalizer is there twice")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"x\"}}", "pre_tokenizer asks for \"Split\"")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},{\"type\":\"WhitespaceSplit\"}]}", "pre_tokenizer asks for a step after ByteLevel")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"ab\"}", "pre_tokenizer.replacement is not one character")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"often\"}", "pre_tokenizer.prepend_scheme is \"often\"")]
    [InlineData("\"post_processor\":{\"type\":\"Magic\"}", "post_processor asks for \"Magic\"")]
    [InlineData("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[]}", "post_processor.single does not say where the text is")]
    [InlineData("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\"}},{\"Sequence\":{\"id\":\"B\"}}]}", "post_processor.single asks for more than the text A")]
    [InlineData("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\"}},{\"SpecialToken\":{\"id\":\"</s>\"}}]}", "post_processor.special_tokens.</s>.ids is not there")]
    [InlineData("\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"a\",99],\"cls\":[\"a\",0]}", "puts the number 99 around a text")]
    [InlineData("\"decoder\":{\"type\":\"CTC\"}", "decoder asks for \"CTC\"")]
    [InlineData("\"decoder\":{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Fuse\"},{\"type\":\"ByteFallback\"}]}", "asks for \"ByteFallback\" at this place")]
    [InlineData("\"added_tokens\":[{\"id\":0,\"content\":\"b\"}]", "the added token \"b\" has the number 0, but the model's vocabulary has it as 1")]
    [InlineData("\"added_tokens\":[{\"id\":0,\"content\":\"x\"}]", "the added token \"x\" has the number 0, which the model's vocabulary has for \"a\"")]
    [InlineData("\"added_tokens\":[{\"id\":999999,\"content\":\"x\"}]", "the added token \"x\" has the number 999999")]
    [InlineData("\"added_tokens\":[{\"id\":5,\"content\":\"\"}]", "is written with 0 bytes")]
    [InlineData("\"added_tokens\":[{\"id\":5,\"content\":\"x\"},{\"id\":6,\"content\":\"x\"}]", "the added token \"x\" is there twice, as 5 and as 6")]
    [InlineData("\"added_tokens\":[{\"id\":5,\"content\":\"x\"},{\"id\":5,\"content\":\"y\"}]", "the added token \"y\" has the number 5, which \"x\" has, too")]
    [InlineData("\"added_tokens\":[{\"content\":\"x\"}]", "added_tokens[0].id is not there")]
    public void A_part_that_is_wrong_or_not_supported_is_named(string part, string expected) => AssertRefused($$"""{{{part}},"model":{{Pairs}}}""", expected);

    [Fact]
    public void What_is_too_deep_or_too_long_is_refused()
    {
        string deep = new('[', 20_000);
        AssertRefused($$"""{"normalizer":{{deep}},"model":{{Pairs}}}""", "is not JSON");
        AssertRefused($$$"""{"model":{"vocab":{"{{{new string('a', 70_000)}}}":0},"merges":[]}}""", "has 70000 bytes, and 65536 are the most");
        AssertRefused($$$"""{"model":{"type":"Unigram","unk_id":0,"vocab":[["{{{new string('a', 2000)}}}",0]]}}""", "has 2000 bytes, and 1024 are the most");
        AssertRefused($$"""{"added_tokens":[{"id":5,"content":"{{new string('a', 2000)}}"}],"model":{{Pairs}}}""", "is written with 2000 bytes");
    }

    [Fact]
    public void Other_files_that_are_wrong_are_refused_with_the_line()
    {
        using var folder = new TokenizerFolder();
        AssertTiktoken("", "has no tokens");
        AssertTiktoken("YQ== 0\nYQ== 1\n", "line 2 has the same token as number 0");
        AssertTiktoken("YQ== 0\nYg== 0\n", "line 2 has the number 0, which is there already");
        AssertTiktoken("YQ==\n", "line 1 is not a token in base64");
        AssertTiktoken("Y 0\n", "line 1 has a token that is not base64");
        AssertTiktoken("YQ== 100000000\n", "line 1 has the number 100000000");
        folder.Add("vocab.json", """{"a":0,"b":1,"ab":2}""");
        AssertMerges("a b c\n", "line 1 is not two pieces");
        AssertMerges("#version: 0.2\na c\n", "\"c\" is not in the vocabulary");
        folder.Add("vocab.json", "[]");
        AssertMerges("", "does not hold an object");
        folder.Add("vocab.json", "{\"a\":");
        AssertMerges("", "is not JSON");

        void AssertTiktoken(string text, string expected)
        {
            folder.Add("x.tiktoken", text);
            var exception = Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.LoadTiktoken(Path.Combine(folder.Path, "x.tiktoken")));
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
            Assert.StartsWith("The file '", exception.Message, StringComparison.Ordinal);
        }

        void AssertMerges(string text, string expected)
        {
            folder.Add("merges.txt", text);
            var exception = Assert.Throws<InvalidDataException>(
                () => HuggingFaceTokenizer.LoadVocabularyAndMerges(Path.Combine(folder.Path, "vocab.json"), Path.Combine(folder.Path, "merges.txt")));
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A megabyte without a space: what is not linear takes minutes.</summary>
    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("<mask>")]
    [InlineData("\u0301")]
    [InlineData(" ")]
    [InlineData("狗é")]
    public void A_megabyte_without_a_space_takes_seconds_at_most(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        foreach (string json in new[] { SmallTokenizers.Nllb, SmallTokenizers.MBart })
        {
            long start = Stopwatch.GetTimestamp();
            HuggingFaceTokenizer tokenizer = SmallTokenizers.Load(json);
            Assert.NotEmpty(tokenizer.Encode(text));
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void Encoding_into_a_list_allocates_nothing_once_it_is_warm()
    {
        foreach (string json in new[] { SmallTokenizers.Nllb, SmallTokenizers.MBart })
        {
            HuggingFaceTokenizer tokenizer = SmallTokenizers.Load(json);
            string text = string.Concat(Enumerable.Repeat("abcd ﬁ aab xy e\u0301 狗<mask> ", 20));
            var tokens = new List<int>();
            for (int i = 0; i < 3; i++)
            {
                tokens.Clear();
                tokenizer.Encode(text, tokens);
            }

            tokens.Clear();
            long before = GC.GetAllocatedBytesForCurrentThread();
            tokenizer.Encode(text, tokens);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    private static void AssertRefused(string json, string expected)
    {
        var exception = Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("The data ", exception.Message, StringComparison.Ordinal);
    }
}
