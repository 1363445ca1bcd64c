using KernelGen.Audio.Tests.Models;
using KernelGen.Text;

namespace KernelGen.Audio.Tests;

/// <summary>The public calls, with the small random model of the goldens.</summary>
public sealed class SpeechToTextTests : IDisposable
{
    private readonly DecodingWhisper _model = DecodingWhisper.Load(SpeechGoldens.PathOf("model.safetensors"));
    private readonly HuggingFaceTokenizer _tokenizer = GoldenTokenizer.Create();

    private string Jfk { get; } = SpeechGoldens.PathOf("jfk.wav");

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_file_its_samples_and_its_stream_have_the_same_segments()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        TranscriptionOptions options = Options();
        Transcript ofFile = speech.Transcribe(Jfk, options, TestContext.Current.CancellationToken);
        Transcript ofSamples = speech.Transcribe(AudioFile.Read(Jfk), options, TestContext.Current.CancellationToken);
        string[] streamed = [.. speech.Stream(Jfk, options, TestContext.Current.CancellationToken).Select(static segment => segment.Text)];
        Assert.NotEmpty(ofFile.Segments);
        Assert.Equal("en", ofFile.Language);
        Assert.Equal(11, ofFile.Duration.TotalSeconds, 1e-9);
        Assert.Equal(ofFile.ToJson(), ofSamples.ToJson());
        Assert.Equal(ofFile.Segments.Select(static segment => segment.Text), streamed);
    }

    [Fact]
    public void The_language_of_samples_is_told()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        LanguageGuess guess = speech.DetectLanguage(AudioFile.Read(Jfk), TestContext.Current.CancellationToken);
        Assert.Equal(99, guess.Probabilities.Length);
        Assert.Equal(guess.Probabilities.AsEnumerable(), speech.DetectLanguage(AudioFile.Read(Jfk), threads: 2, TestContext.Current.CancellationToken).Probabilities);
        Assert.Throws<ArgumentOutOfRangeException>(() => speech.DetectLanguage(AudioFile.Read(Jfk), threads: 0));
        Assert.Equal(1, guess.Probabilities.Sum(static language => language.Probability), 1e-9);
    }

    [Fact]
    public void Silence_is_not_heard_but_its_options_are_checked()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        float[] silence = new float[10 * LogMelSpectrogram.SampleRate];
        Transcript transcript = speech.Transcribe(silence, new TranscriptionOptions { Language = "German" }, TestContext.Current.CancellationToken);
        Assert.Equal(("", "de", 10.0), (transcript.Text, transcript.Language, transcript.Duration.TotalSeconds));
        Assert.Empty(speech.Transcribe(Array.Empty<float>(), null, TestContext.Current.CancellationToken).Segments);
        Assert.Throws<ArgumentException>(() => speech.Transcribe(silence, new TranscriptionOptions { Language = "Klingon" }));
        Assert.Throws<ArgumentException>(() => speech.Stream(Jfk, new TranscriptionOptions { Language = "Klingon" }).ToArray());
    }

    [Fact]
    public void A_long_silence_within_a_file_is_skipped()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        float[] jfk = AudioFile.Read(Jfk);
        float[] twice = [.. jfk, .. new float[20 * LogMelSpectrogram.SampleRate], .. jfk];
        Transcript transcript = speech.Transcribe(twice, Options(), TestContext.Current.CancellationToken);

        // What follows the silence begins a window of its own.
        Assert.DoesNotContain(transcript.Segments, static segment => segment.Start.TotalSeconds is > 12 and < 30);
        Assert.Contains(transcript.Segments, static segment => segment.WindowStart.TotalSeconds is > 30 and < 32);
    }

    [Fact]
    public async Task Live_sound_is_heard_with_generated_kernels()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        float[] jfk = AudioFile.Read(Jfk);
        var live = new LiveTranscriptionOptions { KeepsUp = false, Interval = TimeSpan.FromSeconds(4) };
        List<string> expected = await Hear(jfk.Length);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await Hear(1000));

        async Task<List<string>> Hear(int chunk)
        {
            var shown = new List<string>();
            await foreach (LiveTranscript update in speech.TranscribeAsync(new LiveSource(jfk, chunk), Options(), live, TestContext.Current.CancellationToken))
            {
                Assert.Equal("en", update.Language);
                shown.Add($"{update.Duration}{string.Concat(update.Segments.Select(static segment => segment.Text))}|{update.PendingText}|{update.PartialText}");
            }

            return shown;
        }
    }

    [Fact]
    public async Task A_live_sound_can_be_enumerated_again_and_its_options_are_checked_at_once()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        var source = new LiveSource(new float[16_000], 160);
        IAsyncEnumerable<LiveTranscript> updates = speech.TranscribeAsync(source, null, null, TestContext.Current.CancellationToken);
        for (int i = 1; i < 3; i++)
        {
            await foreach (LiveTranscript update in updates)
            {
                Assert.Fail("There is nothing to hear.");
            }

            Assert.Equal(i, source.Ends);
        }

        Assert.Throws<ArgumentException>(() => speech.TranscribeAsync(source, new TranscriptionOptions { Language = "Klingon" }));
        Assert.Throws<ArgumentException>(() => speech.TranscribeAsync(source, null, new LiveTranscriptionOptions { SampleRate = 1 }));
        Assert.StartsWith("Clips has parts", Assert.Throws<ArgumentException>(() => speech.TranscribeAsync(source, new TranscriptionOptions { Clips = [new ClipRange(TimeSpan.Zero)] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        InvalidDataException problem = Assert.Throws<InvalidDataException>(() => new SpeechToText(_model, GoldenTokenizer.Create(textTokens: 50256)));
        Assert.StartsWith("The tokenizer has 51864 tokens with the timestamps of 1500 positions, and the model has 51865.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_is_cancelled()
    {
        using var speech = new SpeechToText(_model, _tokenizer);
        Assert.ThrowsAny<OperationCanceledException>(() => speech.Transcribe(Jfk, Options(), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        Assert.Contains("no-such-folder", Assert.Throws<DirectoryNotFoundException>(() => SpeechToText.Open<DecodingWhisper>("no-such-folder")).Message, StringComparison.Ordinal);
    }

    private static TranscriptionOptions Options() => new() { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 20, Seed = 1 };
}
