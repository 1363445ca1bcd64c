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
    /// Whether to compare the checksum of the weights while loading a packed file. That reads all of them, which otherwise happens only when they are
    /// used. The header's own checksum and all lengths are checked in any case. Safetensors files have no checksum.
    /// </summary>
    public bool VerifyChecksum { get; init; }
}
