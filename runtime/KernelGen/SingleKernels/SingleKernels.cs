using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>Says with which instruction set single kernels run. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SingleKernels
{
    private const int Undecided = -1;

    private static int _instructionSet = Undecided;

    /// <summary>
    /// The instruction set of every single kernel of the process: what the environment variable <see cref="InstructionSets.EnvironmentVariable"/> says when the first
    /// of them runs, else the best.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">The environment variable names an instruction set that there is not, or that this process cannot use.</exception>
    public static InstructionSet InstructionSet => _instructionSet == Undecided ? Decide() : (InstructionSet)_instructionSet;

    /// <summary>What a kernel throws that was not generated for the instruction set.</summary>
    public static PlatformNotSupportedException NotSupported() => new($"No kernels for {InstructionSet} may run in this process.");

    /// <summary>Makes kernels run with another instruction set, or with the one that is chosen when the next of them runs.</summary>
    internal static void Force(InstructionSet? instructionSet) => _instructionSet = instructionSet is { } forced ? (int)InstructionSets.Choose(forced) : Undecided;

    private static InstructionSet Decide()
    {
        InstructionSet chosen = InstructionSets.Choose(requested: null);
        _instructionSet = (int)chosen;
        return chosen;
    }
}
