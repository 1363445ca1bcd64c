using KernelGen.Audio.Tests.Models;
using KernelGen.Audio.Tests.Models.Moonshine;

namespace KernelGen.Audio.Tests;

/// <summary>Audio of any length, with a model that reads samples.</summary>
public class MoonshineTranscriberTests
{
    private const int Rate = LogMelSpectrogram.SampleRate;
    private const int Tokens = 80;

    private static readonly SpeechGolden Golden = SpeechGolden.Moonshine;

    /// <summary>The sizes of Moonshine tiny, but for its vocabulary.</summary>
    private static readonly PieceShape Shape = new(895, 64 * Rate, 194, Tokens, 1, 2);

    [Fact]
    public void What_the_model_of_the_golden_writes_is_a_segment_of_the_whole_clip()
    {
        using GoldenMoonshine model = GoldenMoonshine.Load(Golden.ModelPath);
        using var speech = new SpeechToText(model, PieceTokenizer.Create(Tokens));
        var options = new TranscriptionOptions { VoiceActivity = null, Temperatures = [0] };
        for (int i = 0; i < Golden.Count; i++)
        {
            float[] samples = Golden.Samples(i);
            Transcript transcript = speech.Transcribe(samples, options, TestContext.Current.CancellationToken);
            TranscriptSegment segment = Assert.Single(transcript.Segments);
            int[] expected = [.. GoldenAssert.WithoutEnd(Golden.Greedy[i].Tokens, model.EndToken).Take(1 + (int)(6.5 * samples.Length / Rate))];
            Assert.Equal(expected, segment.Tokens);
            Assert.Equal(string.Concat(expected.Where(static token => token > 2).Select(static token => $" w{token}")), segment.Text);
            Assert.Equal((TimeSpan.Zero, transcript.Duration), (segment.Start, segment.End));
            Assert.Equal((double)samples.Length / Rate, transcript.Duration.TotalSeconds, 1e-6);
        }
    }

    [Fact]
    public void Pieces_are_cut_at_pauses_and_silences_are_not_read()
    {
        // In the middle there are eleven seconds of silence.
        float[] samples = [.. Bursts(5), .. new float[10 * Rate], .. Bursts(5)];
        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        Transcript transcript = Transcribe(ear, samples, new TranscriptionOptions());
        Assert.Equal(4, transcript.Segments.Length);
        Assert.All(transcript.Segments, static segment => Assert.InRange((segment.End - segment.Start).TotalSeconds, 8, 27));
        double[] starts = [.. transcript.Segments.Select(static segment => Math.Round(segment.Start.TotalSeconds))];
        Assert.Equal([0.0, 27, 55, 82], starts);
        for (int i = 0; i < ear.Pieces.Count; i++)
        {
            int first = (int)Math.Round(transcript.Segments[i].Start.TotalSeconds * Rate);
            Assert.Equal(samples[first..(first + ear.Pieces[i].Length)], ear.Pieces[i]);
        }

        Assert.Equal(100, transcript.Duration.TotalSeconds, 1e-6);
        Assert.Equal(" w5 w5 w5 w5", transcript.Text);
    }

    [Fact]
    public void Speech_without_pauses_is_cut_where_it_is_quietest()
    {
        float[] samples = Noise(70);
        foreach (double quiet in (double[])[24, 47])
        {
            samples.AsSpan((int)(quiet * Rate) - (Rate / 20), Rate / 10).Clear();
        }

        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        Transcript transcript = Transcribe(ear, samples, new TranscriptionOptions { VoiceActivity = null });
        Assert.Equal(samples, ear.Pieces.SelectMany(static piece => piece));
        Assert.Equal([24.0, 47, 70], transcript.Segments.Select(static segment => Math.Round(segment.End.TotalSeconds, 2)));
    }

    [Theory]
    [InlineData(29.5, 1)]
    [InlineData(30.5, 2)]
    [InlineData(60.1, 3)]
    public void No_piece_is_a_crumb(double seconds, int pieces)
    {
        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        Transcribe(ear, Noise(seconds), new TranscriptionOptions { VoiceActivity = null });
        Assert.Equal(pieces, ear.Pieces.Count);
        Assert.All(ear.Pieces, static piece => Assert.InRange(piece.Length, 3 * Rate, Shape.LongestPiece));
    }

    [Fact]
    public void A_text_that_repeats_itself_is_written_again_at_another_temperature()
    {
        var ear = new ScriptedEar(static (_, search) => new DecodedWindow(search.Temperature == 0 ? [.. Enumerable.Repeat(7, 40)] : [5, 6], -1, 0));
        TranscriptSegment segment = Assert.Single(Transcribe(ear, Noise(10), new TranscriptionOptions { VoiceActivity = null }).Segments);
        Assert.Equal((" w5 w6", 0.2), (segment.Text, segment.Temperature));
        Assert.Equal([0, 0.2], ear.Decodes.Select(static decode => decode.Search.Temperature));

        // Six and a half tokens a second, and the end.
        Assert.All(ear.Decodes, static decode => Assert.Equal(66, decode.Request.MaximumTokens));
    }

