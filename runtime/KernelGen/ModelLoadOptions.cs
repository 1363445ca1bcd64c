namespace KernelGen;

/// <summary>How a model is loaded.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>
    /// The instruction set to run with. <see langword="null"/> (the default) takes what the environment variable
    /// <see cref="InstructionSets.EnvironmentVariable"/> says, and without it the widest that this process may use. Results do not depend on it.
    /// </summary>
    public InstructionSet? InstructionSet { get; init; }

    /// <summary>
    /// How the weights of linear layers are stored and multiplied. <see langword="null"/> (the default) is float32 for a checkpoint, and for a packed file
    /// what it was saved with, which cannot be changed any more.
    /// </summary>
    public WeightPrecision? Precision { get; init; }

    /// <summary>
    /// With <see cref="WeightPrecision.Int4"/>, the largest relative error <c>√(Σ (w - ŵ)² / Σ w²)</c> that 4 bits may make in the weights of a layer: one with a larger error keeps 8 bits. <see langword="null"/> (the default) is
    /// 0.1, with which layers of normally distributed weights, whose error is 0.08, have 4 bits, and those of which a few weights are far larger than the others keep 8. Other precisions and packed files, in which it is decided, do not ask it.
    /// </summary>
    public double? Int4Budget { get; init; }

    /// <summary>
    /// Whether to keep a smaller copy of a large output projection (default: yes), with which greedy search without scores finds each token faster, and
    /// never another one. It costs a byte for each weight of the projection, half a byte with <see cref="WeightPrecision.Int8"/> and <see cref="WeightPrecision.Int4"/>. A packed file has it or
    /// has it not.
    /// </summary>
    public bool ScreenOutput { get; init; } = true;

    /// <summary>
    /// Whether to compare the checksum of the weights while loading a packed file. That reads all of them, which otherwise happens only when they are
    /// used. The header's own checksum and all lengths are checked in any case. Checkpoints are not checked so.
    /// </summary>
    public bool VerifyChecksum { get; init; }

    /// <summary>
    /// Whether to read a file into memory instead of mapping it (default: no). A mapped file that another process truncates ends the program, a checkpoint
    /// while it loads and a packed file as long as the model is used; one that was read may be truncated, changed or deleted, while it is read, too. It costs
    /// memory of the file's size: until a checkpoint is packed, as long as the model of a packed file is not disposed. Streams are not affected.
    /// </summary>
    public bool ReadIntoMemory { get; init; }

    /// <summary>
    /// Whether weights of a checkpoint may be NaN or infinite (default: no). Such weights ruin results, so that a checkpoint with one is refused with the
    /// tensor and the element; only an output bias may be minus infinity, which is how some models forbid a token. The weights of a packed file are not looked at.
    /// </summary>
    public bool AllowNonFiniteWeights { get; init; }
}
