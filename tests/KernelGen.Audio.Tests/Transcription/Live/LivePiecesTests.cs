namespace KernelGen.Audio.Tests;

/// <summary>Live sound, with a model that reads samples and gives words no times.</summary>
public class LivePiecesTests
{
    private const int Tokens = 80;

    /// <summary>The sizes of Moonshine tiny, but for its vocabulary.</summary>
    private static readonly PieceShape Shape = new(895, 64 * ToneSpeech.Rate, 194, Tokens, 1, 2);

    [Fact]
    public async Task Words_are_seen_while_they_are_said_and_final_soon_after()
    {
        int[] words = [0, 1, 2, 9, 3, 4, 7];
        ToneSpeech speech = new ToneSpeech().Wait(1.3).Say(words).Wait(2.7).Say(5, 6).Wait(0.35);
        List<LiveTranscript> updates = await HearAsync(new ToneEar(), new LiveSource(speech.Samples, 800));
        AssertConsistent(updates, ToneEar.TextOf([.. words, 5, 6]));

        // At three seconds three words have been said.
        LiveTranscript third = updates.First(static update => update.Duration.TotalSeconds >= 3);
        Assert.StartsWith(ToneEar.TextOf([0, 1, 2]), third.PendingText + third.PartialText, StringComparison.Ordinal);
        Assert.NotEmpty(third.Pending);
        Assert.Contains(updates, static update => update.PartialText.EndsWith(ToneEar.Misheard, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Segments_are_what_is_said_before_a_pause()
    {
        ToneSpeech speech = new ToneSpeech().Wait(1).Say(0, 1, 2).Wait(2.5).Say(5, 6).Wait(0.5);
        List<LiveTranscript> updates = await HearAsync(new ToneEar(), new LiveSource(speech.Samples, 800));
        TranscriptSegment[] segments = [.. updates.SelectMany(static update => update.Segments)];
        Assert.Equal([ToneEar.TextOf([0, 1, 2]), ToneEar.TextOf([5, 6])], segments.Select(static segment => segment.Text));
        Assert.Equal([1, 5], segments.Select(static segment => segment.Start.TotalSeconds), static (one, other) => Math.Abs(one - other) < 0.5);
        Assert.All(segments, static segment => Assert.InRange(segment.End - segment.Start, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2.5)));
        Assert.InRange(updates.Single(update => update.Segments.Contains(segments[0])).Duration.TotalSeconds, 2.5, 5);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public async Task Speech_without_a_pause_is_cut_where_it_is_quietest(int longest)
    {
        int[] words = [.. Enumerable.Range(0, 60).Select(static i => i * 7 % 9)];
        ToneSpeech speech = new ToneSpeech().Say(words);
        var ear = new ToneEar();
        List<LiveTranscript> updates = await HearAsync(ear, new LiveSource(speech.Samples, 800), new LiveTranscriptionOptions { KeepsUp = false, LongestSound = TimeSpan.FromSeconds(longest) });
        AssertConsistent(updates, ToneEar.TextOf(words));
        Assert.InRange(ear.Longest, longest * ToneSpeech.Rate / 2, longest * ToneSpeech.Rate);
        Assert.InRange(ear.Passes, 30, 45);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Updates_do_not_depend_on_chunks(int chunk)
    {
        float[] samples = new ToneSpeech().Wait(0.6).Say(1, 2, 3, 4).Wait(1.4).Say(5).Samples;
        List<LiveTranscript> expected = await HearAsync(new ToneEar(), new LiveSource(samples, 480));
        List<LiveTranscript> updates = await HearAsync(new ToneEar(), new LiveSource(samples, chunk));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(static update => (update.Duration, update.PendingText, update.PartialText)), updates.Select(static update => (update.Duration, update.PendingText, update.PartialText)));
    }

    [Fact]
    public async Task Without_a_detector_all_is_heard()
    {
        int[] words = [.. Enumerable.Range(0, 12)];
        ToneSpeech speech = new ToneSpeech().Wait(2).Say(words[..5]).Wait(3).Say(words[5..9]);
        List<LiveTranscript> updates = await HearAsync(
            new ToneEar(), new LiveSource(speech.Samples, 800), new LiveTranscriptionOptions { KeepsUp = false, LongestSound = TimeSpan.FromSeconds(6) }, new TranscriptionOptions { VoiceActivity = null });
        AssertConsistent(updates, ToneEar.TextOf(words[..9]));
    }

    [Fact]
    public void What_cannot_be_done_is_said_at_once()
    {
        MoonshineTranscriber transcriber = Transcriber(new ToneEar());
        var options = new TranscriptionOptions();
        Assert.StartsWith("Language is set", Assert.Throws<ArgumentException>(() => transcriber.Live(options with { Language = "en" }, new LiveTranscriptionOptions())).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "LongestSound is 28 seconds", Assert.Throws<ArgumentException>(() => transcriber.Live(options, new LiveTranscriptionOptions { LongestSound = TimeSpan.FromSeconds(28) })).Message, StringComparison.Ordinal);
    }

    private static MoonshineTranscriber Transcriber(ToneEar ear) => new(ear, Shape, PieceTokenizer.Create(Tokens));

    private static async Task<List<LiveTranscript>> HearAsync(ToneEar ear, IAsyncEnumerable<ReadOnlyMemory<float>> audio, LiveTranscriptionOptions? live = null, TranscriptionOptions? options = null)
    {
        Func<LiveTranscription> begin = Transcriber(ear).Live(options ?? new TranscriptionOptions(), live ?? new LiveTranscriptionOptions { KeepsUp = false });
        var updates = new List<LiveTranscript>();
        await foreach (LiveTranscript update in begin().RunAsync(audio, TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        return updates;
    }

    /// <summary>All words are final once, in their order, and each is in one segment.</summary>
    private static void AssertConsistent(List<LiveTranscript> updates, string text)
    {
        TranscriptWord[] words = [.. updates.SelectMany(static update => update.Words)];
        Assert.Equal(text, string.Concat(words.Select(static word => word.Text)));
        Assert.Equal(text, string.Concat(updates.SelectMany(static update => update.Segments).Select(static segment => segment.Text)));
        Assert.Empty(updates[^1].Pending);
        Assert.Empty(updates[^1].Partial);
        Assert.Equal(words.OrderBy(static word => word.Start), words);
        Assert.All(words, static word => Assert.True(word.End >= word.Start));
    }
}
