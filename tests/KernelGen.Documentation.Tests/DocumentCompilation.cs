extern alias generator;

using System.Collections.Immutable;
using System.Text.RegularExpressions;
using generator::KernelGen.Generator;
using generator::KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Documentation.Tests;

/// <summary>Compiles sources as a project would that references the packages, with the generator and its analyzer; what they generate is not compiled, only declared.</summary>
internal sealed partial class DocumentCompilation
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => !Path.GetFileName(path).StartsWith("KernelGen.Generator", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What the .NET SDK's implicit usings are in a web project.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    public LanguageVersion Language { get; init; } = LanguageVersion.Latest;

    public bool AllowUnsafe { get; init; } = true;

    public OutputKind Kind { get; init; } = OutputKind.DynamicallyLinkedLibrary;

    /// <summary>Whether the project publishes a native web service, so that ASP.NET Core generates its endpoints.</summary>
    public bool GeneratesEndpoints { get; init; }

    /// <summary>The configuration files that the project lists, by their paths, with their texts.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Everything that is said about the sources: errors, and all that KernelGen reports.</summary>
    public async Task<IReadOnlyList<Diagnostic>> DiagnoseAsync(CancellationToken cancellation, params string[] sources)
    {
        var language = new CSharpParseOptions(Language);
        string usings = Language < LanguageVersion.CSharp10 ? "" : ImplicitUsings;
        SyntaxTree[] trees = [.. sources.Select(source => CSharpSyntaxTree.ParseText(SourceText.From(source), language)), CSharpSyntaxTree.ParseText(usings, language)];
        var compilation = CSharpCompilation.Create(
            "Documented", trees, References, new CSharpCompilationOptions(Kind, allowUnsafe: AllowUnsafe, nullableContextOptions: NullableContextOptions.Enable));
        ImmutableArray<AdditionalText> files = [.. Files.Select(static file => new TextFile("/project/" + file.Key, file.Value))];
        var options = new ProjectOptions(GeneratesEndpoints);
        CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], files, language, options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out _, cancellation);
        ImmutableArray<Diagnostic> declarations = await new CompilationWithAnalyzers(
            compilation, [new DeclarationAnalyzer()], new AnalyzerOptions(files, options)).GetAnalyzerDiagnosticsAsync(cancellation);
        IEnumerable<Diagnostic> errors = trees.SelectMany(tree => generated.GetSemanticModel(tree).GetDiagnostics(null, cancellation))
            .Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Id is "CS0618" or "CS0612");
        return [.. declarations, .. errors];
    }

    /// <summary>The configuration files that declarations in a source name.</summary>
    public static IEnumerable<string> NamedFiles(string source) => ConfigurationName().Matches(source).Select(static match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"(?:EncoderDecoder|SpeechToText)Model\(""([^""]+)""")]
    private static partial Regex ConfigurationName();

    private sealed class TextFile(string path, string text) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class ProjectOptions(bool generatesEndpoints) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Properties(new()
        {
            ["build_property.ProjectDir"] = "/project/",
            ["build_property.EnableRequestDelegateGenerator"] = generatesEndpoints ? "true" : "",
        });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Properties([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Properties([]);

        private sealed class Properties(Dictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
