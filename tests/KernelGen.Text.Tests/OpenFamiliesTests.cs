using System.Text.Json;

namespace KernelGen.Text.Tests;

/// <summary>Folders of the other families that run, as downloaded: their weights, their tokenizers, their languages.</summary>
public sealed class OpenFamiliesTests
{
    [Fact]
    public void An_mbart_folder_needs_languages_and_begins_targets_with_the_one_asked_for()
    {
        // 10 pieces, then 52 languages and <mask>, which with fairseq's offset of one are the 64 tokens of the model.
        SentencePieceModelBuilder pieces = SentencePieceModelBuilder.Unigram();
        foreach (string piece in new[] { "\u2581", "a", "b", "c", "d", "e", "f" })
        {
            pieces.Piece(piece, score: -1);
        }

        using TokenizerFolder folder = new TokenizerFolder()
            .Add("config.json", File.ReadAllText(TestFiles.PathOf("mbart50/config.json")))
            .Add("model.safetensors", File.ReadAllBytes(TestFiles.PathOf("mbart50/model.safetensors")))
            .Add("sentencepiece.bpe.model", pieces.ToArray());
        string message = Assert.Throws<ArgumentException>(() => TextGenerator.Open<SmallMBart>(folder.Path)).Message;
        Assert.Contains("SourceLanguage", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => TextGenerator.Open<SmallMBart>(folder.Path, new() { SourceLanguage = "en_XX", TargetLanguage = "de_XX" })).Message;
        Assert.Contains("de_DE", message, StringComparison.Ordinal);

        var tokenizer = PretrainedTokenizer.Load(folder.Path, new() { SourceLanguage = "en_XX", TargetLanguage = "de_DE" });
        int german = Assert.Single(tokenizer.ForcedPrefix);
        using TextGenerator generator = TextGenerator.Open<SmallMBart>(folder.Path, new() { SourceLanguage = "en_XX", TargetLanguage = "de_DE" });
        Assert.Equal(64, generator.Source.VocabularySize);

        // config.json forces another language, 62; the one asked for wins, in calls with options of their own, too.
        Assert.NotEqual(62, german);
        foreach (GenerationOptions? options in new[] { null, new GenerationOptions(), new GenerationOptions { BeamSize = 3 } })
        {
            TextGenerationResult result = generator.Generate("abc def", options);
            Assert.Equal(german, result.Hypotheses[0].Tokens[0]);
            Assert.Equal(generator.Target.Decode(result.Hypotheses[0].Tokens.AsSpan()), result.Text);
            Assert.DoesNotContain("de_DE", result.Text, StringComparison.Ordinal);
        }

        Assert.Equal(german, generator.Generate("abc").Hypotheses[0].Tokens[0]);

        // The same model between other languages has the results of one that is opened for them.
        using TextGenerator any = TextGenerator.Open<SmallMBart>(folder.Path, new() { AnyLanguage = true });
        Assert.Equal(52, any.Languages.Length);
        TextGenerator between = any.WithLanguages("fr_XX", "en_XX").WithLanguages("en_XX", "de_DE");
        Assert.Same(any.Model, between.Model);
        between.Dispose();
        Assert.Equal(generator.Generate("abc def").Hypotheses[0].Tokens, between.Generate("abc def").Hypotheses[0].Tokens);
        Assert.Equal(generator.DefaultGeneration.ForcedPrefix, between.DefaultGeneration.ForcedPrefix);
        Assert.Throws<ArgumentException>(() => any.WithLanguages("en_XX", "xx"));
        int[] english = [.. generator.Generate("abc").SourceTokens];
        Assert.Equal(generator.Model.EndToken, english[^1]);
        Assert.Equal("en_XX", generator.Source.Piece(english[0]));

        // The target's language counts with its probability, as it does where it is generated.
        Assert.Equal(generator.Model.Score(english, [german, generator.Model.EndToken]).LogProbability, generator.Score("abc", "").LogProbability);
        Assert.Equal([german, generator.Model.EndToken], generator.EncodeTarget(""));
        Assert.Equal(generator.Score("abc", "de f").TokenLogProbabilities.Length, generator.EncodeTarget("de f").Length);
    }

    [Fact]
    public void A_bart_folder_has_a_byte_level_vocabulary()
    {
        string[] pieces = ["<s>", "<pad>", "</s>", "<unk>", "\u0120", .. "abcdefghijklmnopqrstuvwxyz".Select(static letter => letter.ToString()), "th", "the", "\u0120the", "\u0120a", "in", "ing", ".", ",", "er", "an", "and", "re", "on", "<mask>"];
        Assert.Equal(45, pieces.Length);
        using TokenizerFolder folder = new TokenizerFolder()
            .Add("vocab.json", JsonSerializer.Serialize(pieces.Select(static (piece, token) => (piece, token)).ToDictionary(static entry => entry.piece, static entry => entry.token)))
            .Add("merges.txt", "#version: 0.2\nt h\nth e\n\u0120 the\n\u0120 a\ni n\nin g\ne r\na n\nan d\nr e\no n\n")
            .Add("config.json", """{ "model_type": "bart" }""")
            .Add("generation_config.json", """{ "num_beams": 2, "max_length": 10, "no_repeat_ngram_size": 2, "forced_eos_token_id": 2, "transformers_version": "4.50.0", "penalty_alpha": 0.6 }""")
            .Add("model.safetensors", File.ReadAllBytes(TestFiles.PathOf("bart.safetensors")));
        using TextGenerator generator = TextGenerator.Open<LetterBart>(folder.Path);
        Assert.Equal((2, SearchDefinition.HuggingFace), (generator.DefaultGeneration.BeamSize, generator.DefaultGeneration.Definition));
        Assert.Equal("penalty_alpha", Assert.Single(generator.UnsupportedGenerationKeys).Key);
        TextGenerationResult result = generator.Generate("the thing, and a fox.");
        Assert.Equal([0, 32, .. Tokens("\u0120"), .. Tokens("th"), .. Tokens("ing"), .. Tokens(","), .. Tokens("\u0120a"), .. Tokens("n"), .. Tokens("d"), .. Tokens("\u0120a"), .. Tokens("\u0120"), .. Tokens("f", "o", "x", "."), 2], result.SourceTokens);
        Assert.Equal(generator.Target.Decode(result.Hypotheses[0].Tokens.AsSpan()), result.Text);
        Assert.InRange(result.Hypotheses[0].Tokens.Length, 0, 9);
        Assert.Equal(result.Text, generator.Generate(["the thing, and a fox."])[0].Text);

        // The folder asks for beams; a stream cannot, and searches greedily.
        Assert.Equal(generator.Generate("the", generator.DefaultGeneration with { BeamSize = 1 }).Text, string.Concat(generator.Stream("the")));

        int[] Tokens(params string[] of) => [.. of.Select(piece => Array.IndexOf(pieces, piece))];
    }
}

/// <summary>The mBART-50 model of the goldens.</summary>
[EncoderDecoderModel("mbart50/config.json")]
internal sealed partial class SmallMBart : EncoderDecoder;

/// <summary>The BART model of the goldens.</summary>
[EncoderDecoderModel(Architecture.Bart, ModelDimension = 48, Heads = 3, FeedForwardDimension = 80, EncoderLayers = 2, DecoderLayers = 2,
    VocabularySize = 45, MaxSourceLength = 64, MaxTargetLength = 64)]
internal sealed partial class LetterBart : EncoderDecoder;
