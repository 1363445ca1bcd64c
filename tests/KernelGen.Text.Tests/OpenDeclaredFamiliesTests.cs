namespace KernelGen.Text.Tests;

/// <summary>The whole way of each family: a folder whose <c>config.json</c> declares the model, its weights and its tokenizer, from a text to a text.</summary>
public sealed class OpenDeclaredFamiliesTests
{
    private const string Generation = """{ "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0, "max_new_tokens": 7 }""";

    /// <summary>T5's pieces begin with the pad and the end token; here are twelve of them, and a hundred sentinels follow.</summary>
    private static byte[] T5Pieces
    {
        get
        {
            SentencePieceModelBuilder pieces = new SentencePieceModelBuilder().Trainer(3, 1)
                .Piece("<pad>", PieceType.Control).Piece("</s>", PieceType.Control).Piece("<unk>", PieceType.Unknown);
            foreach (string piece in new[] { "\u2581", "a", "b", "c", "d", "e", "\u2581a", "ab", ":" })
            {
                pieces.Piece(piece, score: -1);
            }

            return pieces.Trainer(40, 2).Trainer(42, 1).Trainer(43, 0).ToArray();
        }
    }

    /// <summary>Three special pieces, and three others.</summary>
    private static byte[] FairseqPieces => SentencePieceModelBuilder.Unigram().Piece("\u2581", score: -3).Piece("\u2581a", score: -1).Piece("b", score: -1).ToArray();

