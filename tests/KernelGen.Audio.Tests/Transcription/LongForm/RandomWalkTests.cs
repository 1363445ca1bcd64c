using CsCheck;

namespace KernelGen.Audio.Tests;

/// <summary>A model that writes anything the rules allow: whatever it is, a transcription comes to the end of its sound.</summary>
public class RandomWalkTests
{
    private static readonly WhisperTokens Tokens = SpeechGoldens.Pieces;

    [Fact]
    public void Windows_move_on_and_segments_lie_in_them() => Gen.Select(Gen.Int[0, 9000], Gen.Int[0, int.MaxValue], Gen.Int[0, 3]).Sample(static (frames, seed, kind) =>
    {
        var random = new Random(seed);
        var model = new ScriptedModel((request, _) => Write(request, random)) { Probability = random.NextSingle() };
        var sound = new ScriptedSound(frames);
        var options = new TranscriptionOptions
        {
            Language = "en",
            Temperatures = [0, 0.6],
            ConditionOnPreviousText = true,
            WordTimestamps = kind > 0,
            HallucinationSilenceThreshold = kind == 2 ? TimeSpan.FromSeconds(1) : null,
            Timestamps = kind != 3,
        };

        TranscriptSegment[] segments = [.. new WindowTranscriber(model, Tokens).Start(sound, options, CancellationToken.None).Segments];

        for (int i = 1; i < sound.Asked.Count; i++)
        {
            Assert.True(sound.Asked[i].Start > sound.Asked[i - 1].Start);
        }

        Assert.Equal(frames, sound.Asked.Count == 0 ? 0 : sound.Asked[^1].End);
        for (int i = 0; i < segments.Length; i++)
        {
            Assert.Equal(i, segments[i].Number);
            Assert.True(segments[i].Start <= segments[i].End);
            Assert.True(segments[i].Start >= segments[i].WindowStart - TimeSpan.FromSeconds(0.01));
            Assert.All(segments[i].Words, static word => Assert.True(word.Start <= word.End));
        }

        JsonAndSubtitlesAreWritten(segments);
    }, iter: 60);

    private static void JsonAndSubtitlesAreWritten(TranscriptSegment[] segments)
    {
        var transcript = new Transcript("en", segments, TimeSpan.Zero);
        Assert.StartsWith("{", transcript.ToJson(), StringComparison.Ordinal);
        Assert.StartsWith("WEBVTT", transcript.ToVtt(highlightWords: true), StringComparison.Ordinal);
    }

    private static DecodedWindow Write(WindowRequest request, Random random)
    {
        var written = new List<int>();
        float[] logits = new float[51865];
        int[] texts = [64, 320, 220, 11, 13, Tokens.End];
        int most = random.Next(1, 20);
        while (written.Count < Math.Min(most, request.MaximumTokens))
        {
            Array.Fill(logits, -50);
            foreach (int text in texts)
            {
                logits[text] = random.NextSingle() * 10;
            }

            for (int i = 0; i < 30; i++)
            {
                logits[Tokens.FirstTimestamp + (i * i)] = random.NextSingle() * 10;
            }

            request.Rules.Apply(logits, [.. written]);
            int token = Array.IndexOf(logits, logits.Max());
            if (token == Tokens.End || float.IsNegativeInfinity(logits[token]))
            {
                break;
            }

            written.Add(token);
        }

        return new DecodedWindow([.. written], -random.NextDouble() * 2 * (written.Count + 1), random.NextDouble());
    }
}
