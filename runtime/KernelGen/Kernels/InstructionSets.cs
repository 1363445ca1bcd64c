using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen;

/// <summary>Tells which instruction sets this process may use.</summary>
/// <remarks>A native-AOT program has what <c>IlcInstructionSet</c> allowed when it was published, whatever the CPU offers.</remarks>
public static class InstructionSets
{
    /// <summary>The environment variable that forces an instruction set where <see cref="ModelLoadOptions.InstructionSet"/> does not.</summary>
    public const string EnvironmentVariable = "KERNELGEN_INSTRUCTION_SET";

    /// <summary>The widest instruction set that this process may use.</summary>
    public static InstructionSet Best =>
        IsSupported(InstructionSet.Avx512) ? InstructionSet.Avx512
        : IsSupported(InstructionSet.AvxVnni) ? InstructionSet.AvxVnni
        : IsSupported(InstructionSet.Avx2) ? InstructionSet.Avx2
        : InstructionSet.Portable;

    /// <summary>Whether this process may use an instruction set.</summary>
    /// <param name="instructionSet">The instruction set.</param>
    /// <returns><see langword="true"/> when a model can be loaded with it.</returns>
    public static bool IsSupported(InstructionSet instructionSet) => instructionSet switch
    {
        InstructionSet.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported,
        InstructionSet.AvxVnni => Avx2.IsSupported && Fma.IsSupported && AvxVnni.IsSupported,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.Portable => true,
        _ => false,
    };

    /// <summary>
    /// Reads the name of an instruction set, as the environment variable has it: <c>avx512</c>, <c>avxvnni</c>, <c>avx2</c> or <c>portable</c>, in upper or lower case.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="instructionSet">The instruction set, where it has this name. Whether this process may use it is another question (<see cref="IsSupported"/>).</param>
    /// <returns>Whether there is an instruction set of this name; numbers, and names with spaces around them, are none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out InstructionSet instructionSet)
    {
        (bool isKnown, instructionSet) = name?.ToLowerInvariant() switch
        {
            "avx512" => (true, InstructionSet.Avx512),
            "avxvnni" => (true, InstructionSet.AvxVnni),
            "avx2" => (true, InstructionSet.Avx2),
            "portable" => (true, InstructionSet.Portable),
            _ => (false, default),
        };
        return isKnown;
    }

    /// <summary>Decides what a model is loaded with: what is asked for, else what the environment variable says, else the best.</summary>
    /// <param name="requested">What is asked for.</param>
    /// <param name="options">The options that ask.</param>
    internal static InstructionSet Choose(InstructionSet? requested, string options = nameof(ModelLoadOptions))
    {
        string source = $"{options}.{nameof(ModelLoadOptions.InstructionSet)}";
        if (requested is not { } chosen)
        {
            string? variable = Environment.GetEnvironmentVariable(EnvironmentVariable);
            if (string.IsNullOrEmpty(variable))
            {
                return Best;
            }

            source = $"The environment variable {EnvironmentVariable}";
            if (!TryParse(variable, out chosen))
            {
                throw new PlatformNotSupportedException($"{source} is '{variable}', which is no instruction set; set it to avx512, avxvnni, avx2 or portable, or remove it.");
            }
        }

        if (!IsSupported(chosen))
        {
            throw new PlatformNotSupportedException(
                $"{source} asks for {chosen}, which this process cannot use: the CPU lacks it, the runtime was told not to use it, or the program was "
                + $"published without it (IlcInstructionSet). Available here: {Available()}.");
        }

        return chosen;
    }

    private static string Available()
    {
        var names = new List<string>();
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>())
        {
            if (IsSupported(instructionSet))
            {
                names.Add($"{instructionSet}");
            }
        }

        return string.Join(", ", names);
    }
}
