namespace KernelGen.Audio;

/// <summary>A part of a sound that waits for its text.</summary>
/// <param name="request">The part, and with what its text begins.</param>
internal sealed class PendingText(WindowRequest request)
{
    private WindowText? _text;

    /// <summary>The part, and with what its text begins.</summary>
    public WindowRequest Request => request;

    /// <summary>The text, once whoever runs the transcription has had it decoded.</summary>
    public WindowText Text
    {
        get => _text ?? throw new InvalidOperationException("The text has not been decoded yet.");
        set => _text = value;
    }
}
