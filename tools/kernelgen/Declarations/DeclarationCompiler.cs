extern alias generator;

using System.Collections.Immutable;
using System.Text;
using generator::KernelGen.Generator;
using generator::KernelGen.Generator.Diagnostics;
using generator::KernelGen.Generator.Specification;
using generator::KernelGen.Generator.Specification.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Tool.Declarations;

/// <summary>
/// Does what the compiler does in a program that declares the model: analyses the declaration, generates its kernels and compiles them, here to memory. So
/// the tool runs exactly the code that a program would.
/// </summary>
internal static class DeclarationCompiler
{
    private const string Usings = "global using global::System; global using global::KernelGen;";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly Lazy<ImmutableArray<MetadataReference>> References = new(FindReferences);

    /// <summary>Decides every setting of a declared model, without compiling its kernels.</summary>
    /// <exception cref="InputException">The declaration cannot work; the message has what the compiler says.</exception>
    public static ModelSpecification Specify(ModelDeclaration declaration)
    {
        ImmutableArray<AdditionalText> texts = Texts(declaration);
        CSharpCompilation compilation = Analyze(declaration, texts);
        INamedTypeSymbol type = compilation.GetTypeByMetadataName(declaration.ClassName)!;
        AttributeData attribute = DeclarationReader.FindAttribute(type)!;
        Declaration read = DeclarationReader.Read(type, (TypeDeclarationSyntax)attribute.ApplicationSyntaxReference!.GetSyntax().Parent!.Parent!, attribute)!;
        IEnumerable<ConfigurationFile> files = texts.Select(static text => ConfigurationFile.Read(text.Path, text.GetText()!.ToString()));
        var configuration = new ConfigurationFiles("", new EquatableArray<ConfigurationFile>(files));
        return SpecificationBuilder.Build(read, configuration, CompilerSettings.Of(compilation)).Specification!;
    }

    /// <summary>Compiles a declared model.</summary>
    /// <exception cref="InputException">The declaration cannot work; the message has what the compiler says.</exception>
    public static CompiledModel Compile(ModelDeclaration declaration) => CompiledModel.Load(CompileToBytes(declaration), declaration.ClassName);

    /// <summary>Compiles a declared model to an assembly, which <see cref="CompiledModel.Load(byte[], string)"/> loads.</summary>
    /// <exception cref="InputException">The declaration cannot work; the message has what the compiler says.</exception>
    public static byte[] CompileToBytes(ModelDeclaration declaration)
    {
        ImmutableArray<AdditionalText> texts = Texts(declaration);
        CSharpCompilation compilation = Analyze(declaration, texts);
        CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], texts, Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out ImmutableArray<Diagnostic> diagnostics);
        Refuse(declaration, diagnostics);
        using var assembly = new MemoryStream();
        EmitResult result = generated.Emit(assembly);
        Refuse(declaration, result.Diagnostics);
        return assembly.ToArray();
    }

    private static ImmutableArray<AdditionalText> Texts(ModelDeclaration declaration) =>
        declaration is { ConfigurationPath: { } path, ConfigurationName: { } name } ? [new ConfigurationText(path, name)] : [];

    private static CSharpCompilation Analyze(ModelDeclaration declaration, ImmutableArray<AdditionalText> texts)
    {
        var compilation = CSharpCompilation.Create(
            "KernelGen.Declared",
            [CSharpSyntaxTree.ParseText(Usings, Language), CSharpSyntaxTree.ParseText(declaration.ToSource(), Language)],
            References.Value,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        var analysis = new CompilationWithAnalyzers(compilation, [new DeclarationAnalyzer()], new AnalyzerOptions(texts));
        Refuse(declaration, [.. compilation.GetDiagnostics(), .. analysis.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()]);
        return compilation;
    }

    private static void Refuse(ModelDeclaration declaration, IEnumerable<Diagnostic> diagnostics)
    {
        string[] errors = [.. diagnostics
            .Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(static diagnostic => $"{diagnostic.Id}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}")
            .Distinct()];
        if (errors.Length > 0)
        {
            throw new InputException($"The model cannot be declared as {declaration.From} says: {string.Join("; ", errors)}.");
        }
    }

    /// <summary>What a program refers to: the framework and KernelGen, as this process has them.</summary>
    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return [.. trusted
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Append(typeof(EncoderDecoder).Assembly.Location)
            .Select(static path => MetadataReference.CreateFromFile(path))];
    }

    /// <summary>A configuration file, under the name that the declaration has for it.</summary>
    private sealed class ConfigurationText(string path, string name) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(InputText.Read(path, "The configuration file"), Encoding.UTF8);

        public override string Path => name;

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }
}
