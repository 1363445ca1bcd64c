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
    /// Whether to keep a smaller copy of a large output projection (default: yes), with which greedy search without scores finds each token faster, and
    /// never another one. It costs a byte for each weight of the projection, half a byte with <see cref="WeightPrecision.Int8"/>. A packed file has it or
    /// has it not.
    /// </summary>
    public bool ScreenOutput { get; init; } = true;

    /// <summary>
    /// Whether to compare the checksum of the weights while loading a packed file. That reads all of them, which otherwise happens only when they are
    /// used. The header's own checksum and all lengths are checked in any case. Safetensors files have no checksum.
    /// </summary>
    public bool VerifyChecksum { get; init; }
}
