using System.Collections.Immutable;
using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;
using KernelGen.Generator.Specification.Kernels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator.Diagnostics;

/// <summary>
/// Says what is wrong with a declaration of a model or of a single kernel, at the argument at fault, or at the place in the configuration file. An analyzer of its own, and not the generator, because only what points into a
/// syntax tree can be silenced with <c>#pragma warning disable</c>, and the generator must keep no syntax tree.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of a diagnostic that says which base class is to be named.</summary>
    internal const string BaseClassHint = "BaseClass";

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
            if (DeclarationReader.AttributeNames.Concat(KernelNames.All).All(name => start.Compilation.GetTypeByMetadataName(name) is null))
            {
                return;
            }

            var compiler = CompilerSettings.Of(start.Compilation);
            start.RegisterSymbolAction(context => KernelAnalysis.Analyze(context, compiler), SymbolKind.Method);
            bool generatesEndpoints = GeneratesEndpoints(start.Compilation, start.Options);
            start.RegisterSymbolAction(context => Analyze(context, compiler, generatesEndpoints), SymbolKind.NamedType);
        });
    }

    /// <summary>
    /// Whether ASP.NET Core's request delegate generator runs, as it does for native AOT. Like every source generator it sees what users wrote, and not what
    /// other generators add: the return type of an endpoint that calls a model's inherited methods is unknown to it.
    /// </summary>
    private static bool GeneratesEndpoints(Compilation compilation, AnalyzerOptions options) =>
        options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("build_property.EnableRequestDelegateGenerator", out string? enabled)
        && enabled.Equals("true", StringComparison.OrdinalIgnoreCase)
        && compilation.GetTypeByMetadataName("Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions") is not null;

    private static void Analyze(SymbolAnalysisContext context, CompilerSettings compiler, bool generatesEndpoints)
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
        SpecificationResult result = SpecificationBuilder.Build(declaration, files, compiler);
        Problem? missingBase = generatesEndpoints && result.Specification is ModelSpecification model ? DeclarationReader.FindMissingBaseClass(type, model.IsSpeech) : null;
        foreach (Problem problem in missingBase is null ? result.Problems : result.Problems.Append(missingBase))
        {
            DiagnosticDescriptor descriptor = DiagnosticDescriptors.For(problem.Kind);
            Location declared = Locate(problem.Place, type, typeSyntax, attributeSyntax, context.CancellationToken);
            context.ReportDiagnostic(InConfiguration(problem.Place, files, declaration, context) is Location location
                ? Diagnostic.Create(descriptor, location, additionalLocations: [declared], [.. problem.Details])
                : Diagnostic.Create(descriptor, declared, Hints(problem), [.. problem.Details]));
        }
    }

    /// <summary>What a code fix has to know besides the place.</summary>
    private static ImmutableDictionary<string, string?> Hints(Problem problem) => problem.Kind == ProblemKind.BaseClassNotNamed
        ? ImmutableDictionary<string, string?>.Empty.Add(BaseClassHint, problem.Details.Last())
        : ImmutableDictionary<string, string?>.Empty;

    /// <summary>The place in the configuration file, where the problem is one of its text.</summary>
    private static Location? InConfiguration(Place place, ConfigurationFiles files, Declaration declaration, SymbolAnalysisContext context)
    {
        if (place.Kind is not (PlaceKind.ConfigurationKey or PlaceKind.ConfigurationText)
            || declaration.Configuration is not string written
            || files.Find(written).SingleOrDefault() is not ConfigurationFile file
            || context.Options.AdditionalFiles.FirstOrDefault(text => FilePath.Normalize(text.Path) == file.Path) is not AdditionalText additional
            || additional.GetText(context.CancellationToken) is not SourceText text)
        {
            return null;
        }

        TextSpan span = place.Kind == PlaceKind.ConfigurationKey ? ValueOf(place.Property, text.ToString()) : new TextSpan(place.Position, place.Length);
        span = TextSpan.FromBounds(Math.Min(span.Start, text.Length), Math.Min(span.End, text.Length));
        return Location.Create(additional.Path, span, text.Lines.GetLinePositionSpan(span));
    }

    private static TextSpan ValueOf(string key, string text)
    {
        JsonMemberSpan member = JsonReader.LocateMembers(text).FirstOrDefault(member => member.Name == key);
        return TextSpan.FromBounds(member.ValueStart, member.ValueEnd);
    }

    private static ConfigurationFiles ReadFiles(string? requested, AnalyzerOptions options, CancellationToken cancellation)
    {
        List<ConfigurationFile> files = [];
        List<string> listed = [];
        if (requested is not null)
        {
            string name = FilePath.Name(requested);
            foreach (AdditionalText text in options.AdditionalFiles)
            {
                listed.Add(FilePath.Normalize(text.Path));
                if (FilePath.Name(text.Path).Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    files.Add(ConfigurationFile.Read(text.Path, text.GetText(cancellation)?.ToString()));
                }
            }
        }

        return new ConfigurationFiles(ModelGenerator.ProjectDirectory(options.AnalyzerConfigOptionsProvider), new EquatableArray<ConfigurationFile>(files))
        {
            Listed = new EquatableArray<string>(listed),
        };
    }

    private static Location Locate(Place place, INamedTypeSymbol type, TypeDeclarationSyntax typeSyntax, AttributeSyntax attribute, CancellationToken cancellation) => place.Kind switch
    {
        PlaceKind.TypeName => LocateType(place.Depth, typeSyntax),
        PlaceKind.BaseClass when FindBaseClass(type, cancellation) is SyntaxNode baseClass => baseClass.GetLocation(),
        _ => LocateInAttribute(place, attribute),
    };

    /// <summary>The name of a type, or of one around it.</summary>
    internal static Location LocateType(int depth, TypeDeclarationSyntax typeSyntax) =>
        typeSyntax.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().ElementAt(depth).Identifier.GetLocation();

    /// <summary>The argument that a place names; the attribute where there is none.</summary>
    internal static Location LocateInAttribute(Place place, AttributeSyntax attribute)
    {
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = attribute.ArgumentList?.Arguments ?? default;
        AttributeArgumentSyntax? argument = place.Kind switch
        {
            PlaceKind.Constructor or PlaceKind.ConfigurationKey or PlaceKind.ConfigurationText => arguments.FirstOrDefault(static argument => argument.NameEquals is null),
            PlaceKind.Property => arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == place.Property),
            _ => null,
        };
        return ((SyntaxNode?)argument ?? attribute).GetLocation();
    }

    // The base class may be named by any part of a partial class; it is the first in its list.
    private static SyntaxNode? FindBaseClass(INamedTypeSymbol type, CancellationToken cancellation) => type.DeclaringSyntaxReferences
        .Select(reference => reference.GetSyntax(cancellation))
        .OfType<TypeDeclarationSyntax>()
        .FirstOrDefault(part => DeclarationReader.FirstBase(part) is nameof(Object) || DeclarationReader.FirstBase(part) == type.BaseType?.Name)?.BaseList!.Types[0];
}
