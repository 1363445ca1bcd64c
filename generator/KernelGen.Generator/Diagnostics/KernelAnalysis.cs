using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Kernels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KernelGen.Generator.Diagnostics;

/// <summary>Says what is wrong with a single kernel.</summary>
internal static class KernelAnalysis
{
    /// <summary>Reports what is wrong with a method that carries the attribute of a kernel.</summary>
    public static void Analyze(SymbolAnalysisContext context, CompilerSettings compiler)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (KernelReader.FindAttribute(method) is not AttributeData attribute
            || attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) is not AttributeSyntax attributeSyntax
            || attributeSyntax.Parent?.Parent is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax typeSyntax } methodSyntax
            || KernelReader.Read(method, methodSyntax, attribute) is not KernelDeclaration kernel)
        {
            return;
        }

        foreach (Problem problem in kernel.Problems.Concat(compiler.FindProblems(kernel.Class)))
        {
            Location location = problem.Place.Kind switch
            {
                PlaceKind.MethodName => methodSyntax.Identifier.GetLocation(),
                PlaceKind.TypeName => DeclarationAnalyzer.LocateType(problem.Place.Depth, typeSyntax),
                _ => DeclarationAnalyzer.LocateInAttribute(problem.Place, attributeSyntax),
            };
            context.ReportDiagnostic(Diagnostic.Create(DiagnosticDescriptors.For(problem.Kind), location, [.. problem.Details]));
        }
    }
}
