extern alias runtime;

using System.Collections.Immutable;
using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator.Tests;

/// <summary>Compiles sources as a user's project would be compiled: with the generator, the analyzer, the runtime, and files beside the sources.</summary>
internal static class GeneratorTest
{
    public const string ProjectDirectory = "/project/";

    /// <summary>The properties of the smallest model that is complete.</summary>
    public const string Dimensions =
        "ModelDimension = 8, Heads = 2, FeedForwardDimension = 16, EncoderLayers = 1, DecoderLayers = 1, VocabularySize = 20, MaxSourceLength = 4, MaxTargetLength = 4";

    public static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp13);

    public static readonly CSharpCompilationOptions Settings =
        new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>What the .NET SDK tells the compiler about the project.</summary>
    public static readonly AnalyzerConfigOptionsProvider Options = new ProjectOptions([]);

    /// <summary>What it tells about a project whose endpoints ASP.NET Core generates while compiling.</summary>
    public static readonly AnalyzerConfigOptionsProvider OptionsOfService = new ProjectOptions(new() { ["build_property.EnableRequestDelegateGenerator"] = "true" });

    private static readonly ImmutableArray<MetadataReference> References = FindReferences();

    /// <summary>A source with one model whose attribute has these arguments.</summary>
    public static string Model(string arguments) => $$"""
        using KernelGen;

        [EncoderDecoderModel({{arguments}})]
        public sealed partial class Tiny;
        """;

    /// <summary>A complete model of an architecture. Properties that are given replace those of <see cref="Dimensions"/>.</summary>
    public static string Model(string architecture, string properties)
    {
        var set = properties.Split(", ").Select(static property => property.Split(" = ")[0]).ToHashSet();
        IEnumerable<string> rest = Dimensions.Split(", ").Where(property => !set.Contains(property.Split(" = ")[0]));
        string[] all = [$"Architecture.{architecture}", .. rest, .. properties.Length == 0 ? Array.Empty<string>() : [properties]];
        return Model(string.Join(", ", all));
    }

    public static CSharpCompilation Compile(string source, CSharpParseOptions? language = null, CSharpCompilationOptions? settings = null) => CSharpCompilation.Create(
        "Tested",
        [CSharpSyntaxTree.ParseText(SourceText.From(source), language ?? Language, "Source.cs")],
        References,
        settings ?? Settings);

    public static GeneratorDriver CreateDriver(params (string Path, string Text)[] files) => CreateDriver(files.Select(static file => new TextFile(file.Path, file.Text)));

    public static GeneratorDriver CreateDriver(IEnumerable<AdditionalText> files) => CSharpGeneratorDriver.Create(
        [new ModelGenerator().AsSourceGenerator()],
        files,
        Language,
        Options,
        new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator, which must not fail and must report nothing itself.</summary>
    public static GeneratorDriverRunResult Run(string source, params (string Path, string Text)[] files) => Run(Compile(source), files);

    public static GeneratorDriverRunResult Run(CSharpCompilation compilation, params (string Path, string Text)[] files)
    {
        GeneratorDriverRunResult result = CreateDriver(files).RunGenerators(compilation, TestContext.Current.CancellationToken).GetRunResult();
        Assert.Empty(result.Diagnostics);
        Assert.Null(Assert.Single(result.Results).Exception);
        return result;
    }

    /// <summary>What the analyzer says, in the order of the source.</summary>
    public static Task<ImmutableArray<Diagnostic>> AnalyzeAsync(string source, params (string Path, string Text)[] files) => AnalyzeAsync(Compile(source), files);

    public static Task<ImmutableArray<Diagnostic>> AnalyzeAsync(CSharpCompilation compilation, params (string Path, string Text)[] files) => AnalyzeAsync(compilation, Options, files);

    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(CSharpCompilation compilation, AnalyzerConfigOptionsProvider project, params (string Path, string Text)[] files)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([.. files.Select(static file => (AdditionalText)new TextFile(file.Path, file.Text))], project),
            onAnalyzerException: static (exception, _, _) => Assert.Fail(exception.ToString()),
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false,
            reportSuppressedDiagnostics: false);
        ImmutableArray<Diagnostic> diagnostics = await new CompilationWithAnalyzers(compilation, [new DeclarationAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. diagnostics.OrderBy(static diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(static diagnostic => diagnostic.Id, StringComparer.Ordinal)];
    }

    /// <summary>The text that a diagnostic points at.</summary>
    public static string TextAt(Diagnostic diagnostic) => diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);

    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        IEnumerable<string> paths = trusted.Split(Path.PathSeparator).Where(path => Path.GetDirectoryName(path) == framework);
        return [.. paths.Append(typeof(runtime::KernelGen.EncoderDecoderModelAttribute).Assembly.Location).Select(static path => MetadataReference.CreateFromFile(path))];
    }

    /// <summary>A file among the AdditionalFiles.</summary>
    internal sealed class TextFile(string path, string text) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class ProjectOptions(Dictionary<string, string> further) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Properties(new(further) { ["build_property.ProjectDir"] = ProjectDirectory });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Properties([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Properties([]);

        private sealed class Properties(Dictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
