namespace KernelGen.Generator.Emission.Kernels;

/// <summary>Writes functions of each number of a row that are kernels of their own.</summary>
internal static class ActivationKernelEmitter
{
    /// <summary>The name of the kernel of a function.</summary>
    public static string NameOf(Activation function) => $"Apply{function}";

    public static GeneratedFile Emit(KernelContext context, IReadOnlyList<Activation> functions) => context.File(
        "Activation",
        "Functions of each number of a row, in place; what is applied to a row of zeros is finite.",
        writer =>
        {
            foreach (Activation function in functions)
            {
                EpilogueEmitter.EmitFunction(writer, context, function, $"public static void {NameOf(function)}");
                writer.Write();
            }
        });
}
