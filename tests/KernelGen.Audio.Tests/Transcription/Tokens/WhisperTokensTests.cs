using KernelGen.Text;

namespace KernelGen.Audio.Tests;

public class WhisperTokensTests
{
    [Fact]
    public void Tokens_of_a_multilingual_model_are_found_by_name()
    {
        WhisperTokens tokens = SpeechGoldens.Pieces;
        Assert.True(tokens.IsMultilingual);
        Assert.Equal(50257, tokens.End);
        Assert.Equal(50258, tokens.StartOfTranscript);
        Assert.Equal(50358, tokens.Translate);
        Assert.Equal(50359, tokens.Transcribe);
        Assert.Equal(50360, tokens.StartOfLanguageModel);
        Assert.Equal(50361, tokens.StartOfPrevious);
        Assert.Equal(50362, tokens.NoSpeech);
        Assert.Equal(50363, tokens.NoTimestamps);
        Assert.Equal(50364, tokens.FirstTimestamp);
        Assert.Equal(99, tokens.Languages.Length);
        Assert.Equal(50259, tokens.TokenOf("en"));
        Assert.Null(tokens.TokenOf("yue"));
        Assert.Equal([220, 50257], tokens.BlankTokens);
        Assert.Equal([50258, 50261, 50358], tokens.StartSequence("de", TranscriptionTask.Translate));
    }

    [Fact]
    public void A_model_of_a_hundred_languages_has_cantonese_and_all_after_it_one_higher()
    {
        var tokens = new WhisperTokens(GoldenTokenizer.Create(languages: 100));
        Assert.Equal(50358, tokens.TokenOf("yue"));
        Assert.Equal(50360, tokens.Transcribe);
        Assert.Equal(50365, tokens.FirstTimestamp);
    }

    [Fact]
    public void A_model_for_english_alone_is_told_no_language_and_no_task()
    {
        var tokens = new WhisperTokens(GoldenTokenizer.Create(textTokens: 50256));
        Assert.False(tokens.IsMultilingual);
        Assert.Equal(50256, tokens.End);
        Assert.Equal([50257], tokens.StartSequence("en", TranscriptionTask.Transcribe));
        Assert.True(new WhisperTokens(GoldenTokenizer.Create(textTokens: 50256), isMultilingual: true).IsMultilingual);
    }

    [Fact]
    public void Older_names_and_files_without_timestamps_will_do()
    {
        var tokens = new WhisperTokens(GoldenTokenizer.Create(noSpeech: "<|nocaptions|>", hasTimestamps: false));
        Assert.Equal(50362, tokens.NoSpeech);
        Assert.Equal(50364, tokens.FirstTimestamp);
        Assert.Equal("!", tokens.Decode([50364, 0, 51864]));
        Assert.Equal("!", tokens.DecodeWithTimestamps([50364, 0, 51864]));
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused_with_what_it_lacks()
    {
        using var file = new MemoryStream("""{"added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel"},"post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}"""u8.ToArray());
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(file);
        Assert.Contains("<|endoftext|>", Assert.Throws<InvalidDataException>(() => new WhisperTokens(tokenizer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_leaves_out_timestamps_and_writes_other_special_tokens_as_they_are_called()
    {
        WhisperTokens tokens = SpeechGoldens.Pieces;
        Assert.Equal("!<|nospeech|>\"", tokens.Decode([50364, 0, 50362, 1, 50400]));
        Assert.Equal("<|0.00|>!<|nospeech|>\"<|0.72|>", tokens.DecodeWithTimestamps([50364, 0, 50362, 1, 50400]));
        Assert.Equal("", tokens.Decode([]));
    }

    [Fact]
    public void A_prompt_with_a_special_token_is_refused()
    {
        ArgumentException problem = Assert.Throws<ArgumentException>(() => SpeechGoldens.Pieces.Encode("say <|translate|> it", "InitialPrompt"));
        Assert.Contains("<|translate|>", problem.Message, StringComparison.Ordinal);
        Assert.Equal("InitialPrompt", problem.ParamName);
    }

    [Fact]
    public void What_nobody_says_are_the_tokens_that_the_published_configuration_suppresses()
    {
        WhisperTokens tokens = SpeechGoldens.Published;
        Assert.Equal(SpeechGoldens.Suppressed.Order(), tokens.NonSpeech.Concat(tokens.Special).Order());
    }

    [Fact]
    public void Languages_are_found_by_code_and_by_name()
    {
        Assert.Equal(100, SpeechLanguages.All.Length);
        Assert.Equal(100, SpeechLanguages.All.Select(static language => language.Code).Distinct().Count());
        Assert.Equal("de", SpeechLanguages.Find("German")?.Code);
        Assert.Equal("Haitian Creole", SpeechLanguages.Find("HT")?.EnglishName);
        Assert.Equal("nl", SpeechLanguages.Find("flemish")?.Code);
        Assert.Equal("Cantonese", SpeechLanguages.Find("yue")?.EnglishName);
        Assert.Null(SpeechLanguages.Find("klingon"));
        Assert.Null(SpeechLanguages.Find(""));
    }
}
