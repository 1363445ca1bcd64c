using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Snapshooter;
using Snapshooter.Xunit3;
using static KernelGen.Generator.Tests.GeneratorTest;
using Reason = Microsoft.CodeAnalysis.IncrementalStepRunReason;
using Steps = KernelGen.Generator.ModelGenerator.Steps;

namespace KernelGen.Generator.Tests;

/// <summary>Single kernels: what is generated for their methods, what is said of those that cannot be kernels, and what is done again after an edit.</summary>
public class SingleKernelTests
{
    /// <summary>A kernel of each kind, and of each signature.</summary>
    internal const string All = """
        using System;
        using KernelGen;

        namespace Program;

        public static partial class Kernels
        {
            [SoftmaxKernel(Length = 20)] public static partial void Softmax(Span<float> row);
            [LogSoftmaxKernel(Length = 20)] internal static partial void LogSoftmax(Span<float> @class);
            [MaskKernel(Mask.Causal, Length = 20)] static partial void Hide(Span<float> scores);
            [MaskKernel(Mask.Padding, Length = 20)] private static partial void Hide(Span<float> scores, int seen);
            [LayerNormKernel(Length = 24)] public static partial void Norm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);
            [LayerNormKernel(Length = 24, Epsilon = 1e-6)] public static unsafe partial void Norm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);
            [RmsNormKernel(Length = 24)] public static partial void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);
            [ActivationKernel(Activation.Gelu)] public static partial void Gelu(Span<float> values);
            [ActivationKernel(Activation.Relu)] public static partial void Relu(Span<float> values);
            [LinearKernel(Inputs = 24, Outputs = 40, Activation = Activation.Silu)] public static partial void Expand(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);
            [LinearKernel(Inputs = 24, Outputs = 40, Activation = Activation.Silu, InputBits = 8)] public static partial void ExpandOf8Bits(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);
            [LinearKernel(Inputs = 40, Outputs = 24)] public static partial void Contract(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);
            [AttentionKernel(Heads = 2, HeadDimension = 12)] public static partial void Attend(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);
            [AttentionKernel(Heads = 2, HeadDimension = 12, Mask = Mask.Padding, MaxLength = 600)]
            public static partial void Attend(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int visible, Span<float> y);
            [EmbeddingKernel(Tokens = 9, Dimension = 24)] public static partial void Embed(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, Span<float> y);
            [EmbeddingKernel(Tokens = 9, Dimension = 24)] public static partial void Embed(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, ReadOnlySpan<float> positions, Span<float> y);
        }
        """;

    private const string Linear = "(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y)";
    private const string Attention = "(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y)";
    private const string Embedding = "(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, Span<float> y)";

