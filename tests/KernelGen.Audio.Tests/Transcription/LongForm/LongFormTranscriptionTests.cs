using System.Collections.Immutable;

namespace KernelGen.Audio.Tests;

/// <summary>The way through a sound, with a model that says what it is told to.</summary>
public class LongFormTranscriptionTests
{
    private const int A = 64 + 256;
    private static readonly WhisperTokens Tokens = SpeechGoldens.Pieces;
    private static readonly int First = Tokens.FirstTimestamp;

    [Fact]
    public void The_next_window_begins_at_the_last_pair_of_timestamps()
    {
        var sound = new ScriptedSound(3400);
        TranscriptSegment[] segments = Transcribe(sound, [At(0), A, At(4), At(4), A], [At(0), A, At(10)]);
        Assert.Equal([0, 400], sound.Asked.Select(static range => range.Start));
        Assert.Equal([(0, 4), (4, 14)], segments.Select(static segment => (segment.Start.TotalSeconds, segment.End.TotalSeconds)));
        Assert.Equal([0, 4.0], segments.Select(static segment => segment.WindowStart.TotalSeconds));
    }

    [Fact]
    public void With_one_timestamp_at_the_end_all_of_the_window_is_done()
    {
        var sound = new ScriptedSound(5000);
        TranscriptSegment[] segments = Transcribe(sound, [At(1), A, At(4), At(5), A, At(8)], [At(0), A]);
        Assert.Equal([0, 3000], sound.Asked.Select(static range => range.Start));
        Assert.Equal([(1, 4), (5, 8), (30, 50)], segments.Select(static segment => (segment.Start.TotalSeconds, segment.End.TotalSeconds)));
    }

    [Fact]
    public void Without_pairs_a_window_is_one_segment()
    {
        TranscriptSegment[] segments = Transcribe(new ScriptedSound(1234), [At(0), A, A]);
        Assert.Equal((0, 12.34), (segments[0].Start.TotalSeconds, segments[0].End.TotalSeconds));
        Assert.Equal([At(0), A, A], segments[0].Tokens);
    }

    [Fact]
    public void Timestamps_that_no_rule_holds_make_no_times_before_the_window_and_none_that_go_backwards()
    {
        TranscriptSegment[] segments = Transcribe(new ScriptedSound(3000), Options() with { Timestamps = false }, [A, At(20), At(30), A, At(5), At(30)]);
        Assert.Equal([(0, 20), (30, 30)], segments[..2].Select(static segment => (segment.Start.TotalSeconds, segment.End.TotalSeconds)));
    }

    [Fact]
    public void No_more_than_a_window_is_ever_read()
    {
        var sound = new ScriptedSound(100_000);
        Transcribe(sound, Enumerable.Repeat<int[]>([At(0), A, At(29), At(29), A], 50).ToArray());
        Assert.All(sound.Asked, static range => Assert.InRange(range.End - range.Start, 1, 3000));
        Assert.Equal(sound.Asked.Select(static range => range.Start).Order(), sound.Asked.Select(static range => range.Start));
        Assert.Equal(100_000, sound.Asked[^1].End);
    }

    [Fact]
    public void Segments_come_as_soon_as_their_window_is_done()
    {
        var model = new ScriptedModel(static (_, _) => Decoded([At(0), A, At(10), At(10), A]));
        TranscriptionRun run = Start(model, new ScriptedSound(10_000), Options());
        Assert.Empty(model.Decodes);
        using IEnumerator<TranscriptSegment> segments = run.Segments.GetEnumerator();
        Assert.True(segments.MoveNext());
        Assert.Single(model.Decodes);
        Assert.True(segments.MoveNext());
        Assert.Equal(2, model.Decodes.Count);
    }

