using System.Diagnostics;
using System.Text;
using KernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Benchmarks;

/// <summary>The generator itself: the size of what it writes, its time for a new compilation and after an unrelated edit.</summary>
internal static class GeneratorReport
{
    private const string Declaration =
        """
        using KernelGen;
        [EncoderDecoderModel(Architecture.Vanilla, ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
            SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true)]
        public sealed partial class Translator;
        """;

    public static void Print()
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        MetadataReference[] references = [.. platform.Select(path => MetadataReference.CreateFromFile(path))];
        var compilation = CSharpCompilation.Create(
            "Generated",
            [CSharpSyntaxTree.ParseText(Declaration), CSharpSyntaxTree.ParseText("class Unrelated { }")],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

        double first = Seconds(() => CSharpGeneratorDriver.Create(new ModelGenerator()).RunGenerators(compilation));
        double cold = Timing.Measure(() => CSharpGeneratorDriver.Create(new ModelGenerator()).RunGenerators(compilation)).Median;

        GeneratorDriver driver = CSharpGeneratorDriver.Create(new ModelGenerator()).RunGenerators(compilation);
        int edit = 0;
        double unrelated = Timing.Measure(() =>
        {
            SyntaxTree tree = CSharpSyntaxTree.ParseText($"class Unrelated {{ int edit{edit++}; }}");
            driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[1], tree));
        }).Median;

        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        int bytes = result.GeneratedSources.Sum(static source => Encoding.UTF8.GetByteCount(source.SourceText.ToString()));
        Console.WriteLine($"Generator, the model of samples/Translate: {result.GeneratedSources.Length} files, {bytes / 1000.0:F0} KB");
        Console.WriteLine($"  first run in the process {first * 1000:F1} ms, new compilation {cold * 1000:F2} ms, after an unrelated edit {unrelated * 1000:F2} ms");
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
