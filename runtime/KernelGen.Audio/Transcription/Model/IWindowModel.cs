namespace KernelGen.Audio;

/// <summary>
/// What transcription asks of a model that hears a window of sound and writes tokens of text and of timestamps, as Whisper does. It knows nothing of tasks,
/// languages and files; those who ask know nothing of layers.
/// </summary>
/// <remarks>
/// Any number of calls may run at once. What comes out of a window does not depend on the windows that are decoded together with it, nor on the number of threads.
/// </remarks>
internal interface IWindowModel
{
    /// <summary>The sizes of the model.</summary>
    WindowShape Shape { get; }

    /// <summary>Runs the encoder over one window.</summary>
    /// <param name="logMel">The log-mel frames of a whole window, <c>[frames, bins]</c>: <see cref="WindowShape.Frames"/> times <see cref="WindowShape.Bins"/> numbers.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The window, to be asked about; belongs to the caller.</returns>
    IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call);

    /// <summary>Writes the text of windows. They are decoded together where the model can.</summary>
    /// <param name="requests">The windows, and with what each begins.</param>
    /// <param name="search">How the tokens of all of them are chosen.</param>
    /// <param name="call">How to work.</param>
    /// <returns>What was written for each, in their order.</returns>
    DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call);

    /// <summary>Computes the logits of the token that follows others: one pass of the decoder, without any rule.</summary>
    /// <param name="window">The window.</param>
    /// <param name="tokens">The tokens before it, at least one and at most <see cref="WindowShape.MaximumTargetLength"/>.</param>
    /// <param name="logits">Receives the logits of the vocabulary.</param>
    /// <param name="call">How to work.</param>
    void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call);

    /// <summary>Says what given tokens look at, and how probable they are: one pass of the decoder over all of them.</summary>
    /// <param name="window">The window.</param>
    /// <param name="request">The tokens, and what is asked about them.</param>
    /// <param name="call">How to work.</param>
    WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call);
}
