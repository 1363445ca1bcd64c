namespace KernelGen.Text.Tests;

/// <summary>Folders of each family as downloaded: which files decide, what stands around a text, and what is said where something is missing.</summary>
public class FolderTests
{
    private static readonly byte[] Pieces = SentencePieceModelBuilder.Unigram().Piece("▁", score: -3).Piece("▁a", score: -1).Piece("b", score: -1).ToArray();
    private static readonly PretrainedTokenizerOptions EnglishGerman = new() { SourceLanguage = "eng_Latn", TargetLanguage = "deu_Latn" };

    [Fact]
    public void Nllb_needs_both_languages_and_puts_the_sources_where_the_file_does()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("tokenizer.json", SmallTokenizers.Nllb).Add("config.json", """{"model_type":"m2m_100"}""")
            .Add("tokenizer_config.json", """{"tokenizer_class":"NllbTokenizer","pad_token":"<pad>","eos_token":{"content":"</s>"}}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "fra_Latn", TargetLanguage = "deu_Latn" });
        Assert.Equal([32, 12, 2], tokenizer.Source.Encode("ab"));
        Assert.Equal([31, 12, 2], tokenizer.Target.Encode("ab"));
        Assert.Equal("ab", tokenizer.Target.Decode([2, 31, 12, 2]));
        Assert.Equal([31], tokenizer.ForcedPrefix);
        Assert.Equal(["eng_Latn", "deu_Latn", "fra_Latn"], tokenizer.Languages);
        Assert.Equal((32, 2, 1), (tokenizer.Source.StartToken, tokenizer.Source.EndToken, tokenizer.Source.PadToken));
        Assert.Equal(["config.json", "tokenizer_config.json", "tokenizer.json"], tokenizer.Files);
        PretrainedTokenizer other = tokenizer.WithLanguages(new() { SourceLanguage = "eng_Latn", TargetLanguage = "fra_Latn" });
        Assert.Equal([30, 12, 2], other.Source.Encode("ab"));
        Assert.Equal([32], other.ForcedPrefix);
        Assert.Equal(tokenizer.Files, other.Files);
        Assert.Equal([31, 12, 2], other.WithLanguages(new() { SourceLanguage = "deu_Latn", TargetLanguage = "fra_Latn" }).Source.Encode("ab"));
        Assert.Throws<ArgumentException>(() => other.WithLanguages(new() { SourceLanguage = "deu_Latn" }));
        Assert.Equal([30, 12, 2], PretrainedTokenizer.Load(folder.Path, new() { AnyLanguage = true }).Source.Encode("ab"));

        folder.Add("tokenizer.json", SmallTokenizers.Nllb.Replace(
            """[{"SpecialToken":{"id":"eng_Latn","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}]""",
            """[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}},{"SpecialToken":{"id":"eng_Latn","type_id":0}}]""",
            StringComparison.Ordinal));
        tokenizer = PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "fra_Latn", TargetLanguage = "deu_Latn" });
        Assert.Equal([12, 2, 32], tokenizer.Source.Encode("ab"));
        Assert.Equal([31, 12, 2], tokenizer.Target.Encode("ab"));

