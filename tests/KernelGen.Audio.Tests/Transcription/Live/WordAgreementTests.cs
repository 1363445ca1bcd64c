using CsCheck;

namespace KernelGen.Audio.Tests;

public class WordAgreementTests
{
    [Fact]
    public void Words_are_final_once_two_passes_agree()
    {
        var agreement = new WordAgreement(Seconds(30));
        Assert.Empty(Texts(agreement.Add(Words("the quick"), Seconds(2)).Final));
        Assert.Equal(["the", "quick"], Texts(agreement.Add(Words("the quick bran"), Seconds(3)).Final));
        LiveWords pass = agreement.Add(Words("the quick brown fox"), Seconds(4));
        Assert.Empty(pass.Final);
        Assert.Equal(["brown", "fox"], Texts(pass.Tentative));
        Assert.Equal(["brown", "fox"], Texts(agreement.Add(Words("the quick brown fox"), Seconds(5)).Final));
    }

    [Fact]
    public void Commas_and_capitals_do_not_matter()
    {
        var agreement = new WordAgreement(Seconds(30));
        agreement.Add(Words("Well, then"), Seconds(2));
        Assert.Equal(["well", "then."], Texts(agreement.Add(Words("well then."), Seconds(3)).Final));
    }

    [Fact]
    public void A_final_word_that_is_heard_once_more_is_not_final_twice()
    {
        var agreement = new WordAgreement(Seconds(30));
        agreement.Add(Words("one two three"), Seconds(3));
        agreement.Add(Words("one two three"), Seconds(4));

        // The next pass hears the end of "three" again, a little later.
        TranscriptWord[] again = [Word("three", 2.95, 3.1), Word("four", 3.1, 4)];
        agreement.Add(again, Seconds(5));
        Assert.Equal(["four"], Texts(agreement.Add(again, Seconds(6)).Final));
    }

    [Fact]
    public void A_word_that_is_said_twice_stays()
    {
        var agreement = new WordAgreement(Seconds(30));
        agreement.Add(Words("no"), Seconds(1));
        Assert.Equal(["no"], Texts(agreement.Add(Words("no"), Seconds(1.5)).Final));
        agreement.Add(Words("no no stop"), Seconds(3));
        Assert.Equal(["no", "stop"], Texts(agreement.Add(Words("no no stop"), Seconds(4)).Final));
    }

    [Fact]
    public void A_word_at_the_end_of_the_sound_may_be_cut_and_is_not_final()
    {
        var agreement = new WordAgreement(Seconds(30));
        agreement.Add([Word("dog", 0, 0.3)], Seconds(0.3));
        Assert.Empty(agreement.Add([Word("dog", 0, 0.5)], Seconds(0.5)).Final);
        agreement.Add([Word("dogma", 0, 0.7)], Seconds(0.9));
        Assert.Equal(["dogma"], Texts(agreement.Add([Word("dogma", 0, 0.7)], Seconds(1.2)).Final));
    }

    [Fact]
    public void A_sound_is_cut_in_the_middle_between_words()
    {
        var agreement = new WordAgreement(Seconds(6));
        TranscriptWord[] words = [Word("a.", 0, 3), Word("b", 4, 5)];
        agreement.Add(words, Seconds(5));
        agreement.Add(words, Seconds(6));
        Assert.Equal(Seconds(3.5), agreement.Add([.. words, Word("c", 6, 7)], Seconds(7)).KeepFrom);
    }

    [Fact]
    public void A_sound_may_begin_late()
    {
        var agreement = new WordAgreement(Seconds(5), Seconds(100));
        TranscriptWord[] words = [Word("late", 100.2, 101)];
        Assert.Equal(Seconds(100), agreement.Add(words, Seconds(101)).KeepFrom);
        Assert.Equal(["late"], Texts(agreement.Add(words, Seconds(102)).Final));
        Assert.Equal(Seconds(100), agreement.Add(words, Seconds(105)).KeepFrom);
    }

    [Fact]
    public void What_is_left_at_the_end_is_final_as_it_stands()
    {
        var agreement = new WordAgreement(Seconds(30));
        agreement.Add(Words("one two"), Seconds(2));
        Assert.Equal(["one", "two"], Texts(agreement.Flush().Final));
        LiveWords nothing = agreement.Flush();
        Assert.Empty(nothing.Final);
        Assert.Equal(Seconds(2), nothing.KeepFrom);
    }

    [Fact]
    public void A_long_sound_is_cut_after_the_last_sentence_that_is_final()
    {
        var agreement = new WordAgreement(Seconds(6));
        agreement.Add(Words("a b c. d"), Seconds(4));
        Assert.Equal(TimeSpan.Zero, agreement.Add(Words("a b c. d e"), Seconds(5)).KeepFrom);
        Assert.Equal(Seconds(3), agreement.Add(Words("a b c. d e f g"), Seconds(7)).KeepFrom);
    }

    [Fact]
    public void A_sound_of_which_nothing_is_final_does_not_grow_without_end()
    {
        var agreement = new WordAgreement(Seconds(4));
        agreement.Add(Words("a b c d"), Seconds(4));
        LiveWords pass = agreement.Add(Words("v w x y z"), Seconds(5));
        Assert.Equal(["v", "w", "x"], Texts(pass.Final));
        Assert.Equal(Seconds(3), pass.KeepFrom);
        Assert.Equal(["y", "z"], Texts(pass.Tentative));
    }

    [Fact]
    public void Silence_is_cut_too()
    {
        var agreement = new WordAgreement(Seconds(4));
        Assert.Equal(TimeSpan.Zero, agreement.Add([], Seconds(4)).KeepFrom);
        Assert.Equal(Seconds(3), agreement.Add([], Seconds(5)).KeepFrom);
    }

    [Fact]
    public void Nothing_that_was_final_changes_and_the_sound_stays_short() => Gen.Int[0, 4].Array[0, 12].Array[1, 20].Sample(static passes =>
    {
        TimeSpan longest = Seconds(5);
        var agreement = new WordAgreement(longest);
        TimeSpan keepFrom = TimeSpan.Zero;
        TimeSpan end = TimeSpan.Zero;
        int final = 0;
        int heard = 0;
        foreach (int[] pass in passes)
        {
            end += Seconds(1);
            double start = keepFrom.TotalSeconds;
            double step = (end.TotalSeconds - start) / Math.Max(1, pass.Length);
            heard += pass.Length;
            LiveWords words = agreement.Add([.. pass.Select((word, i) => Word($"w{word}", start + (i * step), start + ((i + 1) * step)))], end);
            Assert.True(words.KeepFrom >= keepFrom);
            Assert.True(words.KeepFrom <= end);
            Assert.True(end - words.KeepFrom <= longest);
            final += words.Final.Length;
            keepFrom = words.KeepFrom;
        }

        Assert.InRange(final + agreement.Flush().Final.Length, 0, heard);
    });

    [Fact]
    public void A_buffer_without_length_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(static () => new WordAgreement(TimeSpan.Zero));

    /// <summary>Words of a second each, from the beginning on.</summary>
    private static TranscriptWord[] Words(string text) => [.. text.Split(' ').Select(static (word, i) => Word(word, i, i + 1))];

    private static TranscriptWord Word(string text, double start, double end) => new(" " + text, Seconds(start), Seconds(end), 1);

    private static string[] Texts(IEnumerable<TranscriptWord> words) => [.. words.Select(static word => word.Text.Trim())];

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