    [Fact]
    public void T5_reads_a_text_and_the_end_token()
    {
        using TokenizerFolder folder = ModelFolder.Create("t5", DeclaredT5.Description).Add("spiece.model", T5Pieces).Add("generation_config.json", Generation);
        using TextGenerator generator = TextGenerator.Open<DeclaredT5>(folder.Path);
        Assert.Equal((112, 7), (generator.Source.VocabularySize, generator.DefaultGeneration.MaxLength));
        TextGenerationResult result = GeneratesWhatItsModelDoes(generator, "ab: abc <extra_id_0> d", generator.DefaultGeneration);
        Assert.Equal((1, 111), (result.SourceTokens[^1], result.SourceTokens.First(static token => token > 11)));
        Assert.Single(result.SourceTokens, static token => token == 1);
        Assert.Contains("leave it out", Assert.Throws<ArgumentException>(() => TextGenerator.Open<DeclaredT5>(folder.Path, new() { TargetLanguage = "de" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void T5_has_a_published_tokenizer_json()
    {
        byte[] json = File.ReadAllBytes(SharedFolder.Require("tokenizers/t5-like/tokenizer.json"));
        using TokenizerFolder folder = ModelFolder.Create("t5-published", PublishedT5.Description).Add("tokenizer.json", json).Add("generation_config.json", Generation);
        using TextGenerator generator = TextGenerator.Open<PublishedT5>(folder.Path);
        Assert.Equal(50048, generator.Target.VocabularySize);
        TextGenerationResult result = GeneratesWhatItsModelDoes(generator, "en: The dog chases the cat.", generator.DefaultGeneration);
        Assert.Equal(HuggingFaceTokenizer.Load(new MemoryStream(json)).Encode("en: The dog chases the cat."), result.SourceTokens);
        Assert.Equal(1, result.SourceTokens[^1]);
    }

    [Fact]
    public void Byt5_has_no_file_for_its_tokens()
    {
        using TokenizerFolder folder = ModelFolder.Create("byt5", DeclaredByT5.Description).Add("generation_config.json", Generation);
        using TextGenerator generator = TextGenerator.Open<DeclaredByT5>(folder.Path);
        TextGenerationResult result = GeneratesWhatItsModelDoes(generator, "aé", generator.DefaultGeneration);
        Assert.Equal([100, 0xC3 + 3, 0xA9 + 3, 1], result.SourceTokens);
    }

    [Fact]
    public void Pegasus_reads_a_text_and_the_end_token_and_searches_as_its_configuration_says()
    {
        byte[] json = File.ReadAllBytes(SharedFolder.Require("tokenizers/pegasus/tokenizer.json"));
        using TokenizerFolder folder = ModelFolder.Create("pegasus", DeclaredPegasus.Description).Add("tokenizer.json", json);
        using TextGenerator generator = TextGenerator.Open<DeclaredPegasus>(folder.Path);
        Assert.Equal((96103, 3, 8), (generator.Source.VocabularySize, generator.DefaultGeneration.BeamSize, generator.DefaultGeneration.MaxLength));
        TextGenerationResult result = GeneratesWhatItsModelDoes(generator, "Two dogs were seen in the park.", generator.DefaultGeneration);
        Assert.Equal(1, result.SourceTokens[^1]);
        Assert.All(result.SourceTokens.SkipLast(1), static token => Assert.True(token > 105));

        // Without the newer file, the pieces are moved; this model has fewer than it was declared with.
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));
        folder.Add("spiece.model", T5Pieces);
        using TextGenerator older = TextGenerator.Open<DeclaredPegasus>(folder.Path);
        Assert.Equal(115, older.Source.VocabularySize);
    }

    [Fact]
    public void M2m100_puts_the_sources_language_before_a_text_and_the_targets_before_its_translation()
    {
        using TokenizerFolder folder = ModelFolder.Create("m2m100", DeclaredM2M100.Description).Add("sentencepiece.bpe.model", FairseqPieces)
            .Add("vocab.json", """{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"b":4,"\u2581a":5}""");
        NeedsLanguages<DeclaredM2M100>(folder.Path, "__af__");
        using TextGenerator generator = TextGenerator.Open<DeclaredM2M100>(folder.Path, new() { SourceLanguage = "de", TargetLanguage = "en" });
        int german = 6 + LanguageCodes.M2M100.IndexOf("de");
        int english = 6 + LanguageCodes.M2M100.IndexOf("en");
        Assert.Equal([german, 5, 4, 2], BeginsWith(generator, "ab", english).SourceTokens);
    }

    [Fact]
    public void Nllb_puts_languages_where_its_files_do()
    {
        using TokenizerFolder folder = ModelFolder.Create("nllb", DeclaredNllb.Description).Add("sentencepiece.bpe.model", FairseqPieces);
        NeedsLanguages<DeclaredNllb>(folder.Path, "ace_Arab");
        var languages = new TextGeneratorOpenOptions { SourceLanguage = "eng_Latn", TargetLanguage = "deu_Latn" };
        int english = 7 + LanguageCodes.Nllb.IndexOf("eng_Latn");
        int german = 7 + LanguageCodes.Nllb.IndexOf("deu_Latn");
        using (TextGenerator generator = TextGenerator.Open<DeclaredNllb>(folder.Path, languages))
        {
            Assert.Equal(210, generator.Source.VocabularySize);
            Assert.Equal([english, 5, 6, 2], BeginsWith(generator, "ab", german).SourceTokens);
        }

        folder.Add("tokenizer_config.json", """{"tokenizer_class":"NllbTokenizer","legacy_behaviour":true}""");
        using (TextGenerator generator = TextGenerator.Open<DeclaredNllb>(folder.Path, languages))
        {
            Assert.Equal([5, 6, 2, english], BeginsWith(generator, "ab", german).SourceTokens);
        }

        // A file of its own decides the numbers.
        folder.Add("tokenizer.json", SmallTokenizers.Nllb).Add("tokenizer_config.json", """{"tokenizer_class":"NllbTokenizer","eos_token":"</s>"}""");
        NeedsLanguages<DeclaredNllb>(folder.Path, "eng_Latn");
        using (TextGenerator generator = TextGenerator.Open<DeclaredNllb>(folder.Path, new() { SourceLanguage = "fra_Latn", TargetLanguage = "deu_Latn" }))
        {
            TextGenerationResult result = generator.Generate("ab", new GenerationOptions { MaxLength = 1 });
            Assert.Equal([32, 12, 2], result.SourceTokens);
            Assert.Equal([31], result.Hypotheses[0].Tokens);
        }
    }

    /// <summary>A folder that was declared as another model.</summary>
    [Fact]
    public void A_folder_of_another_family_is_refused_with_what_to_declare()
    {
        using TokenizerFolder folder = ModelFolder.Create("nllb", DeclaredNllb.Description).Add("spiece.model", T5Pieces).Add("config.json", """{ "model_type": "t5" }""");
        string message = Assert.Throws<Checkpoints.CheckpointException>(() => TextGenerator.Open<DeclaredT5>(folder.Path)).Message;
        Assert.Contains("looks like a Hugging Face M2M100 checkpoint: declare Architecture.M2M100", message, StringComparison.Ordinal);
    }

    private static void NeedsLanguages<TModel>(string folder, string first)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        string message = Assert.Throws<ArgumentException>(() => TextGenerator.Open<TModel>(folder)).Message;
        Assert.Contains($"needs SourceLanguage: {first}", message, StringComparison.Ordinal);
        Assert.Contains("For example: new() { SourceLanguage = ", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => TextGenerator.Open<TModel>(folder, new() { SourceLanguage = first })).Message;
        Assert.Contains("needs TargetLanguage", message, StringComparison.Ordinal);
    }

    private static TextGenerationResult BeginsWith(TextGenerator generator, string text, int language)
    {
        foreach (GenerationOptions options in new[] { new GenerationOptions { MaxLength = 6 }, new GenerationOptions { MaxLength = 6, BeamSize = 3 } })
        {
            TextGenerationResult result = GeneratesWhatItsModelDoes(generator, text, options, language);
            Assert.Equal(language, result.Hypotheses[0].Tokens[0]);
            Assert.DoesNotContain(generator.Target.Piece(language), result.Text, StringComparison.Ordinal);
        }

        return generator.Generate(text, new GenerationOptions { MaxLength = 2 });
    }

    /// <summary>The tokens that the model itself generates for the source's, and their text.</summary>
    private static TextGenerationResult GeneratesWhatItsModelDoes(TextGenerator generator, string text, GenerationOptions options, params int[] forced)
    {
        TextGenerationResult result = generator.Generate(text, options);
        Assert.Equal(generator.Source.Encode(text), result.SourceTokens);
        GenerationResult expected = generator.Model.Generate(result.SourceTokens.AsSpan(), options with { ForcedPrefix = [.. forced] });
        Assert.Equal(expected.Hypotheses[0].Tokens, result.Hypotheses[0].Tokens);
        Assert.Equal(generator.Target.Decode(expected.Hypotheses[0].Tokens.AsSpan()), result.Text);
        Assert.Equal(result.Text, Assert.Single(generator.Generate([text], options)).Text);
        return result;
    }
}

/// <summary>A T5 1.1 of few numbers.</summary>
[EncoderDecoderModel("t5/config.json", MaxSourceLength = 64, MaxTargetLength = 64)]
internal sealed partial class DeclaredT5 : EncoderDecoder;

/// <summary>A T5 1.1 with the vocabulary of a published one.</summary>
[EncoderDecoderModel("t5-published/config.json", MaxSourceLength = 64, MaxTargetLength = 64)]
internal sealed partial class PublishedT5 : EncoderDecoder;

/// <summary>A ByT5, whose encoder is deeper than its decoder.</summary>
[EncoderDecoderModel("byt5/config.json", MaxSourceLength = 64, MaxTargetLength = 64)]
internal sealed partial class DeclaredByT5 : EncoderDecoder;

/// <summary>A PEGASUS with the vocabulary of the published ones.</summary>
[EncoderDecoderModel("pegasus/config.json")]
internal sealed partial class DeclaredPegasus : EncoderDecoder;

/// <summary>An M2M100 of six pieces.</summary>
[EncoderDecoderModel("m2m100/config.json")]
internal sealed partial class DeclaredM2M100 : EncoderDecoder;

/// <summary>An NLLB-200 of six pieces.</summary>
[EncoderDecoderModel("nllb/config.json")]
internal sealed partial class DeclaredNllb : EncoderDecoder;
