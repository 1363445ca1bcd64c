namespace KernelGen.Audio;

/// <summary>
/// What transcription asks of every model of speech: it hears a part of a sound, and writes tokens. It knows nothing of tasks, languages and files; those who ask know nothing
/// of layers.
/// </summary>
/// <remarks>
/// Any number of calls may run at once. What comes out of a part does not depend on those that are decoded together with it, nor on the number of threads.
/// </remarks>
internal interface ISoundModel
{
    /// <summary>Runs the encoder over a part of a sound.</summary>
    /// <param name="frames">Its frames, <c>[frames, channels]</c>: a whole window of log-mel frames, or samples.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The part, to be asked about; belongs to the caller.</returns>
    IEncodedWindow Encode(ReadOnlySpan<float> frames, ModelCall call);

    /// <summary>Writes the text of parts. They are decoded together where the model can.</summary>
    /// <param name="requests">The parts, and with what each begins.</param>
    /// <param name="search">How the tokens of all of them are chosen.</param>
    /// <param name="call">How to work.</param>
    /// <returns>What was written for each, in their order.</returns>
    DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call);
}
