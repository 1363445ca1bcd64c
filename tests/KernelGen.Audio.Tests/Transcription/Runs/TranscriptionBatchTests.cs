using System.Collections.Immutable;
using KernelGen.Audio.Tests.Models;
using KernelGen.Audio.Tests.Models.Moonshine;

namespace KernelGen.Audio.Tests;

/// <summary>Windows that are decoded together, of one file and of several.</summary>
public class TranscriptionBatchTests
{
    private const int Rate = LogMelSpectrogram.SampleRate;

    private static string Jfk { get; } = SpeechGoldens.PathOf("jfk.wav");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Files_have_the_transcripts_of_each_alone()
    {
        using DecodingWhisper model = DecodingWhisper.Load(SpeechGoldens.PathOf("model.safetensors"));
        using var speech = new SpeechToText(model, GoldenTokenizer.Create());
        var options = new TranscriptionOptions { Temperatures = [0, 0.4], LogProbabilityThreshold = -0.5, MaximumTokensPerWindow = 12, Seed = 3, BatchSize = 2 };
        string[] files = [Jfk, TestFiles.PathOf("mel.0.wav"), TestFiles.PathOf("mel.1.wav")];
        string[] expected = [.. files.Select(file => speech.Transcribe(file, options, Cancellation).ToJson())];
        Assert.Equal(expected, speech.TranscribeAll(files, options, Cancellation).Select(static transcript => transcript.ToJson()));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_said_when_its_turn_comes()
    {
        using DecodingWhisper model = DecodingWhisper.Load(SpeechGoldens.PathOf("model.safetensors"));
        using var speech = new SpeechToText(model, GoldenTokenizer.Create());
        var options = new TranscriptionOptions { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 4 };
        using IEnumerator<Transcript> transcripts = speech.TranscribeAll([Jfk, "missing.wav", Jfk], options, Cancellation).GetEnumerator();
        Assert.True(transcripts.MoveNext());
        Assert.NotEmpty(transcripts.Current.Segments);
        Assert.Contains("missing.wav", Assert.ThrowsAny<IOException>(() => transcripts.MoveNext()).Message, StringComparison.Ordinal);
        Assert.Empty(speech.TranscribeAll([], options, Cancellation));
        Assert.StartsWith("BatchSize is 65", Assert.Throws<ArgumentException>(() => speech.TranscribeAll([Jfk], options with { BatchSize = 65 }).ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pieces_of_a_moonshine_have_the_text_of_each_alone()
    {
        using GoldenMoonshine model = GoldenMoonshine.Load(SpeechGolden.Moonshine.ModelPath);
        using var speech = new SpeechToText(model, PieceTokenizer.Create(80));
        float[] samples = [.. Enumerable.Range(0, 12).SelectMany(static i => SpeechGolden.Moonshine.Samples(i % 4))];
        var options = new TranscriptionOptions
        {
            Clips = [.. Enumerable.Range(0, 7).Select(static i => new ClipRange(TimeSpan.FromSeconds(0.5 * i), TimeSpan.FromSeconds(0.5 + (0.5 * i) - (0.03 * i))))],
            Temperatures = [0, 0.5],
            LogProbabilityThreshold = -0.9,
            Seed = 5,
        };
        Transcript expected = speech.Transcribe(samples, options, Cancellation);
        Assert.NotEmpty(expected.Segments);
        Assert.Equal(expected.ToJson(), speech.Transcribe(samples, options with { BatchSize = 3 }, Cancellation).ToJson());
    }

    /// <summary>Clips of which none depends on another go together; the others, one after the other.</summary>
    [Theory]
    [InlineData(4, false, null, new[] { 4, 3, 3, 3, 2, 2, 1 })]
    [InlineData(1, false, null, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(4, true, null, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(4, false, "Names", new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void Windows_of_clips_go_together_where_they_may(int batchSize, bool conditions, string? prompt, int[] together)
    {
        // They have one window, one, one, six, three and six.
        ImmutableArray<ClipRange> clips = [Clip(0, 20), Clip(40, 60), Clip(70, 80), Clip(100, 280), Clip(300, 390), Clip(400, 580)];
        var options = new TranscriptionOptions { Language = "en", Clips = clips, BatchSize = batchSize, ConditionOnPreviousText = conditions, InitialPrompt = prompt, SuppressNonSpeech = false };
        var expected = new BatchingModel();
        TranscriptSegment[] alone = [.. Transcribe(expected, options with { BatchSize = 1 })];
        var model = new BatchingModel();
        TranscriptSegment[] found = [.. Transcribe(model, options)];
        Assert.Equal(alone.Select(static segment => (segment.Number, segment.Start, segment.Text)), found.Select(static segment => (segment.Number, segment.Start, segment.Text)));
        Assert.Equal(Enumerable.Range(0, 18), found.Select(static segment => segment.Number));
        Assert.Equal(together, model.Together);
    }

    private static IEnumerable<TranscriptSegment> Transcribe(IWindowModel model, TranscriptionOptions options) =>
        TranscriptionBatch.Run([() => new WindowTranscriber(model, SpeechGoldens.Pieces).Start(new ScriptedSound(60_000), options, Cancellation)], options.BatchSize!.Value)
            .Select(static found => found.Segment)
            .OfType<TranscriptSegment>();

    private static ClipRange Clip(int start, int end) => new(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end));

    /// <summary>Writes one token for each window, and counts how many windows are decoded together.</summary>
    private sealed class BatchingModel : IWindowModel
    {
        private readonly ScriptedModel _model = new(static (request, _) => new DecodedWindow([(((ScriptedWindow)request.Window).FirstFrame / 100 % 90) + 1], -0.1, 0));

        public List<int> Together { get; } = [];

        public WindowShape Shape => _model.Shape;

        public IEncodedWindow Encode(ReadOnlySpan<float> frames, ModelCall call) => _model.Encode(frames, call);

        public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
        {
            Together.Add(requests.Length);
            return _model.Decode(requests, search, call);
        }

        public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call) => _model.ComputeLogits(window, tokens, logits, call);

        public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call) => _model.Align(window, request, call);
    }
}
