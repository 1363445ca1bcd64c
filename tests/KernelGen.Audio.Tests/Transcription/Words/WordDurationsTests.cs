namespace KernelGen.Audio.Tests;

public class WordDurationsTests
{
    [Fact]
    public void The_median_leaves_out_words_without_length_and_is_no_longer_than_a_word_can_be()
    {
        Assert.Equal(0.3, new WordDurations(Words(("a", 0, 0.2), ("b", 1, 1.4), ("c", 2, 2))).Median, 1e-9);
        Assert.Equal(0.2, new WordDurations(Words(("a", 0, 0.2), ("b", 1, 1.4), ("c", 2, 2.1))).Median, 1e-9);
        Assert.Equal(0.7, new WordDurations(Words(("a", 0, 5))).Median);
        Assert.Equal(0, new WordDurations([]).Median);
    }

    [Fact]
    public void What_is_too_long_at_the_end_of_a_sentence_is_shortened()
    {
        List<PlacedWord> words = Words((" a", 0, 0.2), (" b", 0.2, 0.4), (".", 0.4, 3), (" c", 3, 9), (" d", 9, 9.2));
        var durations = new WordDurations(words);
        durations.ShortenAtSentenceEnds(words);
        Assert.Equal(0.4, durations.Longest, 1e-9);
        Assert.Equal(0.8, words[2].End, 1e-9);
        Assert.Equal(8.6, words[3].Start, 1e-9);
    }

    [Fact]
    public void After_a_pause_the_first_words_are_shortened()
    {
        List<PlacedWord> words = Words((" a", 1, 5), (" b", 5, 9), (" c", 9, 9.2), (" d", 9.2, 9.4), (" e", 9.4, 9.6));
        var durations = new WordDurations(words);
        durations.ShortenAfterPause(words, lastSpeech: 0);
        Assert.Equal((8.2, 8.6, 8.6), (Math.Round(words[0].Start, 3), Math.Round(words[0].End, 3), Math.Round(words[1].Start, 3)));
    }

    [Fact]
    public void Without_a_pause_they_stay()
    {
        List<PlacedWord> words = Words((" a", 1, 1.2), (" b", 1.2, 1.4));
        new WordDurations(words).ShortenAfterPause(words, lastSpeech: 1);
        Assert.Equal((1, 1.2), (words[0].Start, words[0].End));
    }

    [Fact]
    public void A_segment_begins_and_ends_with_its_words()
    {
        SegmentDraft segment = Segment(0.9, 2.1, (" a", 1, 1.2), (" b", 1.4, 2));
        new WordDurations(segment.Words).FitToSegment(segment);
        Assert.Equal((1, 2), (segment.Start, segment.End));
    }

    [Fact]
    public void Words_that_reach_far_beyond_their_segment_are_shortened()
    {
        SegmentDraft segment = Segment(2, 3, (" a", 1, 2.5), (" b", 2.5, 2.6), (" c", 2.6, 4));
        var durations = new WordDurations(segment.Words);
        durations.FitToSegment(segment);
        Assert.Equal(0.7, durations.Median);
        Assert.Equal((1.8, 3.3), (Math.Round(segment.Words[0].Start, 3), Math.Round(segment.Words[2].End, 3)));
        Assert.Equal((2, 3), (segment.Start, segment.End));
    }

    private static SegmentDraft Segment(double start, double end, params (string Text, double Start, double End)[] words) => new()
    {
        WindowFrame = 0,
        Start = start,
        End = end,
        Tokens = [],
        Text = "",
        Window = new WindowText([], "", 0, 0, 0, 0),
        Words = Words(words),
    };

    private static List<PlacedWord> Words(params (string Text, double Start, double End)[] words) =>
        [.. words.Select(static word => new PlacedWord { Text = word.Text, TokenCount = 1, Start = word.Start, End = word.End, Probability = 1 })];
}
