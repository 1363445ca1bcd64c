using System.Collections.Immutable;
using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KernelGen.Generator.Diagnostics;

/// <summary>
/// Says what is wrong with a declaration, at the argument at fault. An analyzer of its own, and not the generator, because only what points into a
/// syntax tree can be silenced with <c>#pragma warning disable</c>, and the generator must keep no syntax tree.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => DiagnosticDescriptors.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        // A declaration may stand in a file that counts as generated, by its header or by #line, and gets no model either when it is wrong.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(DeclarationReader.AttributeName) is null)
            {
                return;
            }

            var compiler = CompilerSettings.Of(start.Compilation);
            start.RegisterSymbolAction(context => Analyze(context, compiler), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, CompilerSettings compiler)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (DeclarationReader.FindAttribute(type) is not AttributeData attribute
            || attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) is not AttributeSyntax attributeSyntax
            || attributeSyntax.Parent?.Parent is not TypeDeclarationSyntax typeSyntax
            || DeclarationReader.Read(type, typeSyntax, attribute) is not Declaration declaration)
        {
            return;
        }

        ConfigurationFiles files = ReadFiles(declaration.Configuration, context.Options, context.CancellationToken);
        foreach (Problem problem in SpecificationBuilder.Build(declaration, files, compiler).Problems)
        {
            Location location = Locate(problem.Place, type, typeSyntax, attributeSyntax, context.CancellationToken);
            context.ReportDiagnostic(Diagnostic.Create(DiagnosticDescriptors.For(problem.Kind), location, [.. problem.Details]));
        }
    }

    private static ConfigurationFiles ReadFiles(string? requested, AnalyzerOptions options, CancellationToken cancellation)
    {
        List<ConfigurationFile> files = [];
        if (requested is not null)
        {
            string name = FilePath.Name(requested);
            foreach (AdditionalText text in options.AdditionalFiles)
            {
                if (FilePath.Name(text.Path).Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    files.Add(ConfigurationFile.Read(text.Path, text.GetText(cancellation)?.ToString()));
                }
            }
        }

        return new ConfigurationFiles(ModelGenerator.ProjectDirectory(options.AnalyzerConfigOptionsProvider), new EquatableArray<ConfigurationFile>(files));
    }

    private static Location Locate(Place place, INamedTypeSymbol type, TypeDeclarationSyntax typeSyntax, AttributeSyntax attribute, CancellationToken cancellation)
    {
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = attribute.ArgumentList?.Arguments ?? default;
        SyntaxNode? node = place.Kind switch
        {
            PlaceKind.Constructor => arguments.FirstOrDefault(static argument => argument.NameEquals is null),
            PlaceKind.Property => arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == place.Property),
            PlaceKind.BaseClass => FindBaseClass(type, cancellation),
            _ => null,
        };
        if (place.Kind == PlaceKind.TypeName)
        {
            return typeSyntax.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().ElementAt(place.Depth).Identifier.GetLocation();
        }

        return (node ?? attribute).GetLocation();
    }

    // The base class may be named by any part of a partial class; it is the first in its list.
    private static SyntaxNode? FindBaseClass(INamedTypeSymbol type, CancellationToken cancellation) => type.DeclaringSyntaxReferences
        .Select(reference => reference.GetSyntax(cancellation))
        .OfType<TypeDeclarationSyntax>()
        .FirstOrDefault(part => DeclarationReader.FirstBase(part) is nameof(Object) || DeclarationReader.FirstBase(part) == type.BaseType?.Name)?.BaseList!.Types[0];
}