    /// <summary>Diagnostics of attributes and parameters: the attribute, the parameters, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string, string> OfAttributes => new()
    {
        { "KG0052", "SoftmaxKernel", "(Span<float> row)", "SoftmaxKernel", "The kernel 'Run' lacks Length" },
        { "KG0052", "LinearKernel(Inputs = 3)", Linear, "LinearKernel(Inputs = 3)", "lacks Outputs" },
        { "KG0052", "AttentionKernel(Heads = 3)", Attention, "AttentionKernel(Heads = 3)", "lacks HeadDimension" },
        { "KG0011", "SoftmaxKernel(Length = 0)", "(Span<float> row)", "Length = 0", "Length = 0 is not positive" },
        { "KG0011", "AttentionKernel(Heads = 1, HeadDimension = 8, MaxLength = -1)", Attention, "MaxLength = -1", "at least 1" },
        { "KG0012", "SoftmaxKernel(Length = 1000001)", "(Span<float> row)", "Length = 1000001", "at most 1000000" },
        { "KG0012", "LayerNormKernel(Length = 65537)", "(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y)", "Length = 65537", "at most 65536" },
        { "KG0017", "LinearKernel(Inputs = 65536, Outputs = 1000000)", Linear, "Outputs = 1000000", "gives the weights 65536000000 elements" },
        { "KG0017", "AttentionKernel(Heads = 16384, HeadDimension = 16384)", Attention, "Heads = 16384", "gives the width of all heads" },
        { "KG0017", "AttentionKernel(Heads = 16, HeadDimension = 4096, MaxLength = 65536)", Attention, "MaxLength = 65536", "the keys of the longest sequence" },
        { "KG0017", "EmbeddingKernel(Tokens = 1000000, Dimension = 65536)", Embedding, "Tokens = 1000000", "gives the table" },
        { "KG0020", "ActivationKernel((Activation)9)", "(Span<float> row)", "(Activation)9", "'activation' cannot be 9; choose one of Activation.Relu" },
        { "KG0020", "LinearKernel(Inputs = 3, Outputs = 3, Activation = (Activation)9)", Linear, "Activation = (Activation)9", "'Activation' cannot be 9" },
        { "KG0020", "LinearKernel(Inputs = 3, Outputs = 3, InputBits = 9)", Linear, "InputBits = 9", "'InputBits' cannot be 9; choose one of 8, 12" },
        { "KG0020", "MaskKernel(Mask.None, Length = 3)", "(Span<float> row)", "Mask.None", "choose one of Mask.Padding, Mask.Causal" },
        { "KG0020", "AttentionKernel(Heads = 3, HeadDimension = 3, Mask = (Mask)7)", Attention, "Mask = (Mask)7", "'Mask' cannot be 7" },
        { "KG0021", "LayerNormKernel(Length = 3, Epsilon = -1)", "(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y)", "Epsilon = -1", "Epsilon = -1 is not a positive" },
        { "KG0021", "RmsNormKernel(Length = 3, Epsilon = double.NaN)", "(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y)", "Epsilon = double.NaN", "NaN" },
        { "KG0023", "LinearKernel(Inputs = 3, Outputs = 3, Activation = Activation.Gelu)", "(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y)", "Activation = Activation.Gelu", "the method takes a residual" },
        { "KG0051", "SoftmaxKernel(Length = 3)", "(Span<double> row)", "Run", "'Run' takes (Span<double> row), but a method with [SoftmaxKernel] takes (Span<float> rows)" },
        { "KG0051", "SoftmaxKernel(Length = 3)", "()", "Run", "'Run' takes ()" },
        { "KG0051", "SoftmaxKernel(Length = 3)", "(scoped Span<float> row)", "Run", "'Run' takes (scoped Span<float> row)" },
        { "KG0051", "SoftmaxKernel(Length = 3)", "(ref Span<float> row)", "Run", "'Run' takes (ref Span<float> row)" },
        { "KG0051", "LinearKernel(Inputs = 3, Outputs = 3)", "(ReadOnlySpan<float> x, PackedLinear? weights, Span<float> y)", "Run", "PackedLinear? weights" },
        { "KG0051", "LinearKernel(Inputs = 3, Outputs = 3)", "(ReadOnlySpan<float> x, Span<float> y)", "Run", "(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y) or (" },
        { "KG0051", "AttentionKernel(Heads = 3, HeadDimension = 3, Mask = Mask.Padding)", Attention, "Run", "[AttentionKernel] and Mask.Padding takes (ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int visible" },
        { "KG0051", "MaskKernel(Mask.Causal, Length = 3)", "(Span<float> row, int visible)", "Run", "takes (Span<float> rows)" },
    };

