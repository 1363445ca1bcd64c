namespace KernelGen.Audio;

/// <summary>Tells which words of a live sound are final: those on which two passes in a row agree.</summary>
internal interface IWordAgreement
{
    /// <summary>Takes the words of a pass over the sound that is kept.</summary>
    /// <param name="words">The words, with times from the beginning of the whole sound, in ascending order.</param>
    /// <param name="end">Where the sound that was heard ends.</param>
    LiveWords Add(IReadOnlyList<TranscriptWord> words, TimeSpan end);

    /// <summary>Ends the sound: what is left is final as it stands.</summary>
    LiveWords Flush();
}
