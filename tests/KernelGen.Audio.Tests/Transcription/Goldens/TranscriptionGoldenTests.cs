using System.Collections.Immutable;
using System.Text.Json;

namespace KernelGen.Audio.Tests;

/// <summary>Whole sounds, transcribed as OpenAI's <c>transcribe</c> does: each decoding of each window, segments, words.</summary>
public class TranscriptionGoldenTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("without_previous_text")]
    [InlineData("detected_language")]
    [InlineData("initial_prompt")]
    [InlineData("clips")]
    [InlineData("without_timestamps")]
    [InlineData("silence")]
    [InlineData("fallback_beam_to_greedy")]
    [InlineData("fallback_compression")]
    [InlineData("fallback_not_when_silent")]
    public void Segments_of_a_long_sound_are_the_golden_ones(string name) =>
        Compare(SpeechGoldens.Case.GetProperty("transcribe").GetProperty(name), SpeechGoldens.LongFrames(), SpeechGoldens.Published, usesConfiguration: false);

    [Theory]
    [InlineData("jfk")]
    public void Words_are_the_golden_ones(string name) =>
        Compare(SpeechGoldens.Case.GetProperty("words").GetProperty(name), SpeechGoldens.JfkFrames(), SpeechGoldens.Pieces, usesConfiguration: true);

    [Theory]
    [InlineData("long_without_previous_text")]
    public void Words_of_a_long_sound_are_the_golden_ones(string name) =>
        Compare(SpeechGoldens.Case.GetProperty("words").GetProperty(name), SpeechGoldens.LongFrames(), SpeechGoldens.Published, usesConfiguration: false);

    private static void Compare(JsonElement golden, float[] frames, WhisperTokens tokens, bool usesConfiguration)
    {
        Assert.True(golden.GetProperty("stable_under_noise").GetBoolean());
        TranscriptionOptions options = GoldenOptions.Of(golden.GetProperty("options"), usesConfiguration);
        var model = new RecordingModel(SpeechGoldens.Model);
        var transcriber = new WindowTranscriber(model, tokens, ReadAlignmentHeads());

        TranscriptionRun run = transcriber.Start(SpeechGoldens.Source(frames), options, CancellationToken.None);
        TranscriptSegment[] segments = [.. run.Segments];

        CompareDecodes(golden.GetProperty("decodes"), model.Decodes, tokens);
        Assert.Equal(golden.GetProperty("language").GetString(), run.Language);
        JsonElement[] expected = [.. golden.GetProperty("segments").EnumerateArray()];
        Assert.Equal(expected.Length, segments.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            CompareSegment(expected[i], segments[i]);
            Assert.Equal(i, segments[i].Number);
        }

        Assert.Equal(golden.GetProperty("text").GetString(), new Transcript(run.Language, segments, TimeSpan.Zero).Text);
    }

    private static void CompareDecodes(JsonElement goldens, List<RecordedDecode> decodes, WhisperTokens tokens)
    {
        JsonElement[] expected = [.. goldens.EnumerateArray()];
        for (int i = 0; i < Math.Min(expected.Length, decodes.Count); i++)
        {
            (WindowRequest request, DecodingSearch search, DecodedWindow result) = decodes[i];
            int[] prompt = [.. request.Prompt.Take(request.StartOfTranscript).Skip(1)];
            Assert.Equal(SpeechGoldens.Numbers(expected[i].GetProperty("prompt")).TakeLast(223), prompt);
            Assert.Equal(SpeechGoldens.Numbers(expected[i].GetProperty("tokens")), result.Tokens);
            Assert.Equal(expected[i].GetProperty("temperature").GetDouble(), search.Temperature);
            Assert.Equal(expected[i].GetProperty("beam_size") is { ValueKind: JsonValueKind.Number } beam ? beam.GetInt32() : 1, search.BeamSize);
            Assert.Equal(expected[i].GetProperty("avg_logprob").GetDouble(), result.LogProbability / (result.Tokens.Length + 1), 2e-4);
            Assert.Equal(1, result.NoSpeechProbability / expected[i].GetProperty("no_speech_prob").GetDouble(), 5e-3);
            Assert.Equal(expected[i].GetProperty("compression_ratio").GetDouble(), CompressionRatio.Of(tokens.Decode(result.Tokens.AsSpan()).Trim()), 1e-6);
        }

        Assert.Equal(expected.Length, decodes.Count);
    }

    private static void CompareSegment(JsonElement expected, TranscriptSegment segment)
    {
        Assert.Equal(expected.GetProperty("seek").GetInt32() / 100.0, segment.WindowStart.TotalSeconds, 1e-9);

        // A window of one position has no deviations: OpenAI's code divides by zero, and puts its words before it. Ours stay within.
        double start = Math.Max(expected.GetProperty("start").GetDouble(), segment.WindowStart.TotalSeconds);
        Assert.Equal(start, segment.Start.TotalSeconds, 1e-6);
        Assert.Equal(Math.Max(start, expected.GetProperty("end").GetDouble()), segment.End.TotalSeconds, 1e-6);
        Assert.Equal(SpeechGoldens.Numbers(expected.GetProperty("tokens")), segment.Tokens);
        Assert.Equal(expected.GetProperty("text").GetString(), segment.Text);
        Assert.Equal(expected.GetProperty("temperature").GetDouble(), segment.Temperature);
        Assert.Equal(expected.GetProperty("avg_logprob").GetDouble(), segment.AverageLogProbability, 2e-4);
        Assert.Equal(1, segment.NoSpeechProbability / expected.GetProperty("no_speech_prob").GetDouble(), 5e-3);
        Assert.Equal(expected.GetProperty("compression_ratio").GetDouble(), segment.CompressionRatio, 1e-6);
        JsonElement[] words = expected.TryGetProperty("words", out JsonElement list) ? [.. list.EnumerateArray()] : [];
        Assert.Equal(words.Length, segment.Words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            Assert.Equal(words[i].GetProperty("word").GetString(), segment.Words[i].Text);
            Assert.Equal(words[i].GetProperty("start").GetDouble(), segment.Words[i].Start.TotalSeconds, 1e-6);
            Assert.Equal(words[i].GetProperty("end").GetDouble(), segment.Words[i].End.TotalSeconds, 1e-6);
            Assert.Equal(words[i].GetProperty("probability").GetDouble(), segment.Words[i].Probability, 1e-4);
        }
    }

    private static ImmutableArray<AttentionHead> ReadAlignmentHeads() =>
        SpeechGenerationFile.Read(File.ReadAllBytes(SpeechGoldens.PathOf("generation_config.json")), "generation_config.json", SpeechGoldens.Model.Shape).AlignmentHeads;
}
