using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>What every kernel emitter works with: the kernels that are planned, the instruction set, and names for its vectors.</summary>
internal sealed record KernelContext(DeclaredClass Class, KernelPlan Plan, VectorInstructions Instructions)
{
    /// <summary>The attribute of a kernel: optimised at its first call, not after many.</summary>
    public const string Optimized = "[MethodImpl_(Optimized_)]";

    /// <summary>The attribute of a small piece of a kernel.</summary>
    public const string Inlined = "[MethodImpl_(Inlined_)]";

    /// <summary>What a method that is generic over a linear kernel's epilogue asks of it.</summary>
    public const string EpilogueConstraint = "\n    where TEpilogue : Epilogue_";

    /// <summary>The type arguments of a linear kernel's tiles.</summary>
    public const string LinearArguments = "<TEpilogue, TPrecision>";

    /// <summary>What a method asks that is generic over the precision of the weights.</summary>
    public const string PrecisionConstraint = "\n    where TPrecision : Precision_";

    /// <summary>What the tiles of a linear kernel ask of their type arguments.</summary>
    public const string LinearConstraints = EpilogueConstraint + " where TPrecision : Precision_";

    /// <summary>The type arguments of what multiplies 8-bit weights.</summary>
    public string Int8Arguments => Instructions.Int8Variant is null ? "<TEpilogue>" : LinearArguments;

    /// <summary>What it asks of them.</summary>
    public string Int8Constraints => Instructions.Int8Variant is null ? EpilogueConstraint : LinearConstraints;

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

    /// <summary>The plan of the model whose kernels these are; single kernels have none.</summary>
    public ModelPlan Model => (ModelPlan)Plan;

    public ModelSpecification Specification => Model.Specification;

    /// <summary>
    /// The class within <see cref="StructName"/> that holds the kernels of one shape, where kernels of one family have several; <see langword="null"/> where they
    /// have one, as those of a model.
    /// </summary>
    public string? Shape { get; init; }

    /// <summary>The file that says what the kernels are for.</summary>
    public string DescribedBy => $"{Class.HintName}.{(Plan is ModelPlan ? "Model" : "Kernels")}.g.cs";

    /// <summary>A vector in memory.</summary>
    public string At(string pointer) => At(Floats, pointer);

    /// <summary>Something in memory.</summary>
    public static string At(string type, string pointer) => "*" + Cast(type, pointer);

    /// <summary>A pointer to something else.</summary>
    public static string Cast(string type, string pointer) => pointer.Contains(' ') ? $"({type}*)({pointer})" : $"({type}*){pointer}";

    /// <summary>The call that multiplies and adds with one rounding.</summary>
    public string FusedMultiplyAdd => Instructions.FusedMultiplyAdd;

    /// <summary>A pointer moved by a literal.</summary>
    public static string Offset(string pointer, int floats) => floats == 0 ? pointer : $"{pointer} + {floats}";

    /// <summary>Counts a variable up by a literal.</summary>
    public static string Increase(string variable, int by) => by == 1 ? $"{variable}++" : $"{variable} += {by}";

    /// <summary>Counts a variable down by a literal.</summary>
    public static string Decrease(string variable, int by) => by == 1 ? $"{variable}--" : $"{variable} -= {by}";

    /// <summary>Moves residual and output of a linear kernel down some rows.</summary>
    public static string NextRows(int rows) => NextRows(rows == 1 ? "" : $"{rows} * ");

    /// <summary>Moves residual and output of a linear kernel down some rows.</summary>
    /// <param name="factor">How many, and the sign of a product.</param>
    public static string NextRows(string factor) => $"residual += {factor}TEpilogue.ResidualStride, output += {factor}TEpilogue.OutputStride";

    /// <summary>The numbers of the vectors of one panel.</summary>
    public IEnumerable<int> PanelVectors => Enumerable.Range(0, Vectors.VectorsPerPanel);

    /// <summary>A statement for each vector of a panel, given its number.</summary>
    public string ForPanel(Func<int, string> statement) => string.Join(" ", PanelVectors.Select(statement));

    /// <summary>One argument for each vector of a panel.</summary>
    public string PanelArguments(string name) => string.Join(", ", PanelVectors.Select(v => name + v));

    /// <summary>A vector of which no more than the first lanes count: the others are those of another.</summary>
    /// <param name="count">How many count, at least 1.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="others">The other vector; by default of zeros.</param>
    public string FirstLanes(int count, string vector, string? others = null)
    {
        string mask = string.Join(", ", Enumerable.Range(0, Vectors.Lanes).Select(lane => lane < count ? "-1" : "0"));
        return count >= Vectors.Lanes ? vector : $"{Simd}.ConditionalSelect({Simd}.AsSingle({Simd}.Create({mask})), {vector}, {others ?? $"{Floats}.Zero"})";
    }

    /// <summary>Writes one generated file: header, namespace, containing types, and the body inside the kernels' struct.</summary>
    public GeneratedFile File(string family, string summary, Action<SourceWriter> body) => ModelFile.Write(
        Class,
        $"{Vectors.Name}.{Shape ?? family}",
        [.. summary.Split('\n'), $"{Vectors.Name} kernels of {Class.Name}, which {DescribedBy} describes."],
        Instructions,
        writer =>
        {
            using (writer.Open($"unsafe partial struct {StructName}"))
            {
                if (Shape is null)
                {
                    body(writer);
                    return;
                }

                using (writer.Open($"internal static class {Shape}"))
                {
                    body(writer);
                }
            }
        });
}
