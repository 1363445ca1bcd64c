using KernelGen.Generator.Emission.InstructionSets;

namespace KernelGen.Generator.Emission;

/// <summary>The short names of generated files for types that are written on every line.</summary>
/// <remarks>They end with an underscore, so that no type or alias of the user's is likely to have the same name; one that has is refused.</remarks>
internal static class Aliases
{
    private const string Intrinsics = "global::System.Runtime.Intrinsics";
    private const string Execution = "global::KernelGen.Execution";

    /// <summary>Vectors of the instruction set, and what they hold.</summary>
    private static readonly (string Name, string Element)[] Vectors =
        [("Floats_", "float"), ("Integers_", "int"), ("Bytes_", "byte"), ("SignedBytes_", "sbyte"), ("Shorts_", "short")];

    /// <summary>What is the same for every instruction set.</summary>
    private static readonly (string Name, string Type)[] Types =
    [
        ("Floats128_", $"{Intrinsics}.Vector128<float>"),
        ("Floats256_", $"{Intrinsics}.Vector256<float>"),
        ("SignedBytes128_", $"{Intrinsics}.Vector128<sbyte>"),
        ("SignedBytes256_", $"{Intrinsics}.Vector256<sbyte>"),
        ("Shorts256_", $"{Intrinsics}.Vector256<short>"),
        ("UnsignedShorts256_", $"{Intrinsics}.Vector256<ushort>"),
        ("Simd128_", $"{Intrinsics}.Vector128"),
        ("Simd256_", $"{Intrinsics}.Vector256"),
        ("Avx2_", $"{Intrinsics}.X86.Avx2"),
        ("Avx512F_", $"{Intrinsics}.X86.Avx512F"),
        ("Avx512BW_", $"{Intrinsics}.X86.Avx512BW"),
        ("Exact_", $"{Execution}.PortableArithmetic"),
        ("Hints_", $"{Execution}.CacheHints"),
        ("LogitRow_", $"{Execution}.LogitRow"),
        ("Epilogue_", $"{Execution}.ILinearEpilogue"),
        ("Precision_", $"{Execution}.IWeightPrecision"),
        ("Weights_", $"{Execution}.LinearWeights"),
        ("MethodImpl_", "global::System.Runtime.CompilerServices.MethodImplAttribute"),
        ("Uncovered_", "global::System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute"),
    ];

    /// <summary>The class with the operations on vectors of the instruction set.</summary>
    private const string Simd = "Simd_";

    /// <summary>Every name that a file may begin with.</summary>
    public static IEnumerable<string> Names => [Simd, .. Vectors.Select(static vector => vector.Name), .. Types.Select(static type => type.Name)];

    /// <summary>The directives for the names that are in a text.</summary>
    /// <param name="text">The members of the file.</param>
    /// <param name="instructions">The instruction set, where the file is of one.</param>
    public static IEnumerable<string> Directives(string text, VectorInstructions? instructions)
    {
        IEnumerable<(string Name, string Type)> vectors = instructions is null
            ? []
            : [(Simd, $"{Intrinsics}.{instructions.Vector}"), .. Vectors.Select(vector => (vector.Name, $"{Intrinsics}.{instructions.Vector}<{vector.Element}>"))];
        return vectors.Concat(Types).Where(alias => Holds(text, alias.Name)).Select(static alias => $"using {alias.Name} = {alias.Type};");
    }

    /// <summary>Whether a name stands in a text by itself, not at the end of a longer one.</summary>
    private static bool Holds(string text, string name)
    {
        for (int i = text.IndexOf(name, StringComparison.Ordinal); i >= 0; i = text.IndexOf(name, i + 1, StringComparison.Ordinal))
        {
            if (i == 0 || !(char.IsLetterOrDigit(text[i - 1]) || text[i - 1] == '_'))
            {
                return true;
            }
        }

        return false;
    }
}
