using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Specification;

/// <summary>Finds what a project has under a name that generated code uses, and that would be taken for what is meant.</summary>
internal static class TakenNames
{
    /// <summary>What would be taken in every generated file: a global alias, or a type or namespace that replaces a referenced type.</summary>
    public static (string Name, string Meaning)? InProject(Compilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            foreach (UsingDirectiveSyntax directive in ((CompilationUnitSyntax)tree.GetRoot()).Usings)
            {
                if (directive.Alias?.Name.Identifier.ValueText is string alias && !directive.GlobalKeyword.IsKind(SyntaxKind.None) && GeneratedNames.Unqualified.Contains(alias))
                {
                    return (alias, "a global alias");
                }
            }
        }

        foreach (string name in GeneratedNames.Qualified)
        {
            if (FindReplacement(compilation.Assembly.GlobalNamespace, name) is ISymbol found)
            {
                return (name, Describe(found));
            }
        }

        return null;
    }

    /// <summary>What would be taken inside a class: a member of the class or of a type around it, or what a namespace around them holds.</summary>
    public static (string Name, string Meaning)? Around(INamedTypeSymbol type)
    {
        foreach (string name in GeneratedNames.Unqualified)
        {
            for (INamespaceOrTypeSymbol? scope = type; scope is not null; scope = (INamespaceOrTypeSymbol?)scope.ContainingType ?? scope.ContainingNamespace)
            {
                for (INamespaceOrTypeSymbol? holder = scope; holder is not null; holder = (holder as INamedTypeSymbol)?.BaseType)
                {
                    if (holder.GetMembers(name).FirstOrDefault() is ISymbol found)
                    {
                        return (name, Describe(found));
                    }
                }
            }
        }

        return null;
    }

    private static string Describe(ISymbol symbol) => $"'{symbol.ToDisplayString()}'";

    // The project's own type or namespace of this name, or a type of the project where a namespace is expected on the way to it.
    private static ISymbol? FindReplacement(INamespaceSymbol root, string name)
    {
        INamespaceSymbol scope = root;
        string[] parts = name.Split('.');
        for (int i = 0; i < parts.Length; i++)
        {
            ISymbol[] found = [.. scope.GetMembers(parts[i].Split('`')[0]).Where(member => member.MetadataName == parts[i])];
            INamespaceSymbol? next = found.OfType<INamespaceSymbol>().FirstOrDefault();
            if (found.FirstOrDefault(member => member is INamedTypeSymbol || i == parts.Length - 1) is ISymbol replacement)
            {
                return replacement;
            }

            if (next is null)
            {
                return null;
            }

            scope = next;
        }

        return null;
    }
}
