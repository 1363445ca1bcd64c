namespace KernelGen.Generator.Specification.Kernels;

/// <summary>A method that is to be a kernel: how its generated part is written, and what it computes. No Roslyn type in it.</summary>
/// <param name="Class">The class that it is in.</param>
/// <param name="Name">Its name, as in source.</param>
/// <param name="Modifiers">Its modifiers, as in source: both parts of a method have the same.</param>
/// <param name="Parameters">Its parameters, each with its type as generated source has it, and its name.</param>
/// <param name="Kernel">What it computes; <see langword="null"/> where something is wrong.</param>
/// <param name="Problems">What is wrong.</param>
internal sealed record KernelDeclaration(
    DeclaredClass Class,
    string Name,
    string Modifiers,
    EquatableArray<KernelParameter> Parameters,
    KernelSpecification? Kernel,
    EquatableArray<Problem> Problems)
{
    /// <summary>Whether the user's part has <c>[ExcludeFromCodeCoverage]</c>, which a method may have only once.</summary>
    public bool IsUncovered { get; init; }
}

/// <summary>A parameter of a kernel.</summary>
/// <param name="Type">Its type, as generated source has it.</param>
/// <param name="Name">Its name, as in source.</param>
internal sealed record KernelParameter(string Type, string Name);
