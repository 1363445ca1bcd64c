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
        FileTranscript[] found = [.. speech.TranscribeAll(files, options, Cancellation)];
        Assert.Equal(files, found.Select(static file => file.Path));
        Assert.Equal(expected, found.Select(static file => file.Transcript!.ToJson()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_file_that_cannot_be_read_does_not_keep_the_others_from_being_transcribed(int batchSize)
    {
        using DecodingWhisper model = DecodingWhisper.Load(SpeechGoldens.PathOf("model.safetensors"));
        using var speech = new SpeechToText(model, GoldenTokenizer.Create());
        var options = new TranscriptionOptions { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 4, BatchSize = batchSize };
        string damaged = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.wav");
        File.WriteAllText(damaged, "no sound");
        try
        {
            string[] files = [Jfk, "missing.wav", damaged, Path.GetTempPath(), Jfk];
            FileTranscript[] found = [.. speech.TranscribeAll(files, options, Cancellation)];
            Assert.Equal(files, found.Select(static file => file.Path));
            Assert.Equal([true, false, false, false, true], found.Select(static file => file.IsTranscribed));
            Assert.IsType<FileNotFoundException>(found[1].Error);
            Assert.Contains("missing.wav", found[1].Error!.Message, StringComparison.Ordinal);
            Assert.IsType<InvalidDataException>(found[2].Error);
            Assert.IsType<IOException>(found[3].Error, exactMatch: false);
            Assert.NotEmpty(found[0].Transcript!.Segments);
            Assert.Equal(found[0].Transcript!.ToJson(), found[4].Transcript!.ToJson());
            Assert.All(found, static file => Assert.Equal(file.IsTranscribed, file.Error is null));
        }
        finally
        {
            File.Delete(damaged);
        }
    }

    [Fact]
    public void What_is_no_fault_of_a_file_ends_the_call()
    {
        using DecodingWhisper model = DecodingWhisper.Load(SpeechGoldens.PathOf("model.safetensors"));
        using var speech = new SpeechToText(model, GoldenTokenizer.Create());
        var options = new TranscriptionOptions { Language = "en", Temperatures = [0], MaximumTokensPerWindow = 4 };
        Assert.Empty(speech.TranscribeAll([], options, Cancellation));
        Assert.StartsWith("BatchSize is 65", Assert.Throws<ArgumentException>(() => speech.TranscribeAll([Jfk], options with { BatchSize = 65 }).ToArray()).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => speech.TranscribeAll([""], options).ToArray());
        Assert.Throws<OperationCanceledException>(() => speech.TranscribeAll(["missing.wav", Jfk], options, new CancellationToken(canceled: true)).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_goes_wrong_in_the_middle_of_a_run_ends_that_run_alone(int size)
    {
        var events = new List<string>();
        var disposed = new List<string>();
        Func<TranscriptionRun>[] runs =
        [
            () => RunOf("a", disposed, ["a0", "a1"], ["a2"]),
            () => RunOf("b", disposed, ["b0", "!", "b1"], ["b2"], ["b3"]),
            () => throw new InvalidDataException("c does not begin"),
            () => RunOf("d", disposed, ["d0"]),
        ];
        foreach (TranscriptionEvent next in TranscriptionBatch.Run(runs, size))
        {
            events.Add(next.Error?.SourceException.Message ?? (next.Segment is { } segment ? $"{segment.Number} {segment.Text}" : "end"));
        }

        Assert.Equal(["0 a0", "1 a1", "2 a2", "end", "0 b0", "b breaks", "c does not begin", "0 d0", "end"], events);
        Assert.Equal(["a", "b", "d"], disposed);
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

    /// <summary>A run of parts whose segments have these texts; where one is an exclamation mark, it breaks.</summary>
    private static TranscriptionRun RunOf(string name, List<string> disposed, params string[][] parts) => new()
    {
        Language = "",
        Decoder = null!,
        Call = new ModelCall(1, Cancellation),
        Parts = parts.Select(part => part.Select(text => text == "!" ? throw new InvalidDataException($"{name} breaks") : new TranscriptionStep(Pending: null, new TranscriptSegment { Text = text }))),
        Duration = static () => TimeSpan.Zero,
        Source = new Closing(() => disposed.Add(name)),
    };

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
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
