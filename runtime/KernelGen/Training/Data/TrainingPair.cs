namespace KernelGen.Training;

/// <summary>A pair, whatever its source is.</summary>
internal readonly struct TrainingPair
{
    /// <summary>A pair whose source is tokens.</summary>
    public TrainingPair(TokenPair pair) => (Tokens, Target) = pair;

    /// <summary>A pair whose source is audio.</summary>
    public TrainingPair(SpeechPair pair) => (Frames, Target) = pair;

    /// <summary>The tokens of the source; none where it is audio.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>The frames of the source; none where it is tokens.</summary>
    public ReadOnlyMemory<float> Frames { get; }

    /// <summary>The tokens of the target.</summary>
    public ReadOnlyMemory<int> Target { get; }
}
