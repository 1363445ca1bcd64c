using System.Collections.Immutable;
using System.Text;
using KernelGen.Generator.Emission;
using KernelGen.Generator.Emission.Kernels;
using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;
using KernelGen.Generator.Specification.Kernels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator;

/// <summary>
/// Writes the kernels of every class that carries <c>[EncoderDecoderModel]</c> or <c>[SpeechToTextModel]</c>: declaration → specification → files, and those of every
/// method that carries an attribute of a single kernel, class by class. It reports nothing: what is
/// wrong with a declaration is said by <see cref="Diagnostics.DeclarationAnalyzer"/>, which reads declarations through the same code.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    /// <summary>The names of the steps that can be cached, in the order of the data.</summary>
    internal static class Steps
    {
        public const string Declarations = nameof(Declarations);
        public const string RequestedFiles = nameof(RequestedFiles);
        public const string ConfigurationFiles = nameof(ConfigurationFiles);
        public const string AmbiguousNames = nameof(AmbiguousNames);
        public const string RepeatedNames = nameof(RepeatedNames);
        public const string CompilerSettings = nameof(CompilerSettings);
        public const string Models = nameof(Models);
        public const string Kernels = nameof(Kernels);
        public const string KernelSets = nameof(KernelSets);
    }

    /// <summary>A model that is ready to be emitted.</summary>
    internal sealed record Model(DeclaredClass Class, ModelSpecification Specification);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Declaration> declarations = Read(DeclarationReader.AttributeName)
            .Collect()
            .Combine(Read(DeclarationReader.SpeechAttributeName).Collect())
            .SelectMany(static (all, _) => all.Left.AddRange(all.Right))
            .WithTrackingName(Steps.Declarations);

        // Only files that some declaration names are parsed, and only what matters of them goes on.
        IncrementalValueProvider<EquatableArray<string>> requested = declarations
            .Collect()
            .Select(static (all, _) => RequestedNames(all))
            .WithTrackingName(Steps.RequestedFiles);
        IncrementalValueProvider<string> projectDirectory = context.AnalyzerConfigOptionsProvider.Select(static (options, _) => ProjectDirectory(options));
        IncrementalValueProvider<ConfigurationFiles> files = context.AdditionalTextsProvider
            .Combine(requested)
            .Where(static pair => pair.Right.Contains(FilePath.Name(pair.Left.Path), StringComparer.OrdinalIgnoreCase))
            .Select(static (pair, cancellation) => ConfigurationFile.Read(pair.Left.Path, pair.Left.GetText(cancellation)?.ToString()))
            .Collect()
            .Combine(projectDirectory)
            .Select(static (pair, _) => new ConfigurationFiles(pair.Right, new EquatableArray<ConfigurationFile>(pair.Left)))
            .WithTrackingName(Steps.ConfigurationFiles);

        IncrementalValueProvider<CompilerSettings> compiler = context.CompilationProvider
            .Select(static (compilation, _) => CompilerSettings.Of(compilation))
            .WithTrackingName(Steps.CompilerSettings);

        IncrementalValueProvider<EquatableArray<string>> repeated = declarations
            .Collect()
            .Select(static (all, _) => RepeatedNames(all))
            .WithTrackingName(Steps.RepeatedNames);

        IncrementalValueProvider<EquatableArray<string>> ambiguous = declarations
            .Collect()
            .Select(static (all, _) => AmbiguousNames(all.Select(static declaration => declaration.Class)))
            .WithTrackingName(Steps.AmbiguousNames);

        IncrementalValuesProvider<Model> models = declarations
            .Combine(repeated)
            .Where(static input => !input.Right.Contains(input.Left.Class.HintName))
            .Select(static (input, _) => input.Left)
            .Combine(ambiguous)
            .Select(static (input, _) => input.Right.Contains(input.Left.Class.HintName)
                ? input.Left with { Class = input.Left.Class with { IsAmbiguous = true } }
                : input.Left)
            .Combine(files)
            .Combine(compiler)
            .Select(static (input, _) => BuildModel(input.Left.Left, input.Left.Right, input.Right))
            .Where(static model => model is not null)
            .Select(static (model, _) => model!)
            .WithTrackingName(Steps.Models);

        context.RegisterSourceOutput(models, static (output, model) => Emit(output, () => ModelEmitter.Emit(model.Class, model.Specification)));

        IncrementalValueProvider<EquatableArray<string>> modelNames = declarations
            .Collect()
            .Select(static (all, _) => new EquatableArray<string>(all.Select(static declaration => declaration.Class.HintName).Distinct().OrderBy(static name => name, StringComparer.Ordinal)));
        IncrementalValuesProvider<KernelSet> sets = KernelNames.All
            .Select(ReadKernels)
            .Aggregate(static (all, further) => all.Combine(further).Select(static (both, _) => both.Left.AddRange(both.Right)))
            .SelectMany(static (all, _) => all)
            .WithTrackingName(Steps.Kernels)
            .Collect()
            .Combine(compiler)
            .Combine(modelNames)
            .SelectMany(static (input, _) => CollectSets(input.Left.Left, input.Left.Right, input.Right))
            .WithTrackingName(Steps.KernelSets);

        context.RegisterSourceOutput(sets, static (output, set) => Emit(output, () => KernelSetEmitter.Emit(set)));

        IncrementalValuesProvider<Declaration> Read(string attribute) => context.SyntaxProvider
            .ForAttributeWithMetadataName(attribute, static (node, _) => node is TypeDeclarationSyntax, static (context, _) => ReadDeclaration(context))
            .Where(static declaration => declaration is not null)
            .Select(static (declaration, _) => declaration!);

        IncrementalValueProvider<ImmutableArray<KernelDeclaration>> ReadKernels(string attribute) => context.SyntaxProvider
            .ForAttributeWithMetadataName(attribute, static (node, _) => node is MethodDeclarationSyntax, static (context, _) => ReadKernel(context))
            .Where(static kernel => kernel is not null)
            .Select(static (kernel, _) => kernel!)
            .Collect();
    }

    /// <summary>The directory that the paths of a project are relative to, with which the .NET SDK tells the compiler where the project lies.</summary>
    internal static string ProjectDirectory(AnalyzerConfigOptionsProvider options) =>
        options.GlobalOptions.TryGetValue("build_property.ProjectDir", out string? directory) ? directory : "";

    private static Declaration? ReadDeclaration(GeneratorAttributeSyntaxContext context)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        var syntax = (TypeDeclarationSyntax)context.TargetNode;

        // A class, or two parts of one, may carry several attributes, which is refused; they must not give two sets of files with the same names.
        AttributeData? first = DeclarationReader.FindAttribute(type);
        return first?.ApplicationSyntaxReference?.GetSyntax().Parent?.Parent == syntax && context.Attributes.Contains(first) ? DeclarationReader.Read(type, syntax, first) : null;
    }

    private static KernelDeclaration? ReadKernel(GeneratorAttributeSyntaxContext context)
    {
        var method = (IMethodSymbol)context.TargetSymbol;

        // Of several attributes, which are refused, the first counts, as for models.
        return KernelReader.FindAttribute(method) is AttributeData first && context.Attributes.Contains(first)
            && KernelReader.Read(method, (MethodDeclarationSyntax)context.TargetNode, first) is { Kernel: not null } kernel
            ? kernel
            : null;
    }

    /// <summary>The kernels of each class together, in an order that does not follow that of files. Classes that the compiler refuses, for they have one name, are left out.</summary>
    private static IEnumerable<KernelSet> CollectSets(ImmutableArray<KernelDeclaration> kernels, CompilerSettings compiler, EquatableArray<string> modelNames)
    {
        string[] ambiguous = [.. AmbiguousNames(kernels.Select(static kernel => kernel.Class))];
        bool IsAmbiguous(string name) => ambiguous.Contains(name) || modelNames.Contains(name, StringComparer.OrdinalIgnoreCase);
        return kernels
            .Where(kernel => !compiler.FindProblems(kernel.Class).Any())
            .GroupBy(static kernel => kernel.Class)
            .GroupBy(static set => set.Key.HintName)
            .Where(static same => !same.Skip(1).Any())
            .Select(static same => same.Single())
            .OrderBy(static set => set.Key.HintName, StringComparer.Ordinal)
            .Select(set => new KernelSet(
                IsAmbiguous(set.Key.HintName) ? set.Key with { IsAmbiguous = true } : set.Key,
                new EquatableArray<KernelDeclaration>(set.OrderBy(static kernel => kernel.Name, StringComparer.Ordinal).ThenBy(static kernel => string.Join(",", kernel.Parameters), StringComparer.Ordinal))));
    }

    private static EquatableArray<string> RequestedNames(ImmutableArray<Declaration> declarations) => new(
        declarations
            .Select(static declaration => declaration.Configuration)
            .OfType<string>()
            .Select(FilePath.Name)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .OrderBy(static name => name, StringComparer.OrdinalIgnoreCase));

    /// <summary>The hint names that letter case alone tells apart, which Roslyn takes for the same.</summary>
    private static EquatableArray<string> AmbiguousNames(IEnumerable<DeclaredClass> classes) => new(
        classes
            .Select(static declared => declared.HintName)
            .GroupBy(static name => name, StringComparer.OrdinalIgnoreCase)
            .Where(static group => group.Distinct().Skip(1).Any())
            .SelectMany(static group => group)
            .Distinct()
            .OrderBy(static name => name, StringComparer.Ordinal));

    /// <summary>
    /// The hint names that two declarations have, as a class and a struct of one name do, or a class in the namespace <c>A.B</c> and one nested in <c>A</c>'s
    /// class <c>B</c>. The compiler refuses such types, and Roslyn two files of one name. A class that cannot be a model, as a generic one, gives no file.
    /// </summary>
    private static EquatableArray<string> RepeatedNames(ImmutableArray<Declaration> declarations) => new(
        declarations
            .Where(static declaration => declaration.ClassProblems.Count == 0)
            .Select(static declaration => declaration.Class.HintName)
            .GroupBy(static name => name, StringComparer.Ordinal)
            .Where(static group => group.Skip(1).Any())
            .Select(static group => group.Key)
            .OrderBy(static name => name, StringComparer.Ordinal));

    private static Model? BuildModel(Declaration declaration, ConfigurationFiles files, CompilerSettings compiler) =>
        SpecificationBuilder.Build(declaration, files, compiler).Specification is ModelSpecification specification
            ? new Model(declaration.Class, specification)
            : null;

    private static void Emit(SourceProductionContext output, Func<IEnumerable<GeneratedFile>> emit)
    {
        using (InvariantCulture.Use())
        {
            foreach (GeneratedFile file in emit())
            {
                output.CancellationToken.ThrowIfCancellationRequested();
                output.AddSource(file.HintName, SourceText.From(file.Source, Encoding.UTF8));
            }
        }
    }
}
