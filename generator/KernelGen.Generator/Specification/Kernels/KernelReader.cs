using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Specification.Kernels;

/// <summary>Turns the attributed method that Roslyn sees into a <see cref="KernelDeclaration"/>. The generator and the analyzer read through it alike.</summary>
internal static class KernelReader
{
    private const string UncoveredAttribute = "System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute";

    private static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.FullyQualifiedFormat;

    /// <summary>The attribute that makes a method a kernel, or <see langword="null"/>. Of two, which are refused, the first counts.</summary>
    public static AttributeData? FindAttribute(IMethodSymbol method) => method.GetAttributes().FirstOrDefault(IsKernel);

    /// <summary>Reads what a method and its attribute say.</summary>
    /// <param name="method">The method.</param>
    /// <param name="syntax">That part of it that carries the attribute.</param>
    /// <param name="attribute">The attribute.</param>
    /// <returns>The declaration, or <see langword="null"/> when the compiler itself refuses the attribute or the place of the method.</returns>
    public static KernelDeclaration? Read(IMethodSymbol method, MethodDeclarationSyntax syntax, AttributeData attribute)
    {
        if (attribute.AttributeConstructor is null || syntax.Parent is not TypeDeclarationSyntax typeSyntax || attribute.AttributeClass?.ToDisplayString() is not string name)
        {
            return null;
        }

        List<Problem> problems = [.. FindMethodProblems(method, syntax, typeSyntax)];
        KernelSettings settings = new(method, name, attribute, problems);
        KernelSpecification? kernel = settings.Build();
        return new KernelDeclaration(
            DeclarationReader.ReadClass(method.ContainingType, typeSyntax),
            Escaped(method.Name),
            string.Join(" ", syntax.Modifiers.Select(static modifier => modifier.Text)),
            new EquatableArray<KernelParameter>(method.Parameters.Select(static parameter => new KernelParameter(parameter.Type.ToDisplayString(TypeFormat), Escaped(parameter.Name)))),
            problems.Count == 0 ? kernel : null,
            new EquatableArray<Problem>(problems.Distinct()))
        {
            IsUncovered = method.GetAttributes().Any(static other => other.AttributeClass?.ToDisplayString() == UncoveredAttribute),
        };
    }

    private static bool IsKernel(AttributeData attribute) => attribute.AttributeClass?.ToDisplayString() is string name && KernelNames.All.Contains(name);

    private static string Escaped(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    private static IEnumerable<Problem> FindMethodProblems(IMethodSymbol method, MethodDeclarationSyntax syntax, TypeDeclarationSyntax typeSyntax)
    {
        INamedTypeSymbol type = method.ContainingType;
        if (UnsuitableBecause(method, syntax) is string reason)
        {
            yield return new Problem(ProblemKind.UnsuitableMethod, Place.MethodName, method.Name, reason);
        }

        if (UnsuitableBecause(type) is string ofClass)
        {
            yield return new Problem(ProblemKind.UnsuitableMethod, Place.MethodName, method.Name, $"of '{type.Name}', which it is in, {ofClass}");
        }

        foreach (Problem problem in DeclarationReader.FindNotPartial(typeSyntax, $"the kernel '{method.Name}' is in it", $"the kernel '{method.Name}' is nested in it"))
        {
            yield return problem;
        }

        if (TakenNames.Around(type) is (string name, string meaning))
        {
            yield return new Problem(ProblemKind.NameTaken, Place.Attribute, type.Name, name, meaning);
        }
    }

    private static string? UnsuitableBecause(IMethodSymbol method, MethodDeclarationSyntax syntax)
    {
        if (method.GetAttributes().Where(IsKernel).Skip(1).Any())
        {
            return "it has the attributes of two kernels; keep one";
        }

        if (syntax.Body is not null || syntax.ExpressionBody is not null || (method.PartialImplementationPart is { } implementation && DeclarationReader.OwnParts(implementation).Any()))
        {
            return "it has a body, and the generator writes that; end the declaration with a semicolon";
        }

        if (!method.IsStatic)
        {
            return "it is not static, and a kernel has no state; write 'static'";
        }

        if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            return "it is not partial, so that the generator cannot write its body; write 'partial' before its return type";
        }

        if (!method.ReturnsVoid)
        {
            return "it returns something, and a kernel writes what it computes into a span; make it void";
        }

        return method.Arity > 0 ? "it is generic, and the dimensions of a kernel are written into it once; remove the type parameters" : null;
    }

    private static string? UnsuitableBecause(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class || type.IsRecord)
        {
            return "no part can be generated, for it is no plain class; move the kernel into one";
        }

        if (type.TypeParameters.Length > 0)
        {
            return "no part can be generated, for it is generic; move the kernel out of it";
        }

        if (type.IsFileLocal)
        {
            return "no part can be generated, for it is local to its file; remove 'file'";
        }

        if (DeclarationReader.FindAttribute(type) is not null)
        {
            return "a model is made, whose kernels would have the same names; move the kernel into a class of its own";
        }

        if (DeclarationReader.UnsuitableAround(type) is string around)
        {
            return "no part can be generated, for " + around;
        }

        return GeneratedNames.KernelMembers.FirstOrDefault(name => name == type.Name || DeclarationReader.DeclaresMember(type, name)) is string taken
            ? $"the generator makes '{taken}' a member; rename yours"
            : null;
    }
}
