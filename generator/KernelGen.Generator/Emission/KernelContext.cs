using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>What every kernel emitter works with: the model, the instruction set, and names for its vectors.</summary>
/// <remarks>Aliases end with an underscore, so that no type or alias of the user's is likely to have the same name; one that has is refused.</remarks>
internal sealed record KernelContext(DeclaredClass Class, ModelPlan Plan, VectorInstructions Instructions)
{
    /// <summary>The attribute of a kernel: optimised at its first call, not after many.</summary>
    public const string Optimized = "[MethodImpl_(Optimized_)]";

    /// <summary>The attribute of a small piece of a kernel.</summary>
    public const string Inlined = "[MethodImpl_(Inlined_)]";

    /// <summary>What a method that is generic over a linear kernel's epilogue asks of it.</summary>
    public const string EpilogueConstraint = "\n    where TEpilogue : struct, Epilogue_";

    /// <summary>The type arguments of a linear kernel's tiles.</summary>
    public const string LinearArguments = "<TEpilogue, TPrecision>";

    /// <summary>What a method asks that is generic over the precision of the weights.</summary>
    public const string PrecisionConstraint = "\n    where TPrecision : struct, Precision_";

    /// <summary>What the tiles of a linear kernel ask of their type arguments.</summary>
    public const string LinearConstraints = EpilogueConstraint + PrecisionConstraint;

    private const string Intrinsics = "global::System.Runtime.Intrinsics";

    private static readonly (string Name, Func<KernelContext, string> Type)[] Aliases =
    [
        ("Floats_", static context => context.VectorOf("float")),
        ("Integers_", static context => context.VectorOf("int")),
        ("Bytes_", static context => context.VectorOf("byte")),
        ("SignedBytes_", static context => context.VectorOf("sbyte")),
        ("Shorts_", static context => context.VectorOf("short")),
        ("Simd_", static context => $"{Intrinsics}.{context.Instructions.Vector}"),
        ("Simd128_", static _ => $"{Intrinsics}.Vector128"),
        ("Simd256_", static _ => $"{Intrinsics}.Vector256"),
        ("Floats128_", static _ => $"{Intrinsics}.Vector128<float>"),
        ("Floats256_", static _ => $"{Intrinsics}.Vector256<float>"),
        ("Hints_", static _ => "global::KernelGen.Execution.CacheHints"),
        ("LogitRow_", static _ => "global::KernelGen.Execution.LogitRow"),
        ("Exact128_", static _ => "global::KernelGen.Execution.PortableArithmetic"),
        ("Products256_", static _ => $"{Intrinsics}.X86.Avx2"),
        ("Products512_", static _ => $"{Intrinsics}.X86.Avx512BW"),
        ("Epilogue_", static _ => "global::KernelGen.Execution.ILinearEpilogue"),
        ("Precision_", static _ => "global::KernelGen.Execution.IWeightPrecision"),
        ("Weights_", static _ => "global::KernelGen.Execution.LinearWeights"),
        ("MethodImpl_", static _ => "global::System.Runtime.CompilerServices.MethodImplAttribute"),
    ];

    /// <summary>The aliases that a file may begin with.</summary>
    public static IEnumerable<string> AliasNames => Aliases.Select(static alias => alias.Name);

    /// <summary>The name of the struct that holds the kernels.</summary>
    public string StructName => Vectors.Name + "Kernels";

    /// <summary>The lanes and the tiles of the instruction set.</summary>
    public VectorSet Vectors => Instructions.Vectors;

    /// <summary>The alias of the vector of floats.</summary>
    public string Floats => "Floats_";

    /// <summary>The alias of the vector of integers.</summary>
    public string Integers => "Integers_";

    /// <summary>The alias of the class with the vector operations.</summary>
    public string Simd => "Simd_";

    public ModelSpecification Specification => Plan.Specification;

    /// <summary>A vector in memory.</summary>
    public string At(string pointer) => $"*({Floats}*)({pointer})";

    /// <summary>The call that multiplies and adds with one rounding.</summary>
    public string FusedMultiplyAdd => Instructions.FusedMultiplyAdd;

    /// <summary>A pointer moved by a literal.</summary>
    public static string Offset(string pointer, int floats) => floats == 0 ? pointer : $"{pointer} + {floats}";

    /// <summary>The numbers of the vectors of one panel.</summary>
    public IEnumerable<int> PanelVectors => Enumerable.Range(0, Vectors.VectorsPerPanel);

    /// <summary>One argument for each vector of a panel.</summary>
    public string PanelArguments(string name) => string.Join(", ", PanelVectors.Select(v => name + v));

    /// <summary>Writes one generated file: header, namespace, containing types, and the body inside the kernels' struct.</summary>
    public GeneratedFile File(string family, string summary, Action<SourceWriter> body)
    {
        var members = new SourceWriter();
        body(members);
        string text = members.ToString();
        return ModelFile.Write(
            Class,
            $"{Vectors.Name}.{family}",
            $"{summary}\nModel: {ModelFile.Describe(Specification)}. Instruction set: {Vectors.Name}.",
            string.Join("\n", Aliases.Where(alias => text.Contains(alias.Name)).Select(alias => $"using {alias.Name} = {alias.Type(this)};")),
            writer =>
            {
                using (writer.Open($"unsafe partial struct {StructName}"))
                {
                    writer.Write(text.TrimEnd('\n'));
                }
            });
    }

    private string VectorOf(string element) => $"{Intrinsics}.{Instructions.Vector}<{element}>";
}
