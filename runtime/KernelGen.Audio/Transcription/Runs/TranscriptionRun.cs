namespace KernelGen.Audio;

/// <summary>A transcription that has begun: the language is known, and what is said comes as it is asked for. To be gone through once.</summary>
internal sealed record TranscriptionRun : IDisposable
{
    /// <summary>The code of the language; empty where nobody knows it.</summary>
    public required string Language { get; init; }

    /// <summary>What the model said about it, where it was asked.</summary>
    public LanguageGuess? Guess { get; init; }

    /// <summary>What decodes the parts that wait. Those of all runs of one model with the same options do the same.</summary>
    public required FallbackDecoder Decoder { get; init; }

    /// <summary>How to work.</summary>
    public required ModelCall Call { get; init; }

    /// <summary>
    /// What is said, in the order of the sound: one sequence of steps, or several that do not depend on each other. The first step of each is asked for before the next sequence is.
    /// </summary>
    public required IEnumerable<IEnumerable<TranscriptionStep>> Parts { get; init; }

    /// <summary>How long the sound is; asked for at the end.</summary>
    public required Func<TimeSpan> Duration { get; init; }

    /// <summary>What is closed with the run.</summary>
    public IDisposable? Source { get; init; }

    /// <summary>The segments, each once it is final, also those without text.</summary>
    public IEnumerable<TranscriptSegment> Segments => TranscriptionBatch.RunOne(() => this, size: 1).Select(static found => found.Segment).OfType<TranscriptSegment>();

    /// <summary>Puts the transcript together, once all segments are there.</summary>
    public Transcript Finish(IEnumerable<TranscriptSegment> segments) => new(Language, segments, Duration());

    /// <inheritdoc/>
    public void Dispose() => Source?.Dispose();
}