    /// <summary>Diagnostics of methods and classes: the source, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string> OfMethods => new()
    {
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static void Run(Span<float> row) { } }", "Run", "it has a body" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row) => row.Clear(); }", "Run", "it has a body" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); static partial void Run(Span<float> row) { } }", "Run", "it has a body" },
        { "KG0050", "partial class C { [SoftmaxKernel(Length = 3)] public partial void Run(Span<float> row); }", "Run", "it is not static" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static extern void Run(Span<float> row); }", "Run", "it is not partial" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] public static partial int Run(Span<float> row); }", "Run", "make it void" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run<T>(Span<float> row); }", "Run", "it is generic" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3), LogSoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "Run", "it has the attributes of two kernels" },
        { "KG0050", "partial struct C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "Run", "of 'C', which it is in, no part can be generated, for it is no plain class" },
        { "KG0050", "partial interface C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "Run", "no plain class" },
        { "KG0050", "static partial class C<T> { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "Run", "for it is generic" },
        { "KG0050", "partial class Outer<T> { static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); } }", "Run", "nested in the generic type 'Outer'" },
        { "KG0050", "file static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "Run", "local to its file" },
        { "KG0050", "static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); static int Avx2Kernels => 3; }", "Run", "the generator makes 'Avx2Kernels' a member" },
        { "KG0001", "static class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }", "C", "'C' is not partial, but the kernel 'Run' is in it" },
        { "KG0001", "class Outer { static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); } }", "Outer", "the kernel 'Run' is nested in it" },
        { "KG0006", "static partial class C { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); class Floats_; }", "SoftmaxKernel(Length = 3)", "uses the name 'Floats_'" },
    };

    public static TheoryData<string, Reason> Edits => new()
    {
        { "add an unrelated type", Reason.Cached },
        { "write a comment before them", Reason.Cached },
        { "write an attribute differently", Reason.Cached },
        { "move a method", Reason.Cached },
        { "add a model", Reason.Cached },
        { "change a length", Reason.Modified },
        { "rename a parameter", Reason.Modified },
        { "add a method", Reason.Modified },
        { "forbid unsafe code", Reason.Removed },
    };

    [Fact]
    public void Every_kind_of_kernel_compiles()
    {
        Compilation compilation = Generate(Compile(All), out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(diagnostics);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public async Task Nothing_is_said_of_kernels_that_can_be() => Assert.Empty(await AnalyzeAsync(All));

    /// <summary>Each kind by itself, in a class of the global namespace or nested: no file needs another kind's.</summary>
    [Fact]
    public void Each_kind_of_kernel_compiles_by_itself()
    {
        IEnumerable<string> methods = All.Split('\n').Where(static line => line.Contains("Kernel(", StringComparison.Ordinal) && line.Contains("void", StringComparison.Ordinal));
        string classes = string.Join("\n", methods.Select(static (method, i) => i % 2 == 0 ? $"partial class C{i} {{ {method} }}" : $"partial struct S{i} {{ static partial class C {{ {method} }} }}"));
        Compilation compilation = Generate(Compile("using System; using KernelGen;\n" + classes), out _);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    [Theory]
    [InlineData("Kernels")]
    [InlineData("Avx2.LayerNorm24")]
    [InlineData("Avx512.Embedding24PlusPositions")]
    [InlineData("Avx512.Activation")]
    [InlineData("Portable")]
    public void A_generated_file_reads_as_it_did(string part) =>
        Run(All).Results[0].GeneratedSources.Single(source => source.HintName == $"Program.Kernels.{part}.g.cs").SourceText.ToString().MatchSnapshot(SnapshotNameExtension.Create(part));

    [Fact]
    public void Generated_files_are_named_as_they_were() =>
        string.Join("\n", Run(All).Results[0].GeneratedSources.Select(static source => source.HintName).Order(StringComparer.Ordinal)).MatchSnapshot();

    [Theory]
    [MemberData(nameof(OfAttributes))]
    public async Task An_attribute_or_parameters_that_do_not_fit_are_reported(string id, string attribute, string parameters, string text, string message) => await AssertReported(
        id, $"using System;\nusing KernelGen;\n#nullable enable\nstatic partial class Kernels\n{{\n    [{attribute}]\n    public static partial void Run{parameters};\n}}", text, message);

    [Theory]
    [MemberData(nameof(OfMethods))]
    public async Task A_method_that_cannot_be_a_kernel_is_reported(string id, string source, string text, string message) =>
        await AssertReported(id, "using System;\nusing KernelGen;\n" + source, text, message);

    [Fact]
    public async Task A_class_that_is_a_model_has_no_kernels() => await AssertReported(
        "KG0050", Model("Bart", "").Replace("class Tiny;", "class Tiny { [SoftmaxKernel(Length = 3)] static partial void Run(System.Span<float> row); }", StringComparison.Ordinal), "Run", "a model is made");

    [Fact]
    public async Task Projects_that_do_not_allow_unsafe_code_are_told_so()
    {
        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(All, settings: Settings.WithAllowUnsafe(false)));
        Assert.All(diagnostics, static diagnostic => Assert.Equal("KG0004", diagnostic.Id));
        Assert.NotEmpty(diagnostics);
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public void Only_what_an_edit_concerns_is_done_again(string edit, Reason expected)
    {
        const string Other = "\npublic static partial class Others { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }";
        var compilation = Compile(All + Other);
        GeneratorDriver driver = CreateDriver(Array.Empty<AdditionalText>()).RunGenerators(compilation, TestContext.Current.CancellationToken);
        string Edited() => edit switch
        {
            "write a comment before them" => "// Kernels.\n" + All,
            "write an attribute differently" => All.Replace("Length = 20", "Length = 4 * 5", StringComparison.Ordinal),
            "move a method" => Moved(),
            "change a length" => All.Replace("LogSoftmaxKernel(Length = 20)", "LogSoftmaxKernel(Length = 21)", StringComparison.Ordinal),
            "rename a parameter" => All.Replace("@class", "row", StringComparison.Ordinal),
            "add a method" => All.Replace("static partial class Kernels\n{", "static partial class Kernels\n{\n[SoftmaxKernel(Length = 3)] static partial void Another(Span<float> row);", StringComparison.Ordinal),
            _ => All,
        };
        compilation = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Single(), Compile(Edited() + Other).SyntaxTrees.Single());
        compilation = edit switch
        {
            "add an unrelated type" => compilation.AddSyntaxTrees(Compile("class Unrelated;").SyntaxTrees),
            "add a model" => compilation.AddSyntaxTrees(Compile(Model("Bart", "")).SyntaxTrees),
            "forbid unsafe code" => compilation.WithOptions(Settings.WithAllowUnsafe(false)),
            _ => compilation,
        };

        GeneratorRunResult result = driver.RunGenerators(compilation, TestContext.Current.CancellationToken).GetRunResult().Results.Single();

        Reason[] reasons = [.. result.TrackedSteps[Steps.KernelSets].SelectMany(static run => run.Outputs).Select(static output => output.Reason is Reason.Unchanged ? Reason.Cached : output.Reason)];
        Assert.Equal([expected, expected == Reason.Removed ? Reason.Removed : Reason.Cached], reasons);

        static string Moved()
        {
            string[] lines = All.Split('\n');
            int first = Array.FindIndex(lines, static line => line.Contains("[SoftmaxKernel", StringComparison.Ordinal));
            (lines[first], lines[first + 1]) = (lines[first + 1], lines[first]);
            return string.Join('\n', lines);
        }
    }

    /// <summary>Roslyn refuses two files of one name, whatever their case, and would lose the generator.</summary>
    [Fact]
    public void Names_that_letter_case_alone_tells_apart_are_no_problem()
    {
        string source = "using System; using KernelGen;\n"
            + "static partial class Kernels { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }\n"
            + "static partial class kernels { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }\n"
            + "static partial class tiny { [SoftmaxKernel(Length = 3)] static partial void Run(Span<float> row); }\n"
            + Model("Bart", "").Replace("using KernelGen;", "", StringComparison.Ordinal);
        Compilation compilation = Generate(Compile(source), out _);
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }

    private static Compilation Generate(Compilation compilation, out ImmutableArray<Diagnostic> diagnostics)
    {
        CreateDriver(Array.Empty<AdditionalText>()).RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out diagnostics, TestContext.Current.CancellationToken);
        return generated;
    }

    private static async Task AssertReported(string id, string source, string text, string message)
    {
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(source));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(text, TextAt(diagnostic));
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        string[] names = [.. Run(source).Results[0].GeneratedSources.Select(static file => file.HintName).Where(static name => !name.StartsWith("Tiny.", StringComparison.Ordinal))];
        Assert.Empty(names);
    }
}
