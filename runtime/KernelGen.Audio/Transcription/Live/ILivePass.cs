namespace KernelGen.Audio;

/// <summary>What hears a live sound again and again while it grows, and says how its words become final.</summary>
internal interface ILivePass
{
    /// <summary>Hears a sound as if it were all there is.</summary>
    /// <param name="samples">The sound at 16 kHz, at most a window.</param>
    /// <param name="start">Where it begins in the whole sound.</param>
    /// <param name="language">The language, or <see langword="null"/> where the model is to tell it.</param>
    /// <param name="prompt">What was said before, or <see langword="null"/>.</param>
    /// <param name="cancellation">Ends the pass.</param>
    HeardWords Hear(ReadOnlyMemory<float> samples, TimeSpan start, string? language, string? prompt, CancellationToken cancellation);

    /// <summary>What tells which words of a sound are final.</summary>
    /// <param name="longest">The longest sound that is kept.</param>
    /// <param name="start">Where the sound begins.</param>
    IWordAgreement Agree(TimeSpan longest, TimeSpan start);
}
