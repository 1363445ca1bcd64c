namespace KernelGen.Audio.Tests;

public class HallucinationsTests
{
    private static readonly Hallucinations Rules = new(threshold: 2, "\"',.!?");

    [Fact]
    public void Improbable_short_and_long_words_look_as_if_nobody_had_said_them()
    {
        Assert.False(Rules.IsAnomaly(Segment(0, (" a", 0, 0.3, 0.9), (" b", 0.3, 0.6, 0.9))));
        Assert.True(Rules.IsAnomaly(Segment(0, (" a", 0, 0.3, 0.1))));
        Assert.True(Rules.IsAnomaly(Segment(0, (" a", 0, 0.01, 0.9))));
        Assert.True(Rules.IsAnomaly(Segment(0, (" a", 0, 6, 0.9), (" b", 6, 6.3, 0.9), (" c", 6.3, 6.6, 0.9))));
        Assert.False(Rules.IsAnomaly(Segment(0)));
    }

    [Fact]
    public void Punctuation_and_all_after_the_first_eight_words_are_not_looked_at()
    {
        var words = Enumerable.Range(0, 8).Select(static i => (" a", i * 0.3, (i * 0.3) + 0.3, 0.9)).Append((" b", 2.4, 9.9, 0.0)).ToArray();
        Assert.False(Rules.IsAnomaly(Segment(0, words)));
        Assert.True(Rules.IsAnomaly(Segment(0, (".", 0, 0.3, 0.9))));
    }

    [Fact]
    public void What_is_improbable_between_silences_is_removed_with_all_after_it()
    {
        List<SegmentDraft> segments = [Segment(10, (" a", 10, 10.3, 0.9), (" b", 10.3, 10.6, 0.9)), Segment(15, (" c", 15, 15.3, 0.01)), Segment(20, (" d", 20, 20.3, 0.9))];
        Assert.Equal(1500, Rules.RemoveSurrounded(segments, new WindowRange(1000, 3000, 3000), lastSpeech: 9, frameCount: 10_000));
        Assert.Single(segments);
    }

    [Fact]
    public void Near_the_end_of_the_sound_nothing_is_heard_again()
    {
        List<SegmentDraft> segments = [Segment(15, (" c", 15, 15.3, 0.01)), Segment(15.5, (" d", 15.5, 15.8, 0.01))];
        Assert.Equal(1600, Rules.RemoveSurrounded(segments, new WindowRange(1000, 600, 3000), lastSpeech: 9, frameCount: 1600));
        Assert.Empty(segments);
    }

    [Fact]
    public void Probable_words_stay()
    {
        List<SegmentDraft> segments = [Segment(15, (" c", 15, 15.3, 0.9), (" d", 15.3, 15.6, 0.9))];
        Assert.Null(Rules.RemoveSurrounded(segments, new WindowRange(1000, 3000, 3000), lastSpeech: 9, frameCount: 10_000));
        Assert.Single(segments);
        Assert.Null(Rules.SilenceBeforeFirst(segments, windowStart: 10));
        Assert.Null(Rules.SilenceBeforeFirst([], windowStart: 10));
    }

    [Fact]
    public void The_silence_before_improbable_words_is_skipped() => Assert.Equal(500, Rules.SilenceBeforeFirst([Segment(15, (" c", 15, 15.3, 0.01))], windowStart: 10));

    private static SegmentDraft Segment(double start, params (string Text, double Start, double End, double Probability)[] words) => new()
    {
        WindowFrame = 0,
        Start = start,
        End = words.Length > 0 ? words[^1].End : start,
        Tokens = [],
        Text = "",
        Window = new WindowText([], "", 0, 0, 0, 0),
        Words = [.. words.Select(static word => new PlacedWord { Text = word.Text, TokenCount = 1, Start = word.Start, End = word.End, Probability = word.Probability })],
    };
}