    [Fact]
    public void A_cancelled_transcription_ends()
    {
        using var cancellation = new CancellationTokenSource();
        var model = new ScriptedModel((_, _) => Decoded([At(0), A, At(10), At(10), A]));
        TranscriptionRun run = new WindowTranscriber(model, Tokens).Start(new ScriptedSound(10_000), Options(), cancellation.Token);
        using IEnumerator<TranscriptSegment> segments = run.Segments.GetEnumerator();
        Assert.True(segments.MoveNext());
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => segments.MoveNext());
    }

    [Fact]
    public void A_window_that_gets_nowhere_is_not_heard_again()
    {
        // No rules hold here: a model may write the same timestamp twice at its beginning.
        var sound = new ScriptedSound(7000);
        Transcribe(sound, Enumerable.Repeat<int[]>([At(0), At(0), A], 10).ToArray());
        Assert.Equal([0, 3000, 6000], sound.Asked.Select(static range => range.Start));
    }

    [Fact]
    public void An_empty_sound_has_no_segments_and_asks_nothing()
    {
        var sound = new ScriptedSound(0);
        Assert.Empty(Transcribe(sound));
        Assert.Empty(sound.Asked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(224)]
    [InlineData(448)]
    public void Any_number_of_tokens_will_do(int count)
    {
        foreach (bool words in (bool[])[false, true])
        {
            TranscriptSegment segment = Transcribe(new ScriptedSound(2999), Options() with { WordTimestamps = words }, Enumerable.Repeat(A, count).ToArray())[0];
            Assert.Equal(count, segment.Tokens.Length);
            Assert.Equal(words ? count == 0 ? 0 : 1 : 0, segment.Words.Length);
        }
    }

    [Fact]
    public void Timestamps_alone_are_segments_without_text()
    {
        TranscriptSegment[] segments = Transcribe(new ScriptedSound(3000), [At(0), At(2), At(2), At(4)]);
        Assert.All(segments, static segment => Assert.Equal("", segment.Text));
        Assert.All(segments, static segment => Assert.Empty(segment.Tokens));
        Assert.Empty(new Transcript("en", segments, TimeSpan.Zero).Segments);
    }

    [Fact]
    public void Scores_that_are_no_numbers_end_in_a_transcript()
    {
        var model = new ScriptedModel(static (_, _) => new DecodedWindow([At(0), A, At(2)], double.NaN, double.NaN));
        TranscriptSegment segment = Assert.Single(Start(model, new ScriptedSound(3000), Options()).Segments);
        Assert.Single(model.Decodes);
        Assert.True(double.IsNaN(segment.AverageLogProbability));
    }

    [Fact]
    public void A_silent_window_is_skipped()
    {
        int window = 0;
        var model = new ScriptedModel((_, _) => new DecodedWindow([At(0), A, At(2)], window++ == 0 ? -100 : -1, 0.9));
        TranscriptSegment segment = Assert.Single(Start(model, new ScriptedSound(6000), Options()).Segments);
        Assert.Equal(30, segment.WindowStart.TotalSeconds);

        // Silence is not tried again at another temperature.
        Assert.Equal(2, model.Decodes.Count);
    }

    [Fact]
    public void What_is_unsure_or_repeats_itself_is_tried_at_the_next_temperature()
    {
        var model = new ScriptedModel(static (_, search) => search.Temperature switch
        {
            0 => new DecodedWindow([At(0), A, At(2)], -100, 0),
            0.2 => new DecodedWindow([At(0), .. Enumerable.Repeat(A, 200), At(2)], 0, 0),
            _ => new DecodedWindow([At(0), A, At(2)], 0, 0),
        });
        TranscriptSegment segment = Assert.Single(Start(model, new ScriptedSound(3000), Options() with { BeamSize = 4, BestOf = 3 }).Segments);
        Assert.Equal(0.4, segment.Temperature);
        Assert.Equal([(0, 4, 1), (0.2, 1, 3), (0.4, 1, 3)], model.Decodes.Select(static decode => (decode.Search.Temperature, decode.Search.BeamSize, decode.Search.SampleCount)));
    }

    [Fact]
    public void Windows_that_are_decoded_together_are_tried_again_each_by_itself()
    {
        var model = new ScriptedModel(static (request, search) =>
            new DecodedWindow([At(0), A, At(2)], ((ScriptedWindow)request.Window).FirstFrame == 1 && search.Temperature == 0 ? -100 : 0, 0));
        var decoder = new WindowDecoder(model, Tokens, Options() with { Seed = 5 }, "en");
        WindowText[] texts = decoder.Decode([.. Enumerable.Range(0, 3).Select(static i => new WindowToDecode(new ScriptedWindow(i, 1), [], i))], new ModelCall(1, CancellationToken.None));
        Assert.Equal([0, 0.2, 0], texts.Select(static text => text.Temperature));
        Assert.Equal([0, 1, 2, 1], model.Decodes.Select(static decode => ((ScriptedWindow)decode.Request.Window).FirstFrame));
        Assert.Equal(3, model.Decodes.Select(static decode => decode.Request.RandomKey).Distinct().Count());
    }

    [Fact]
    public void Earlier_text_stands_before_the_next_window_where_that_is_asked_for()
    {
        int[][] script = [[At(0), A, At(4), At(4), A], [At(0), A + 1, At(4), At(4), A], [At(0), A + 2]];
        Assert.Equal([[], [], []], Prompts(Options(), script));
        Assert.Equal(
            [[], [At(0), A, At(4)], [At(0), A, At(4), At(0), A + 1, At(4)]],
            Prompts(Options() with { ConditionOnPreviousText = true }, script));
    }

    [Fact]
    public void Text_of_a_high_temperature_does_not_stand_before_the_next_window() =>
        Assert.Equal([[], []], Prompts(Options() with { ConditionOnPreviousText = true, Temperatures = [0.6] }, [At(0), A, At(15), At(15), A], [At(0), A]));

    [Fact]
    public void The_initial_prompt_stands_before_the_first_window_or_before_all()
    {
        int[][] script = [[At(0), A, At(15), At(15), A], [At(0), A]];
        int[] prompt = Tokens.Encode("hi", "prompt");
        Assert.Equal([prompt, []], Prompts(Options() with { InitialPrompt = "hi " }, script));
        Assert.Equal([prompt, prompt], Prompts(Options() with { InitialPrompt = "hi ", CarryInitialPrompt = true }, script));
        Assert.Equal([[], []], Prompts(Options() with { InitialPrompt = " " }, script));
    }

    [Fact]
    public void A_prompt_of_any_length_leaves_room_for_text()
    {
        string text = string.Concat(Enumerable.Repeat("long ", 200));
        var model = new ScriptedModel(static (_, _) => Decoded([At(0), A]));
        Start(model, new ScriptedSound(3000), Options() with { InitialPrompt = text, CarryInitialPrompt = true, Prefix = text }).Segments.ToArray();
        WindowRequest request = model.Decodes[0].Request;
        Assert.Equal(224, request.StartOfTranscript);
        Assert.Equal(448, request.Prompt.Length);
        Assert.Equal(1, request.MaximumTokens);

        model = new ScriptedModel(static (_, _) => Decoded([At(0), A]));
        Start(model, new ScriptedSound(3000), Options() with { Prefix = text, MaximumTokensPerWindow = 200 }).Segments.ToArray();
        Assert.Equal(3 + 24, model.Decodes[0].Request.Prompt.Length);
        Assert.Equal(200, model.Decodes[0].Request.MaximumTokens);
    }

    [Fact]
    public void Clips_are_heard_and_nothing_else()
    {
        var sound = new ScriptedSound(6000);
        TranscriptionOptions options = Options() with { Clips = [new(Seconds(1), Seconds(2)), new(Seconds(40), Seconds(50)), new(Seconds(58))] };
        Transcribe(sound, options, [At(0), A], [At(0), A], [At(0), A]);
        Assert.Equal([new(100, 200), new(4000, 5000), new(5800, 6000)], sound.Asked);

        sound = new ScriptedSound(1000);
        Transcribe(sound, Options() with { Clips = [new(Seconds(5), Seconds(500)), new(Seconds(600))] }, [At(0), A]);
        Assert.Equal([new(500, 1000)], sound.Asked);
    }

    [Fact]
    public void The_language_is_that_which_is_asked_for_or_else_heard()
    {
        var sound = new ScriptedSound(500);
        TranscriptionRun run = Start(new ScriptedModel(static (_, _) => Decoded([At(0), A])), sound, Options() with { Language = null });
        Assert.Equal("de", run.Language);
        Assert.Equal("de", run.Guess!.Language);

        // Told from a whole window, silence included.
        Assert.Equal([new(0, 3000)], sound.Asked);
        Assert.Equal("fr", Start(new ScriptedModel(static (_, _) => Decoded([])), sound, Options() with { Language = "French" }).Language);
    }

    [Fact]
    public void A_model_for_english_alone_hears_english()
    {
        var tokens = new WhisperTokens(GoldenTokenizer.Create(textTokens: 50256));
        var model = new ScriptedModel((_, _) => Decoded([tokens.FirstTimestamp, A]));
        var transcriber = new WindowTranscriber(model, tokens);
        TranscriptionRun run = transcriber.Start(new ScriptedSound(500), new TranscriptionOptions(), CancellationToken.None);
        Assert.Single(run.Segments);
        Assert.Equal("en", run.Language);
        Assert.Equal([tokens.StartOfTranscript], model.Decodes[0].Request.Prompt);
        Assert.Throws<InvalidOperationException>(() => transcriber.DetectLanguage(new ScriptedSound(500), firstFrame: 0, new ModelCall(1, CancellationToken.None)));
    }

    [Fact]
    public void Words_say_where_the_next_window_begins()
    {
        var sound = new ScriptedSound(3000);

        // Two words of one token each: half a second each, from the beginning on.
        TranscriptSegment[] segments = Transcribe(sound, Options() with { WordTimestamps = true }, [At(0), 220, A, At(20), At(20), A], [At(0), A, At(1)]);
        Assert.Equal(0, sound.Asked[0].Start);
        Assert.Equal((int)Math.Round(segments[0].Words[^1].End.TotalSeconds * 100), sound.Asked[1].Start);
        Assert.InRange(sound.Asked[1].Start, 50, 150);
    }

    [Fact]
    public void Improbable_words_after_a_silence_are_skipped()
    {
        // The only words begin some seconds into the window and are improbable: the window is heard again from the end of the silence.
        var model = new ScriptedModel(static (_, _) => Decoded([At(0), A, At(20)])) { Probability = 0.01f, Attention = static request => LateAttention(request) };
        var sound = new ScriptedSound(6000);
        TranscriptionOptions options = Options() with { WordTimestamps = true, HallucinationSilenceThreshold = Seconds(2) };
        TranscriptSegment[] segments = [.. Start(model, sound, options).Segments];
        Assert.All(segments, static segment => Assert.InRange(segment.WindowStart.TotalSeconds, 50, 60));
        Assert.InRange(sound.Asked[1].Start, 201, 2999);
    }

    private static float[] LateAttention(AlignmentRequest request)
    {
        float[] attention = new float[request.Heads.Length * request.Tokens.Length * 1500];
        for (int row = 0; row < attention.Length / 1500; row++)
        {
            int token = row % request.Tokens.Length;
            attention.AsSpan((row * 1500) + (token <= request.FirstText - 2 ? 0 : 500 + (10 * token)), 10).Fill(0.1f);
        }

        return attention;
    }

    private static int At(double seconds) => First + (int)Math.Round(seconds * 50);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TranscriptionOptions Options() => new() { Language = "en" };

    private static DecodedWindow Decoded(ImmutableArray<int> tokens) => new(tokens, 0, 0);

    private static TranscriptionRun Start(ScriptedModel model, ScriptedSound sound, TranscriptionOptions options) =>
        new WindowTranscriber(model, Tokens).Start(sound, options, CancellationToken.None);

    private static TranscriptSegment[] Transcribe(ScriptedSound sound, params int[][] script) => Transcribe(sound, Options() with { CompressionRatioThreshold = null }, script);

    private static TranscriptSegment[] Transcribe(ScriptedSound sound, TranscriptionOptions options, params int[][] script) =>
        [.. Start(Script(script), sound, options with { CompressionRatioThreshold = null }).Segments];

    private static int[][] Prompts(TranscriptionOptions options, params int[][] script)
    {
        ScriptedModel model = Script(script);
        Start(model, new ScriptedSound(3000), options).Segments.ToArray();
        return [.. model.Decodes.Select(static decode => decode.Request.Prompt.Take(decode.Request.StartOfTranscript).Skip(1).ToArray())];
    }

    private static ScriptedModel Script(int[][] script)
    {
        int window = 0;
        return new ScriptedModel((_, _) => Decoded(window < script.Length ? [.. script[window++]] : []));
    }
}
