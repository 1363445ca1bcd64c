namespace KernelGen.Training;

/// <summary>A source that is audio, and the target that a model is to learn for it.</summary>
/// <param name="Frames">
/// <c>[frames, channels]</c>, row by row, from <see cref="SpeechModel.MinFrames"/> to <see cref="SpeechModel.MaxFrames"/>: of Whisper those of a log-mel spectrogram. Sources need not have the
/// same number of frames, and none is padded.
/// </param>
/// <param name="Target">
/// The tokens of the target, at least one, without the start token: of Whisper the language and the task, what stands for timestamps, and the text. The end token is appended where it is not the last.
/// </param>
public readonly record struct SpeechPair(ReadOnlyMemory<float> Frames, ReadOnlyMemory<int> Target)
{
    /// <summary>A pair of arrays.</summary>
    /// <param name="frames">The frames of the source, as <see cref="Frames"/> has them.</param>
    /// <param name="target">The tokens of the target, as <see cref="Target"/> has them.</param>
    public SpeechPair(float[] frames, int[] target)
        : this(frames.AsMemory(), target.AsMemory())
    {
    }
}
