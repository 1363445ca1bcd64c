extern alias generator;

using System.Text;
using generator::KernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Benchmarks.Suites;

/// <summary>A compilation with a declared model, the one of tests/Shared/zh-en, and the generator that runs over it.</summary>
internal sealed class GeneratorRun
{
    private const string Declaration =
        """
        using KernelGen;
        [EncoderDecoderModel(Architecture.Vanilla, ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
            SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true)]
        public sealed partial class Translator;
        """;

    private readonly CSharpCompilation _compilation;
    private GeneratorDriver _driver;
    private int _edits;

    public GeneratorRun()
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _compilation = CSharpCompilation.Create(
            "Generated",
            [CSharpSyntaxTree.ParseText(Declaration), CSharpSyntaxTree.ParseText("class Unrelated { }")],
            platform.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        _driver = CSharpGeneratorDriver.Create(new ModelGenerator());
    }

    /// <summary>What it writes.</summary>
    public (int Files, int Bytes) Size
    {
        get
        {
            GeneratorRunResult result = _driver.RunGenerators(_compilation).GetRunResult().Results.Single();
            return (result.GeneratedSources.Length, result.GeneratedSources.Sum(static source => Encoding.UTF8.GetByteCount(source.SourceText.ToString())));
        }
    }

    /// <summary>The generator as for a new compilation: nothing is remembered.</summary>
    public GeneratorDriver New() => CSharpGeneratorDriver.Create(new ModelGenerator()).RunGenerators(_compilation);

    /// <summary>The generator after an edit that has nothing to do with the model.</summary>
    public GeneratorDriver AfterUnrelatedEdit()
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText($"class Unrelated {{ int edit{_edits++}; }}");
        return _driver = _driver.RunGenerators(_compilation.ReplaceSyntaxTree(_compilation.SyntaxTrees[1], tree));
    }
}