    [Fact]
    public void Only_the_clips_that_are_named_are_read()
    {
        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        float[] samples = Noise(12);
        var options = new TranscriptionOptions { Clips = [new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)), new(TimeSpan.FromSeconds(10))] };
        Transcript transcript = Transcribe(ear, samples, options);
        Assert.Equal([samples[Rate..(3 * Rate)], samples[(10 * Rate)..]], ear.Pieces);
        Assert.Equal([1.0, 10], transcript.Segments.Select(static segment => segment.Start.TotalSeconds));
    }

    [Fact]
    public void What_is_too_short_and_what_is_silent_has_no_text()
    {
        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        Assert.Empty(Transcribe(ear, new float[894], new TranscriptionOptions { VoiceActivity = null }).Segments);
        Transcript silence = Transcribe(ear, new float[7 * Rate], new TranscriptionOptions());
        Assert.Equal(("", "", 7.0), (silence.Text, silence.Language, silence.Duration.TotalSeconds));
        Assert.Equal(0, Transcribe(ear, [], new TranscriptionOptions()).Duration.TotalSeconds);
        Assert.Empty(ear.Pieces);
    }

    public static TheoryData<string, TranscriptionOptions> Unusable => new()
    {
        { "Language is set, and a Moonshine hears the one language that it was trained for", new() { Language = "en" } },
        { "Task is set, and a Moonshine does not translate; leave it out, or take a Whisper.", new() { Task = TranscriptionTask.Translate } },
        { "WordTimestamps is set", new() { WordTimestamps = true } },
        { "HallucinationSilenceThreshold is set", new() { HallucinationSilenceThreshold = TimeSpan.FromSeconds(1) } },
        { "InitialPrompt is set", new() { InitialPrompt = "Names" } },
        { "ConditionOnPreviousText is set", new() { ConditionOnPreviousText = true } },
        { "Prefix is set", new() { Prefix = "So" } },
        { "MaximumTokensPerWindow is 195; expected a number from 1 to 194", new() { MaximumTokensPerWindow = 195 } },
        { "Threads is 0", new() { Threads = 0 } },
    };

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public void What_the_model_cannot_do_is_named(string message, TranscriptionOptions options)
    {
        var ear = new ScriptedEar(static (_, _) => new DecodedWindow([5], 0, 0));
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Transcribe(ear, Noise(1), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Languages_are_not_told_and_samples_are_numbers()
    {
        using GoldenMoonshine model = GoldenMoonshine.Load(Golden.ModelPath);
        using var speech = new SpeechToText(model, PieceTokenizer.Create(Tokens));
        Assert.Throws<InvalidOperationException>(() => speech.DetectLanguage(Noise(1), TestContext.Current.CancellationToken));
        float[] samples = Noise(2);
        samples[24_000] = float.NaN;
        InvalidDataException problem = Assert.Throws<InvalidDataException>(() => speech.Transcribe(samples, null, TestContext.Current.CancellationToken));
        Assert.Equal("The audio has a sample that is NaN at 1.5 s.", problem.Message);
        Assert.ThrowsAny<OperationCanceledException>(() => speech.Transcribe(samples, null, new CancellationToken(canceled: true)));
        Assert.Throws<InvalidDataException>(() => new SpeechToText(model, PieceTokenizer.Create(Tokens + 1)));
    }

    private static Transcript Transcribe(ScriptedEar ear, float[] samples, TranscriptionOptions options)
    {
        var transcriber = new MoonshineTranscriber(ear, Shape, PieceTokenizer.Create(Tokens));
        return TranscriptionBatch.Transcribe(() => transcriber.Start(() => new SampleReader(samples, Rate), options, TestContext.Current.CancellationToken), size: 1);
    }

    /// <summary>Speech of eight seconds and a pause of one, so many times. Syllables stand out from the noise between them.</summary>
    private static float[] Bursts(int count)
    {
        float[] speech = Noise(8);
        for (int i = 0; i < speech.Length; i++)
        {
            speech[i] *= i / (Rate / 10) % 3 < 2 ? 1 : 0.005f;
        }

        return [.. Enumerable.Repeat(speech.Concat(new float[Rate]), count).SelectMany(static part => part)];
    }

    private static float[] Noise(double seconds)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, (int)(seconds * Rate)).Select(_ => (float)((random.NextDouble() - 0.5) / 2))];
    }
}