        AssertRefused(folder, new(), "needs SourceLanguage: eng_Latn, deu_Latn, fra_Latn");
        AssertRefused(folder, new() { SourceLanguage = "eng_Latn" }, "needs TargetLanguage");
        AssertRefused(folder, new() { SourceLanguage = "en", TargetLanguage = "deu_Latn" }, "SourceLanguage is \"en\"", "Did you mean eng_Latn");
        AssertRefused(folder, new() { SourceLanguage = "eng_Latn", TargetLanguage = "deutsch" }, "TargetLanguage is \"deutsch\"", "Did you mean deu_Latn");
    }

    [Fact]
    public void Nllb_without_a_tokenizer_json_moves_the_pieces_by_one()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("sentencepiece.bpe.model", Pieces).Add("tokenizer_config.json", """{"tokenizer_class":"NllbTokenizerFast"}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path, EnglishGerman);
        Assert.Equal(202, tokenizer.Languages.Length);
        int size = SentencePieceTokenizer.Load(new MemoryStream(Pieces)).VocabularySize;
        int english = size + 1 + tokenizer.Languages.IndexOf("eng_Latn");
        int german = size + 1 + tokenizer.Languages.IndexOf("deu_Latn");
        Assert.Equal([german], tokenizer.ForcedPrefix);
        int[] ab = [.. SentencePieceTokenizer.Load(new MemoryStream(Pieces)).Encode("ab").Select(static piece => piece + 1)];
        Assert.Equal([english, .. ab, 2], tokenizer.Source.Encode("ab"));
        Assert.Equal([english, .. ab, 2, .. ab, german, 2], tokenizer.Source.Encode("ab</s>abdeu_Latn"));
        Assert.Equal("ab", tokenizer.Target.Decode([2, german, .. ab, 2]));
        Assert.Equal(3, tokenizer.Source.Encode("x")[^2]);
        Assert.Equal((size + 204, "<mask>", "zul_Latn"), (tokenizer.Source.VocabularySize, tokenizer.Source.Piece(size + 203), tokenizer.Source.Piece(size + 202)));

        var spans = new List<TokenSpan>();
        ((ISpanTokenizer)tokenizer.Source).Encode("ab</s> ab", spans);
        Assert.Equal(tokenizer.Source.Encode("ab</s> ab"), spans.Select(static span => span.Token));
        Assert.Contains(new TokenSpan(2, 2, 4), spans);

        folder.Add("tokenizer_config.json", """{"tokenizer_class":"NllbTokenizer","legacy_behaviour":true}""");
        Assert.Equal([.. ab, 2, english], PretrainedTokenizer.Load(folder.Path, EnglishGerman).Source.Encode("ab"));
    }

    [Fact]
    public void MBart_50_has_its_languages_after_the_pieces()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("sentencepiece.bpe.model", Pieces).Add("config.json", """{"model_type":"mbart"}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "en_XX", TargetLanguage = "de_DE" });
        int size = SentencePieceTokenizer.Load(new MemoryStream(Pieces)).VocabularySize;
        Assert.Equal(size + 1 + 3, tokenizer.Source.Encode("ab")[0]);
        Assert.Equal([size + 1 + 2], tokenizer.ForcedPrefix);
        Assert.Equal(size + 52 + 2, tokenizer.Source.VocabularySize);

        folder.Add("tokenizer_config.json", """{"tokenizer_class":"MBartTokenizer"}""");
        var exception = Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "en_XX", TargetLanguage = "de_DE" }));
        Assert.Contains("first mBART", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void M2M100_numbers_the_pieces_by_its_vocabulary()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("sentencepiece.bpe.model", Pieces).Add("config.json", """{"model_type":"m2m_100"}""")
            .Add("vocab.json", """{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"b":4,"\u2581a":5}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "de", TargetLanguage = "__en__" });
        int german = 6 + tokenizer.Languages.IndexOf("__de__");
        Assert.Equal([german, 5, 4, 2], tokenizer.Source.Encode("ab"));
        Assert.Equal([6 + tokenizer.Languages.IndexOf("__en__")], tokenizer.ForcedPrefix);
        Assert.Equal((6 + 100 + 8, "__zu__", "__af__"), (tokenizer.Source.VocabularySize, tokenizer.Source.Piece(105), tokenizer.Source.Piece(6)));
        Assert.Equal("ab", tokenizer.Target.Decode([2, german, 5, 4, 2, 110]));
        folder.Add("vocab.json", """{"<s>":0}""");
        Assert.Contains("lacks the special token <unk>", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "de", TargetLanguage = "en" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void T5_has_its_sentinels_after_the_pieces_the_first_last()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("spiece.model", Pieces).Add("config.json", """{"model_type":"t5"}""");
        PretrainedTokenizer tokenizer = PretrainedTokenizer.Load(folder.Path);
        SentencePieceTokenizer pieces = SentencePieceTokenizer.Load(new MemoryStream(Pieces));
        Assert.Same(tokenizer.Source, tokenizer.Target);
        Assert.Equal(pieces.VocabularySize + 100, tokenizer.Source.VocabularySize);
        Assert.Equal([.. pieces.Encode("ab"), pieces.VocabularySize + 99, .. pieces.Encode("ab"), pieces.EndToken!.Value], tokenizer.Source.Encode("ab<extra_id_0> ab"));
        Assert.Equal("<extra_id_99>", tokenizer.Source.Piece(pieces.VocabularySize));
        AssertRefused(folder, new() { TargetLanguage = "de" }, "has no codes of languages");

        folder.Add("config.json", """{"model_type":"llama"}""");
        Assert.Contains("its settings name \"llama\"", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
        folder.Add("config.json", "{}");
        Assert.Contains("no tokenizer_config.json or config.json says of which model", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
        folder.Add("config.json", "{");
        Assert.Contains("is not JSON", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pegasus_moves_the_pieces_by_103()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("spiece.model", Pieces).Add("config.json", """{"model_type":"pegasus"}""");
        ITokenizer tokenizer = PretrainedTokenizer.Load(folder.Path).Source;
        SentencePieceTokenizer pieces = SentencePieceTokenizer.Load(new MemoryStream(Pieces));
        Assert.Equal([.. pieces.Encode("ab").Select(static piece => piece + 103), 1], tokenizer.Encode("ab"));
        Assert.Equal(("<pad>", "</s>", "<mask_1>", "<mask_2>", "<unk_2>", "<unk>"), (tokenizer.Piece(0), tokenizer.Piece(1), tokenizer.Piece(2), tokenizer.Piece(3), tokenizer.Piece(4), tokenizer.Piece(tokenizer.UnknownToken!.Value)));
        Assert.Equal(pieces.UnknownToken + 103, tokenizer.UnknownToken);
    }

    [Fact]
    public void Bart_in_its_older_form_has_its_special_tokens_around_a_text()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("config.json", """{"model_type":"bart"}""").Add("merges.txt", "#version: 0.2\na b\n")
            .Add("vocab.json", """{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"a":4,"b":5,"ab":6,"Ġ":7,"<mask>":8}""");
        ITokenizer tokenizer = PretrainedTokenizer.Load(folder.Path).Source;
        Assert.Equal([0, 6, 8, 6, 2], tokenizer.Encode("ab <mask>ab"));
        Assert.Equal("ab ab", tokenizer.Decode([0, 6, 7, 6, 2]));
        Assert.Equal((0, 2, 1), (tokenizer.StartToken, tokenizer.EndToken, tokenizer.PadToken));
        folder.Add("config.json", """{"model_type":"gpt2"}""");
        Assert.Contains("BART and Whisper", Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whispers_folder_gives_the_same_tokens_with_and_without_its_tokenizer_json()
    {
        byte[] json = File.ReadAllBytes(SharedFolder.Require("tokenizers/whisper/tokenizer.json"));
        using TokenizerFolder newer = new TokenizerFolder().Add("tokenizer.json", json).Add("config.json", """{"model_type":"whisper"}""");
        string added = string.Join(',', HuggingFaceTokenizer.Load(new MemoryStream(json)).AddedTokens.Select(static token => $"\"{token.Content}\":{token.Token}"));
        using TokenizerFolder older = new TokenizerFolder().Add("vocab.json", File.ReadAllBytes(SharedFolder.Require("tokenizers/whisper/vocab.json"))).Add("config.json", """{"model_type":"whisper"}""")
            .Add("merges.txt", File.ReadAllBytes(SharedFolder.Require("tokenizers/whisper/merges.txt"))).Add("added_tokens.json", $"{{{added}}}");
        ITokenizer tokenizer = PretrainedTokenizer.Load(older.Path).Source;
        foreach (string text in new[] { "", "Hello world", " It's  2026…\r\n", "<|en|>狗" })
        {
            Assert.Equal(PretrainedTokenizer.Load(newer.Path).Source.Encode(text), tokenizer.Encode(text));
        }
    }

    [Fact]
    public void ByT5_has_no_file_but_its_settings()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("tokenizer_config.json", """{"tokenizer_class":"ByT5Tokenizer","extra_ids":125}""");
        ITokenizer tokenizer = PretrainedTokenizer.Load(folder.Path).Source;
        Assert.Equal([100, 101, 1], tokenizer.Encode("ab"));
        Assert.Equal(384, tokenizer.VocabularySize);
    }

    [Fact]
    public void What_is_looked_for_is_said_where_nothing_is_found()
    {
        using TokenizerFolder folder = new TokenizerFolder().Add("source_vocabulary.json", "[]").Add("config.json", "{}");
        string message = Assert.Throws<InvalidDataException>(() => PretrainedTokenizer.Load(folder.Path)).Message;
        Assert.All(["tokenizer.json", "source.spm", "sentencepiece.bpe.model", "spiece.model", "merges.txt", "ByT5Tokenizer", "VocabularyTokenizer"], name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    private static void AssertRefused(TokenizerFolder folder, PretrainedTokenizerOptions options, params string[] expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => PretrainedTokenizer.Load(folder.Path, options));
        Assert.All(expected, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }
}
