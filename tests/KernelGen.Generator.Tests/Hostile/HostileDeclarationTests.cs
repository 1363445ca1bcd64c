using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Emission;
using KernelGen.Generator.Specification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KernelGen.Generator.Tests.Hostile;

/// <summary>
/// Whatever a project says, the generator neither throws nor writes without end: a declaration is refused by an error that points at it, or it becomes
/// code that compiles. KERNELGEN_HOSTILE_PROJECTS asks for so many projects of each family, and for every generated file of them to be bound.
/// </summary>
public class HostileDeclarationTests
{
    private static readonly CSharpCompilation Empty = GeneratorTest.Compile("").RemoveAllSyntaxTrees();

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("KERNELGEN_HOSTILE_PROJECTS") is not null;

    private static readonly int Projects = IsLong ? int.Parse(Environment.GetEnvironmentVariable("KERNELGEN_HOSTILE_PROJECTS")!, CultureInfo.InvariantCulture) : 20;

    [Fact]
    public void Any_values_are_refused_or_compile() => HostileProjects.OfValues.Sample(Judge, iter: Projects);

    [Fact]
    public void Any_configuration_files_are_refused_or_compile() => HostileProjects.OfFiles.Sample(Judge, iter: Projects);

    [Fact]
    public void Any_class_is_refused_or_compiles() => HostileProjects.OfClasses.Sample(Judge, iter: Projects);

    [Fact]
    public void Any_surroundings_are_borne() => HostileProjects.OfSurroundings.Sample(Judge, iter: Projects);

    [Fact]
    public void Source_of_any_specification_is_bounded() => HostileProjects.Specifications.Sample(
        static specification => Assert.InRange(ModelEmitter.Emit(SpecificationTest.Class, specification).Sum(static file => file.Source.Length), 1, MaximumLength + (specification.Trainable ? MaximumTrainingLength : 0)),
        iter: 10 * Projects);

    /// <summary>Three convolutions, and layers of one panel, of two and of many, each with tiles of its own: no model that was drawn was longer.</summary>
    [Fact]
    public void Source_of_the_longest_model_is_bounded()
    {
        ModelSpecification specification = SpecificationTest.Specify(SpecificationTest.Declare(Architecture.Moonshine) with
        {
            ModelDimension = 1458,
            Heads = 18,
            FeedForwardDimension = 12,
            Activation = (int)Activation.GeluTanh,
            VocabularySize = 18214,
            MaxSourceLength = 5143,
            MaxTargetLength = 7928,
        });
        Assert.InRange(ModelEmitter.Emit(SpecificationTest.Class, specification).Sum(static file => file.Source.Length), 400_000, MaximumLength);
    }

    /// <summary>The most characters that a model's kernels take, whatever its dimensions; the names and the suppressed tokens of the declaration come on top.</summary>
    private const int MaximumLength = 600_000;

    /// <summary>The most characters that what trains a model takes beside.</summary>
    private const int MaximumTrainingLength = 350_000;

    private const int TokenLength = 9;

    // In each file the namespace, the types around the class and the class, and in the longest one the class once more for each member that has it.
    private const int MostNames = 20;

    private static void Judge(HostileProject project)
    {
        CSharpCompilation written = project.Compile(Empty);
        Diagnostic[] own;
        try
        {
            own = [.. written.GetDiagnostics().Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];
        }
        catch (Exception exception) when (exception is NullReferenceException or AggregateException)
        {
            // Roslyn 4.14 itself falls at some broken types, as "record class class" with an attribute inside, without any generator.
            return;
        }

        GeneratorDriver driver = GeneratorTest.CreateDriver(project.AdditionalTexts).WithUpdatedParseOptions(project.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(written, out Compilation completed, out ImmutableArray<Diagnostic> reported);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.Empty(reported);

        int characters = result.GeneratedSources.Sum(static source => source.SourceText.Length);
        int models = result.GeneratedSources.Count(static source => source.HintName.EndsWith(".Model.g.cs", StringComparison.Ordinal));
        int trainable = result.GeneratedSources.Count(static source => source.HintName.EndsWith(".Portable.WeightGradient.g.cs", StringComparison.Ordinal));
        Assert.InRange(
            characters,
            0,
            (trainable * MaximumTrainingLength) + (models * (MaximumLength + (TokenLength * Limits.SuppressedTokens))) + (MostNames * result.GeneratedSources.Sum(static source => source.HintName.Length)));

        // An analyzer makes the compiler bind all that it is shown.
        Diagnostic[] problems = Analyze(IsLong ? completed : written, project);
        Assert.All(problems, problem => AssertIsPlaced(problem, project));
        if (own.Any(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            // The compiler has the word.
            return;
        }

        // Every declared model is there, or it is said why not.
        int declared = CountModels(written);
        Assert.InRange(models, 0, declared);
        Assert.Equal(models < declared, problems.Any(static problem => problem.Severity == DiagnosticSeverity.Error));
        HashSet<string> known = [.. own.Select(static diagnostic => diagnostic.ToString())];
        IEnumerable<Diagnostic> found = IsLong
            ? completed.GetDiagnostics()
            : completed.GetDeclarationDiagnostics().Concat(Sample(project, completed).SelectMany(tree => completed.GetSemanticModel(tree).GetDiagnostics()));
        Assert.DoesNotContain(found, diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && !known.Contains(diagnostic.ToString()) && !IsAboutHiding(diagnostic));
    }

    // In the source; or in a file of the project, with the declaration beside.
    private static void AssertIsPlaced(Diagnostic problem, HostileProject project)
    {
        if (problem.Location.IsInSource)
        {
            return;
        }

        AdditionalText file = project.AdditionalTexts.First(text => text.Path == problem.Location.GetLineSpan().Path);
        Assert.InRange(problem.Location.SourceSpan.End, 0, file.GetText()!.Length);
        Assert.True(Assert.Single(problem.AdditionalLocations).IsInSource);
    }

    // Binding takes nearly all the time: of every project the user's files and some of the generated ones, which ones the project decides.
    private static IEnumerable<SyntaxTree> Sample(HostileProject project, Compilation completed)
    {
        uint choice = project.ToString().Aggregate(2166136261u, static (hash, letter) => unchecked((hash ^ letter) * 16777619u));
        return completed.SyntaxTrees.Where((tree, i) => i < project.Sources.Length || tree.FilePath.EndsWith(".Model.g.cs", StringComparison.Ordinal) || (i + choice) % 8 == 0);
    }

    private static int CountModels(CSharpCompilation compilation) => compilation.SyntaxTrees
        .SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(type => compilation.GetSemanticModel(tree).GetDeclaredSymbol(type)))
        .OfType<INamedTypeSymbol>()
        .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)
        .Count(static type => DeclarationReader.FindAttribute(type) is not null);

    private static bool IsAboutHiding(Diagnostic diagnostic) => diagnostic.Id is "CS0108" or "CS0114";

    private static Diagnostic[] Analyze(Compilation compilation, HostileProject project)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([.. project.AdditionalTexts], GeneratorTest.Options),
            onAnalyzerException: static (exception, _, _) => throw new InvalidOperationException("The analyzer failed.", exception),
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: false,
            reportSuppressedDiagnostics: false);
        return [.. new CompilationWithAnalyzers(compilation, [new DeclarationAnalyzer()], options).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()];
    }
}
