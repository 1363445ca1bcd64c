using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>One pass of a model that writes nothing but the text of a sound, as Moonshine does. Its words share the time of the sound by their letters.</summary>
/// <param name="transcriber">The model.</param>
/// <param name="shape">Its sizes.</param>
/// <param name="options">The options of the call, checked.</param>
internal sealed class PieceLivePass(MoonshineTranscriber transcriber, PieceShape shape, TranscriptionOptions options) : ILivePass
{
    /// <summary>What is heard is one piece already.</summary>
    private readonly TranscriptionOptions _options = options with { VoiceActivity = null };

    /// <inheritdoc/>
    public HeardWords Hear(ReadOnlyMemory<float> samples, TimeSpan start, string? language, string? prompt, CancellationToken cancellation)
    {
        if (samples.Length < shape.FewestSamples)
        {
            return new HeardWords("", [], null);
        }

        using TranscriptionRun run = transcriber.Start(() => new SampleReader(samples, LogMelSpectrogram.SampleRate), _options, cancellation);
        TranscriptSegment segment = run.Segments.Single();
        ImmutableArray<TranscriptWord> words = Words(segment, start);
        return new HeardWords("", words, words.IsEmpty ? null : segment with { WindowStart = start });
    }

    /// <inheritdoc/>
    public IWordAgreement Agree(TimeSpan longest, TimeSpan start) => new OrderAgreement((int)SampleTime.SampleAt(longest, LogMelSpectrogram.SampleRate), start);

    private static ImmutableArray<TranscriptWord> Words(TranscriptSegment segment, TimeSpan start)
    {
        string[] words = segment.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        double letters = words.Sum(static word => word.Length);
        double probability = Math.Exp(segment.AverageLogProbability);
        var placed = ImmutableArray.CreateBuilder<TranscriptWord>(words.Length);
        int before = 0;
        foreach (string word in words)
        {
            TimeSpan from = start + (segment.End * (before / letters));
            before += word.Length;
            placed.Add(new TranscriptWord(" " + word, from, start + (segment.End * (before / letters)), probability));
        }

        return placed.MoveToImmutable();
    }
}
