using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>What every kernel emitter works with: the model, the instruction set, and names for its vectors.</summary>
/// <remarks>Aliases end with an underscore, so that no type or alias of the user's is likely to have the same name.</remarks>
internal sealed record KernelContext(DeclaredClass Class, ModelPlan Plan, VectorSet Vectors)
{
    /// <summary>The attribute of a kernel: optimised at its first call, not after many.</summary>
    public const string Optimized = "[MethodImpl_(MethodImplOptions_.AggressiveOptimization)]";

    /// <summary>The attribute of a small piece of a kernel.</summary>
    public const string Inlined = "[MethodImpl_(MethodImplOptions_.AggressiveInlining)]";

    /// <summary>What a method that is generic over a linear kernel's epilogue asks of it.</summary>
    public const string EpilogueConstraint = "\n    where TEpilogue : struct, global::KernelGen.Execution.ILinearEpilogue";

    /// <summary>The name of the struct that holds the kernels.</summary>
    public string StructName => Vectors.Name + "Kernels";

    /// <summary>The alias of the vector of floats.</summary>
    public string Floats => $"Floats{Bits}_";

    /// <summary>The alias of the vector of integers.</summary>
    public string Integers => $"Integers{Bits}_";

    /// <summary>The alias of the class with the vector operations.</summary>
    public string Simd => $"Simd{Bits}_";

    public ModelSpecification Specification => Plan.Specification;

    private int Bits => 32 * Vectors.Lanes;

    /// <summary>A vector in memory.</summary>
    public string At(string pointer) => $"*({Floats}*)({pointer})";

    /// <summary>The call that multiplies and adds with one rounding.</summary>
    public string FusedMultiplyAdd =>
        Vectors == VectorSet.Portable ? "Exact128_.FusedMultiplyAdd" : Simd + ".FusedMultiplyAdd";

    /// <summary>A pointer moved by a literal.</summary>
    public static string Offset(string pointer, int floats) => floats == 0 ? pointer : $"{pointer} + {floats}";

    /// <summary>The numbers of the vectors of one panel.</summary>
    public IEnumerable<int> PanelVectors => Enumerable.Range(0, Vectors.VectorsPerPanel);

    /// <summary>Writes one generated file: header, namespace, containing types, and the body inside the kernels' struct.</summary>
    public GeneratedFile File(string family, string summary, Action<SourceWriter> body)
    {
        string aliases =
            $$"""
            using {{Floats}} = global::System.Runtime.Intrinsics.{{Vectors.Vector}}<float>;
            using {{Integers}} = global::System.Runtime.Intrinsics.{{Vectors.Vector}}<int>;
            using {{Simd}} = global::System.Runtime.Intrinsics.{{Vectors.Vector}};
            using Exact128_ = global::KernelGen.Execution.PortableArithmetic;
            using MethodImpl_ = global::System.Runtime.CompilerServices.MethodImplAttribute;
            using MethodImplOptions_ = global::System.Runtime.CompilerServices.MethodImplOptions;
            """;
        return ModelFile.Write(
            Class,
            $"{Vectors.Name}.{family}",
            $"{summary}\nModel: {ModelFile.Describe(Specification)}. Instruction set: {Vectors.Name}.",
            aliases,
            writer =>
            {
                using (writer.Open($"unsafe partial struct {StructName}"))
                {
                    body(writer);
                }
            });
    }
}
