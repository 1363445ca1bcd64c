namespace KernelGen.Audio;

/// <summary>Tells <see cref="FlacReader"/>, which knows the file and the place, what is wrong with a frame.</summary>
internal sealed class FlacFrameException : Exception
{
    /// <param name="problem">What the frame has, and what was expected: a sentence without its subject.</param>
    public FlacFrameException(string problem)
        : base(problem)
    {
    }

    private FlacFrameException()
        : base("ends too early") => IsEnd = true;

    /// <summary>Whether the file ends within the frame.</summary>
    public bool IsEnd { get; }

    /// <summary>The file ends within the frame.</summary>
    public static FlacFrameException End() => new();
}
