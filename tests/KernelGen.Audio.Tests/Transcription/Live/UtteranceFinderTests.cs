namespace KernelGen.Audio.Tests;

public class UtteranceFinderTests
{
    private const int Pause = 1000;

    [Fact]
    public void Speech_between_pauses_is_an_utterance_and_the_last_goes_on()
    {
        Assert.Equal([new Utterance(100, 900, true), new Utterance(1900, 5000, false)], Find([(100, 500), (700, 900), (1900, 4900)]));
        Assert.Equal([new Utterance(100, 3900, true)], Find([(100, 3900)]));
        Assert.Equal([new Utterance(100, 4900, true)], Find([(100, 4900)], isEnd: true));
        Assert.Empty(Find([]));
    }

    [Fact]
    public void An_utterance_that_has_begun_goes_on_from_its_beginning()
    {
        Assert.Equal([new Utterance(2000, 5000, false)], Find([(1000, 1900), (2900, 4900)], begun: 2000, heard: 2500));
        Assert.Equal([new Utterance(3000, 5000, false)], Find([(1000, 1900), (3000, 4900)], begun: 2000, heard: 2500));
    }

    [Fact]
    public void A_pause_that_is_seen_late_does_not_part_what_was_heard_together()
    {
        Assert.Equal([new Utterance(100, 5000, false)], Find([(100, 900), (2000, 4900)], begun: 100, heard: 2100));
        Assert.Equal([new Utterance(100, 900, true), new Utterance(2000, 5000, false)], Find([(100, 900), (2000, 4900)], begun: 100, heard: 2000));
        Assert.Equal([new Utterance(100, 5000, false)], Find([(2000, 4900)], begun: 100, heard: 2100));
    }

    [Fact]
    public void What_was_heard_is_no_part_of_a_new_utterance() => Assert.Equal([new Utterance(2500, 5000, false)], Find([(100, 900), (2000, 4900)], heard: 2500));

    [Fact]
    public void Without_a_detector_all_is_one_utterance()
    {
        var sound = new SampleBuffer(5000);
        Assert.Empty(new UtteranceFinder(null, Pause).Find(sound, null, 0, isEnd: true));
        sound.Append(5000);
        Assert.Equal([new Utterance(0, 5000, false)], new UtteranceFinder(null, Pause).Find(sound, null, 0, isEnd: false));
        Assert.Equal([new Utterance(2000, 5000, true)], new UtteranceFinder(null, Pause).Find(sound, 2000, 3000, isEnd: true));
    }

    /// <summary>Utterances of a sound of 5,000 samples.</summary>
    private static IReadOnlyList<Utterance> Find((long Start, long End)[] spans, long? begun = null, long heard = 0, bool isEnd = false)
    {
        var sound = new SampleBuffer(5000);
        sound.Append(5000);
        return new UtteranceFinder(new Detector(spans), Pause).Find(sound, begun, heard, isEnd);
    }

    private sealed class Detector((long Start, long End)[] spans) : IVoiceActivityDetector
    {
        public int SampleRate => LogMelSpectrogram.SampleRate;

        public void Append(ReadOnlySpan<float> samples, ICollection<SpeechSpan> speech)
        {
            // All is said at the end.
        }

        public void Complete(ICollection<SpeechSpan> speech)
        {
            foreach ((long start, long end) in spans)
            {
                speech.Add(new SpeechSpan(start, end));
            }
        }
    }
}
