namespace KernelGen.Generator.Emission;

/// <summary>Writes the struct of the kernels of one instruction set, to which each family of kernels adds a file.</summary>
internal static class StructEmitter
{
    /// <param name="context">The kernels and the instruction set.</param>
    /// <param name="kernels">The interface in <c>KernelGen.Execution</c> that they implement; <see langword="null"/> for none.</param>
    public static GeneratedFile Emit(KernelContext context, string? kernels) => ModelFile.Write(
        context.Class,
        context.Vectors.Name,
        [$"{context.Vectors.Name} kernels of {context.Class.Name}, which {context.DescribedBy} describes; each family has a file of its own."],
        context.Instructions,
        writer =>
        {
            writer.Write(ModelFile.Uncovered);
            writer.Write($"[global::System.CodeDom.Compiler.GeneratedCode(\"KernelGen.Generator\", \"{typeof(StructEmitter).Assembly.GetName().Version}\")]");
            string implements = kernels is null ? "" : $" : global::KernelGen.Execution.{kernels}";
            using (writer.Open($"internal unsafe partial struct {context.StructName}{implements}"))
            {
                writer.Write($"public static global::KernelGen.InstructionSet InstructionSet => global::KernelGen.InstructionSet.{context.Vectors.Name};");
                writer.Write();
                writer.Write($"public static bool IsSupported => {context.Instructions.Guard};");
                const string Options = "global::System.Runtime.CompilerServices.MethodImplOptions";
                writer.Write();
                writer.Write($"private const {Options} Optimized_ =\n    {Options}.AggressiveOptimization;");
                writer.Write();
                writer.Write("// In the largest methods the compiler stops inlining; what it calls instead is then at least optimised at its first call.");
                writer.Write($"private const {Options} Inlined_ =\n    {Options}.AggressiveInlining | Optimized_;");
            }
        });
}
