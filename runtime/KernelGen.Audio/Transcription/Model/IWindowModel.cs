namespace KernelGen.Audio;

/// <summary>What transcription asks of a model that hears windows of one length, and writes timestamps among its text, as Whisper does.</summary>
internal interface IWindowModel : ISoundModel
{
    /// <summary>The sizes of the model.</summary>
    WindowShape Shape { get; }

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
