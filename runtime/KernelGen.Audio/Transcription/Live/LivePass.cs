using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>One pass over the sound that is kept: transcribes it as if it were all there is.</summary>
/// <param name="transcriber">The model.</param>
/// <param name="spectrogram">The filters that it hears through.</param>
/// <param name="windowFrames">The frames of its windows.</param>
/// <param name="options">The options of the call, checked.</param>
internal sealed class LivePass(WindowTranscriber transcriber, LogMelSpectrogram spectrogram, int windowFrames, TranscriptionOptions options) : ILivePass
{
    /// <summary>The longest sound of which nothing is asked, in samples.</summary>
    private const int TooShort = LogMelSpectrogram.SampleRate / 10;

    private readonly TranscriptionOptions _options = options with { WordTimestamps = true, CarryInitialPrompt = false };

    /// <inheritdoc/>
    public HeardWords Hear(ReadOnlyMemory<float> samples, TimeSpan start, string? language, string? prompt, CancellationToken cancellation)
    {
        if (samples.Length <= TooShort)
        {
            return new HeardWords(language ?? "", [], null);
        }

        using var source = new AudioLogMel(spectrogram, windowFrames, () => new SampleReader(samples, LogMelSpectrogram.SampleRate), cancellation);
        TranscriptionRun run = transcriber.Start(source, _options with { Language = language, InitialPrompt = prompt }, cancellation);
        var words = ImmutableArray.CreateBuilder<TranscriptWord>();
        TranscriptSegment? last = null;
        foreach (TranscriptSegment segment in run.Segments)
        {
            last = segment.Words.IsEmpty ? last : segment;
            words.AddRange(segment.Words.Select(word => word with { Start = start + word.Start, End = start + word.End }));
        }

        return new HeardWords(run.Language, words.ToImmutable(), last is null ? null : last with { WindowStart = start + last.WindowStart });
    }

    /// <inheritdoc/>
    public IWordAgreement Agree(TimeSpan longest, TimeSpan start) => new WordAgreement(longest, start);
}
