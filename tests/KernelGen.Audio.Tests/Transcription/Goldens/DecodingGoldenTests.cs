using System.Collections.Immutable;
using System.Text.Json;

namespace KernelGen.Audio.Tests;

/// <summary>Single windows, decoded as OpenAI's <c>decode</c> does: tokens, texts and scores.</summary>
public class DecodingGoldenTests
{
    [Theory]
    [InlineData("greedy")]
    [InlineData("greedy_without_timestamps")]
    [InlineData("greedy_detected_language")]
    [InlineData("greedy_translate")]
    [InlineData("greedy_later_start")]
    [InlineData("greedy_all_tokens")]
    [InlineData("greedy_short")]
    [InlineData("beam_5")]
    [InlineData("beam_5_without_timestamps")]
    [InlineData("beam_3_patience_2")]
    [InlineData("beam_5_length_penalty")]
    public void Text_and_scores_are_the_golden_ones(string name) => Compare(name, SpeechGoldens.Pieces, usesConfiguration: true);

    [Theory]
    [InlineData("greedy")]
    [InlineData("greedy_prompt")]
    [InlineData("greedy_prompt_and_prefix")]
    [InlineData("beam_5")]
    [InlineData("beam_2_long_audio")]
    public void Text_and_scores_with_the_published_tokenizer_are_the_golden_ones(string name) => Compare(name, SpeechGoldens.Published, usesConfiguration: false);

    private static void Compare(string name, WhisperTokens tokens, bool usesConfiguration)
    {
        JsonElement golden = SpeechGoldens.Case.GetProperty("decode").GetProperty(name);
        JsonElement expected = golden.GetProperty("result");
        TranscriptionOptions options = GoldenOptions.Of(golden.GetProperty("options"), usesConfiguration);
        IWindowModel model = SpeechGoldens.Model;
        var call = new ModelCall(1, CancellationToken.None, Hypotheses: 5);
        float[] frames = name == "beam_2_long_audio" ? SpeechGoldens.BeginningOfLongFrames() : SpeechGoldens.JfkFrames();
        using IEncodedWindow window = model.Encode(frames.AsSpan(0, model.Shape.Frames * model.Shape.Bins), call);
        string language = options.Language ?? new WindowTranscriber(model, tokens).DetectLanguage(window, call).Language;
        ImmutableArray<int> prompt = options.InitialPrompt is null ? [] : [.. tokens.Encode(options.InitialPrompt, "prompt")];
        var decoder = new WindowDecoder(model, tokens, options, language);

        WindowText text = decoder.Decode([new WindowToDecode(window, prompt, 0)], call)[0];

        Assert.Equal(expected.GetProperty("language").GetString(), language);
        Assert.Equal(SpeechGoldens.Numbers(expected.GetProperty("tokens")), text.Tokens);
        Assert.Equal(expected.GetProperty("text").GetString(), text.Text);
        Assert.Equal(expected.GetProperty("avg_logprob").GetDouble(), text.AverageLogProbability, 2e-4);
        Assert.Equal(expected.GetProperty("sum_logprob").GetDouble(), text.AverageLogProbability * (text.Tokens.Length + 1), 5e-3);
        Assert.Equal(1, text.NoSpeechProbability / expected.GetProperty("no_speech_prob").GetDouble(), 2e-3);
        Assert.Equal(expected.GetProperty("compression_ratio").GetDouble(), text.CompressionRatio, 1e-6);
    }
}
