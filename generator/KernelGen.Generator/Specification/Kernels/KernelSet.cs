namespace KernelGen.Generator.Specification.Kernels;

/// <summary>The single kernels of one class that can be generated. Two equal sets give the same files.</summary>
/// <param name="Class">The class.</param>
/// <param name="Kernels">Its kernels, in the order of their names and parameters.</param>
internal sealed record KernelSet(DeclaredClass Class, EquatableArray<KernelDeclaration> Kernels);
