using System.Text;
using System.Text.RegularExpressions;
using KernelGen.Generator.Emission;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;
using KernelGen.Layout;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

public partial class GenerationTests
{
    [Theory]
    [InlineData("Vanilla")]
    [InlineData("Marian")]
    [InlineData("Bart")]
    public void What_is_generated_compiles(string architecture)
    {
        CSharpCompilation compilation = Compile(Model(architecture, ""));

        CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation updated, out _, TestContext.Current.CancellationToken);

        Assert.Empty(updated.GetDiagnostics(TestContext.Current.CancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void The_attribute_of_speech_generates_what_the_other_one_does()
    {
        string source = Model("Whisper", "StartToken = 1, EndToken = 2, PadToken = 0");
        string[] expected = [.. Run(source).GeneratedTrees.Select(static tree => tree.ToString())];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Run(source.Replace("EncoderDecoderModel", "SpeechToTextModel", StringComparison.Ordinal)).GeneratedTrees.Select(static tree => tree.ToString()));
    }

    [Fact]
    public void Files_are_named_after_the_model()
    {
        GeneratorDriverRunResult result = Run($$"""
            namespace Some.@namespace
            {
                public partial struct Outer
                {
                    internal partial record Inner
                    {
                        [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart, {{Dimensions}})]
                        private sealed partial class @class;
                    }
                }
            }
            """);

        Assert.NotEmpty(result.GeneratedTrees);
        Assert.All(result.Results[0].GeneratedSources, static source =>
        {
            Assert.StartsWith("Some.namespace.Outer.Inner.class.", source.HintName, StringComparison.Ordinal);
            Assert.EndsWith(".g.cs", source.HintName, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_nested_model_of_any_kind_of_type_compiles()
    {
        CSharpCompilation compilation = Compile($$"""
            namespace Some.@namespace;

            public partial struct Outer
            {
                internal partial record struct Between
                {
                    public partial interface IInner
                    {
                        [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart, {{Dimensions}})]
                        public sealed partial class Tiny;
                    }
                }
            }
            """);

        CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation updated, out _, TestContext.Current.CancellationToken);

        Assert.Empty(updated.GetDiagnostics(TestContext.Current.CancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void A_configuration_file_gives_the_model_that_the_same_attribute_gives()
    {
        GeneratorDriverRunResult byFile = Run(
            Model("\"tiny/config.json\", MaxTargetLength = 4"),
            ("/project/models/tiny/config.json", """
                {
                  "model_type": "bart", "d_model": 8, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
                  "encoder_layers": 1, "decoder_layers": 1, "vocab_size": 20, "max_position_embeddings": 4
                }
                """));

        Assert.Equal(Texts(Run(Model("Bart", ""))), Texts(byFile));
        Assert.NotEmpty(byFile.GeneratedTrees);
    }

    [Fact]
    public void A_wrong_declaration_gives_nothing()
    {
        Assert.Empty(Run(Model("Bart", "Heads = 3")).GeneratedTrees);
        Assert.Empty(Run(Model("\"config.json\"")).GeneratedTrees);
        Assert.Empty(Run(Model("Bart", "").Replace("partial", "", StringComparison.Ordinal)).GeneratedTrees);
        Assert.Empty(Run(Compile(Model("Bart", ""), settings: Settings.WithAllowUnsafe(false))).GeneratedTrees);
    }

    [Fact]
    public void An_attribute_that_the_compiler_refuses_gives_nothing()
    {
        Assert.Empty(Run(Model("")).GeneratedTrees);
        Assert.Empty(Run(Model("Unknown.Architecture")).GeneratedTrees);
        Assert.Empty(Run(Model("Architecture.Bart, Heads = unknown")).GeneratedTrees);
    }

    [Fact]
    public void One_of_two_attributes_counts()
    {
        string second = "\n\n[EncoderDecoderModel(Architecture.Marian)] partial class Tiny;";

        Assert.Equal(Texts(Run(Model("Bart", ""))), Texts(Run(Model("Bart", "") + second)));
    }

    [Fact]
    public void The_other_parts_of_the_class_change_nothing() => Assert.Equal(
        Texts(Run(Model("Bart", ""))),
        Texts(Run(Model("Bart", "") + "\n\npartial class Tiny : System.IFormattable { public string ToString(string? f, System.IFormatProvider? p) => \"\"; }")));

    [Fact]
    public void Texts_end_their_lines_alike() =>
        Assert.All(Run(Model("Bart", "")).GeneratedTrees, static tree => Assert.DoesNotContain('\r', tree.ToString()));

    private static IEnumerable<string> Texts(GeneratorDriverRunResult result) =>
        result.Results[0].GeneratedSources.Select(static source => source.HintName + "\n" + source.SourceText);

    /// <summary>What a project may hold beside its model without breaking the generated files.</summary>
    [Theory]
    [InlineData("public sealed class MethodImpl; public sealed class Simd512; public static class Floats256; public static class Vector512;")]
    [InlineData("internal static class Extensions { public static int AsInt32<T>(this T value) => 0; public static int GetLower<T>(this T value) => 0; }")]
    public void Types_of_the_users_do_not_capture_the_generated_names(string types) => AssertCompiles(Model("Bart", "") + types);

    [Fact]
    public void Global_aliases_of_the_users_do_not_capture_the_generated_names() =>
        AssertCompiles("global using MethodImpl = System.Runtime.CompilerServices.MethodImplAttribute;\n" + Model("Bart", ""));

    [Theory]
    [InlineData("")]
    [InlineData("namespace Translation;")]
    public void Models_are_loaded_by_generic_code(string @namespace) => AssertCompiles(Model("Bart", "").Replace("\n\n", $"\n\n{@namespace}\n\n", StringComparison.Ordinal) + """

        public static class Loading
        {
            public static Tiny Tiny => Load<Tiny>("model.safetensors");

            private static TModel Load<TModel>(string path) where TModel : EncoderDecoder, IEncoderDecoderModel<TModel> =>
                TModel.Load(path) ?? TModel.Load(System.IO.Stream.Null, new ModelLoadOptions());
        }
        """);

    [Fact]
    public void Required_members_of_the_model_compile() =>
        AssertCompiles(Model("Bart", "").Replace("partial class Tiny;", "partial class Tiny { public required int Value { get; set; } }", StringComparison.Ordinal));

    [Fact]
    public void An_escaped_name_compiles() => AssertCompiles(Model("Bart", "").Replace("partial class Tiny;", "partial class \\u0054iny;", StringComparison.Ordinal));

    [Fact]
    public void Names_that_differ_in_letter_case_alone_compile()
    {
        string source = Model("Bart", "");
        AssertCompiles(source + source.Replace("using KernelGen;", "", StringComparison.Ordinal).Replace("class Tiny", "class TINY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("Gelu")]
    [InlineData("GeluTanh")]
    [InlineData("Silu")]
    [InlineData("Tanh")]
    public void Every_activation_compiles_in_the_oldest_language(string activation) => AssertCompiles(
        Model("Vanilla", $"Activation = Activation.{activation}, ModelDimension = 48, Heads = 3"),
        GeneratorTest.Language.WithLanguageVersion(LanguageVersion.CSharp12));

    [Theory]
    [InlineData("Vanilla", "Activation = Activation.Relu")]
    [InlineData("Vanilla", "Activation = Activation.Gelu")]
    [InlineData("Vanilla", "Activation = Activation.GeluTanh")]
    [InlineData("Vanilla", "Activation = Activation.Silu, ModelDimension = 1024, Heads = 3, HeadDimension = 5")]
    [InlineData("Vanilla", "Activation = Activation.Tanh")]
    [InlineData("T5", "Activation = Activation.Relu, GatedFeedForward = true")]
    [InlineData("T5", "Activation = Activation.GeluTanh, GatedFeedForward = true, FeedForwardDimension = 1024")]
    public void Every_trainable_model_compiles_in_the_oldest_language(string architecture, string properties) => AssertCompiles(
        Model(architecture, $"Trainable = true, {properties}"), GeneratorTest.Language.WithLanguageVersion(LanguageVersion.CSharp12));

    /// <summary>Convolutions of one model that read as many numbers, but not as far apart, have names of their own.</summary>
    [Theory]
    [InlineData("Whisper", "ModelDimension = 80, Heads = 4")]
    [InlineData("Whisper", "SourceChannels = 7, Activation = Activation.Relu, PositionalEncoding = PositionalEncoding.Rotary")]
    [InlineData("Moonshine", "ModelDimension = 288, Heads = 8")]
    [InlineData("Moonshine", "ModelDimension = 123, Heads = 3, Activation = Activation.Relu")]
    [InlineData("Moonshine", "ModelDimension = 1, Heads = 1, HeadDimension = 7, Activation = Activation.Silu")]
    public void Every_model_of_speech_compiles_in_the_oldest_language(string architecture, string properties) =>
        AssertCompiles(Model(architecture, properties), GeneratorTest.Language.WithLanguageVersion(LanguageVersion.CSharp12));

    [Fact]
    public void A_class_that_is_not_trained_may_have_a_trainer_of_its_own() =>
        AssertCompiles(Model("Bart", "").Replace("partial class Tiny;", "partial class Tiny { public static object CreateTrainer() => 1; }", StringComparison.Ordinal));

    /// <summary>Generated files switch off no warnings but those of the CLS, so that none may be given: neither where documentation is asked for, nor in an assembly that is compliant with the CLS.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("", "[assembly: System.CLSCompliant(true)]")]
    [InlineData("Trainable = true", "[assembly: System.CLSCompliant(true)]")]
    public void What_is_generated_gives_no_warning(string properties, string attribute)
    {
        string source = Model("Bart", properties)
            .Replace("\n\n", $"\n\n{attribute}\n\n", StringComparison.Ordinal)
            .Replace("[EncoderDecoderModel", "/// <summary>A model.</summary>\n[System.Obsolete]\n[EncoderDecoderModel", StringComparison.Ordinal);

        CSharpParseOptions language = GeneratorTest.Language.WithDocumentationMode(DocumentationMode.Diagnose);
        Assert.Empty(Update(Compile(source, language, Settings.WithWarningLevel(9999)), language).GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Location.SourceTree?.FilePath != "Source.cs"));
    }

    /// <summary>The list by which collisions with a user's members are found is what is really declared.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_list_of_generated_members_is_complete(bool isTrainable)
    {
        Compilation updated = Update(Compile(Model("Bart", isTrainable ? "Trainable = true" : "")));
        IEnumerable<string> members = updated.GetTypeByMetadataName("Tiny")!.GetMembers()
            .Where(static member => member is { CanBeReferencedByName: true, Name: not "Load" })
            .Select(static member => member.Name);
        Assert.Equal(GeneratedNames.Members.Concat(isTrainable ? GeneratedNames.TrainingMembers : []).Order(StringComparer.Ordinal), members.Order(StringComparer.Ordinal));
    }

    /// <summary>The lists by which taken names are found are what is really used.</summary>
    [Fact]
    public void The_lists_of_used_names_are_complete()
    {
        CSharpCompilation compilation = Compile("");
        HashSet<string> used = [];
        HashSet<string> unqualified = ["nint"];
        foreach (string text in new[] { "Activation = Activation.GeluTanh, Trainable = true", "ModelDimension = 512, VocabularySize = 32000, Activation = Activation.Silu" }.SelectMany(static properties =>
            Run(Model("Vanilla", properties)).GeneratedTrees).Concat(Run(SingleKernelTests.All).GeneratedTrees).Select(static tree => tree.ToString()))
        {
            used.UnionWith(QualifiedName().Matches(text).Select(match => FindType(compilation, match.Groups[1].Value, match.Groups[2].Success)));
            unqualified.UnionWith(Alias().Matches(text).Select(static match => match.Groups[1].Value));
        }

        Assert.Empty(used.Except(GeneratedNames.Qualified));
        Assert.Empty(unqualified.Except(GeneratedNames.Unqualified));
        Assert.Empty(Aliases.Names.Except(GeneratedNames.Unqualified));
    }

    // The longest beginning of a name that is a type.
    private static string FindType(CSharpCompilation compilation, string name, bool isGeneric)
    {
        for (string type = name; type.Contains('.', StringComparison.Ordinal); type = type[..type.LastIndexOf('.')])
        {
            foreach (string candidate in new[] { isGeneric && type == name ? type + "`1" : type, type + "Attribute" })
            {
                if (compilation.GetTypeByMetadataName(candidate) is not null)
                {
                    return candidate;
                }
            }
        }

        throw new InvalidOperationException($"{name} is no type.");
    }

    [GeneratedRegex(@"global::([\w.]+)(<)?")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^using (\w+) =", RegexOptions.Multiline)]
    private static partial Regex Alias();

    /// <summary>A linear kernel may have its own format of 8-bit inputs, whose methods then have names of their own.</summary>
    [Fact]
    public void A_model_with_two_formats_of_8_bit_inputs_compiles()
    {
        ModelPlan plan = PlanningTests.Plan(modelDimension: 256, heads: 4, feedForward: 512);
        plan = new ModelPlan(plan.Specification with { LargeActivations = true });
        Assert.Equal([Int8Layout.Bytes, Int8Layout.ScaledBytes], plan.Int8Formats);
        Assert.Equal(512 / 8 * 12, plan.QuantizedScale);

        IReadOnlyList<GeneratedFile> files = ModelEmitter.Emit(new DeclaredClass("", new EquatableArray<string>([]), "Tiny"), plan);

        Assert.Empty(Compile("partial class Tiny;")
            .AddSyntaxTrees(files.Select(static file => CSharpSyntaxTree.ParseText(file.Source, GeneratorTest.Language)))
            .GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        string kernels = files.Single(static file => file.HintName == "Tiny.Avx2.LinearInt8.g.cs").Source;
        Assert.Contains(" QuantizeScaledBytes(", kernels, StringComparison.Ordinal);
        Assert.Contains("LinearInt8ScaledBytesBy32", files.Single(static file => file.HintName == "Tiny.Avx2.Linear.g.cs").Source, StringComparison.Ordinal);
    }

    /// <summary>Layers of sublayers may have 4-bit weights where inputs have 8 bits, and no multipliers; kernels for these are written where there are such layers.</summary>
    [Theory]
    [InlineData(128, false, 0)]
    [InlineData(252, false, 0)]
    [InlineData(256, false, 6)]
    [InlineData(256, true, 5)]
    public void Only_layers_that_may_have_4_bits_have_kernels_for_them(int modelDimension, bool hasLargeActivations, int expected)
    {
        ModelPlan plan = PlanningTests.Plan(modelDimension, heads: 4, feedForward: 512);
        plan = new ModelPlan(plan.Specification with { LargeActivations = hasLargeActivations });

        Assert.Equal(expected, plan.Linears.Count(static linear => linear.HasFourBits));
        Assert.False(plan.Logits.HasFourBits);
        IReadOnlyList<GeneratedFile> files = ModelEmitter.Emit(new DeclaredClass("", new EquatableArray<string>([]), "Tiny"), plan);
        Assert.Equal(expected == 0 ? 0 : 3, files.Count(static file => file.HintName.EndsWith(".LinearInt4.g.cs", StringComparison.Ordinal)));
        Assert.Equal(expected > 0, files.Any(static file => file.Source.Contains("HasFourBits", StringComparison.Ordinal)));

        // A row has room for the inputs of whole groups, and for a sum of each.
        Assert.True(plan.QuantizedScale >= (expected == 0 ? 0 : 36 * 512 / 32));
    }

    /// <summary>Types that the compiler refuses, because another has their name, give no two files of one name.</summary>
    [Theory]
    [InlineData("ATTRIBUTE partial class Tiny; ATTRIBUTE partial struct Tiny;")]
    [InlineData("namespace A.B { ATTRIBUTE partial class C; } namespace A { partial class B { ATTRIBUTE partial class C; } }")]
    [InlineData("partial class O { ATTRIBUTE partial class C; } partial struct O { ATTRIBUTE partial class C; }")]
    public void Types_of_one_name_do_not_break_the_generator(string source) =>
        Run(source.Replace("ATTRIBUTE", $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart, {Dimensions})]", StringComparison.Ordinal));

    [Fact]
    public void A_generic_class_of_the_same_name_takes_nothing_away() => Assert.NotEmpty(Run(
        Model("Bart", "") + $"\n[EncoderDecoderModel(Architecture.Bart, {Dimensions})] partial class Tiny<T>;").GeneratedTrees);

    [Fact]
    public void An_attribute_of_the_users_own_does_not_break_the_generator() => Run("""
        namespace KernelGen { class EncoderDecoderModelAttribute : System.Attribute { public EncoderDecoderModelAttribute(params int[] sizes) { } public object? Heads { get; set; } public object? SuppressedTokens { get; set; } } }
        [KernelGen.EncoderDecoderModel(1, 2)] partial class First;
        [KernelGen.EncoderDecoderModel(Heads = new[] { 1 }, SuppressedTokens = new object[] { new[] { 1 } })] partial class Second;
        """);

    [Theory]
    [InlineData("required")]
    [InlineData("file")]
    [InlineData("scoped")]
    [InlineData("record")]
    [InlineData("field")]
    [InlineData("__reftype")]
    public void An_escaped_contextual_keyword_compiles(string name) => AssertCompiles(Model("Bart", "").Replace("class Tiny", "class @" + name, StringComparison.Ordinal));

    private static void AssertCompiles(string source, CSharpParseOptions? language = null) => Assert.Empty(
        Update(Compile(source, language), language).GetDiagnostics(TestContext.Current.CancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));

    private static Compilation Update(CSharpCompilation compilation, CSharpParseOptions? language = null)
    {
        GeneratorDriver driver = CreateDriver();
        if (language is not null)
        {
            driver = driver.WithUpdatedParseOptions(language);
        }

        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation updated, out var diagnostics, TestContext.Current.CancellationToken);
        Assert.Empty(diagnostics);
        return updated;
    }

    /// <summary>The compiler takes about 10 s of CPU for 1.5 MB of generated code.</summary>
    [Theory]
    [InlineData("ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128")]
    [InlineData("ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, VocabularySize = 32000, MaxSourceLength = 512, MaxTargetLength = 512")]
    [InlineData("ModelDimension = 100, Heads = 5, FeedForwardDimension = 40, VocabularySize = 10, MaxSourceLength = 64, MaxTargetLength = 64, Activation = Activation.Gelu")]
    [InlineData("ModelDimension = 33, Heads = 3, FeedForwardDimension = 65, VocabularySize = 33, MaxSourceLength = 64, MaxTargetLength = 64, Activation = Activation.Gelu")]
    [InlineData("ModelDimension = 144, Heads = 2, FeedForwardDimension = 100, VocabularySize = 100, MaxSourceLength = 64, MaxTargetLength = 64, Activation = Activation.Gelu")]
    public void Generated_code_stays_under_340_kilobytes(string dimensions)
    {
        GeneratorDriverRunResult result = Run(Model($"Architecture.Vanilla, EncoderLayers = 3, DecoderLayers = 3, {dimensions}"));

        int bytes = result.Results[0].GeneratedSources.Sum(static source => Encoding.UTF8.GetByteCount(source.SourceText.ToString()));

        Assert.InRange(bytes, 1, 340 * 1024);
    }

    /// <summary>What trains a model is nearly as much again, and compiled only where it is asked for.</summary>
    [Theory]
    [InlineData("ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128")]
    [InlineData("ModelDimension = 512, Heads = 8, FeedForwardDimension = 2048, VocabularySize = 32000, MaxSourceLength = 512, MaxTargetLength = 512")]
    [InlineData("ModelDimension = 1024, Heads = 16, FeedForwardDimension = 4096, VocabularySize = 32000, MaxSourceLength = 512, MaxTargetLength = 512")]
    [InlineData("ModelDimension = 100, Heads = 5, FeedForwardDimension = 40, VocabularySize = 10, MaxSourceLength = 64, MaxTargetLength = 64, Activation = Activation.Gelu")]
    [InlineData("ModelDimension = 144, Heads = 2, FeedForwardDimension = 100, VocabularySize = 100, MaxSourceLength = 64, MaxTargetLength = 64, Activation = Activation.Gelu")]
    public void What_trains_a_model_adds_less_than_300_kilobytes(string dimensions)
    {
        int Bytes(string trainable) => Run(Model($"Architecture.Vanilla, EncoderLayers = 3, DecoderLayers = 3, {dimensions}{trainable}")).Results[0].GeneratedSources
            .Sum(static source => Encoding.UTF8.GetByteCount(source.SourceText.ToString()));

        Assert.InRange(Bytes(", Trainable = true") - Bytes(""), 1, 300 * 1024);
    }
}
