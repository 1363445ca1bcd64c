using CsCheck;
using KernelGen.Families;
using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Generator.Tests.Hostile;

/// <summary>Draws projects. Each family varies one side of a project beyond reason, and keeps the others so that it may still be accepted.</summary>
internal static class HostileProjects
{
    private const string Usings = "using KernelGen;\n";

    private static readonly string[] Integers =
        ["0", "-1", "int.MinValue", "int.MaxValue", "1", "2", "15", "16", "17", "1000000", "16384", "16385", "65536", "65537", "0x7FFF_FFFF", "-2147483648", "1_000_001", "(int)1e9", "1 << 30", "256", "257"];

    /// <summary>What is no constant of the property's type, most of which the compiler refuses.</summary>
    private static readonly string[] Nonsense =
        ["null", "default", "\"text\"", "new[] { 1 }", "new object[] { new[] { 1 } }", "typeof(int)", "'x'", "1.5", "true", "unknown", "nameof(Heads)", "int.MaxValue + 1", "unchecked(int.MaxValue + 1)", "1 / 0", "", "1L", "(Activation)0", "double.NaN", "(string?)null", "System.DayOfWeek.Monday"];

    private static readonly string[] Properties = [.. typeof(Declaration).GetProperties().Select(static property => property.Name).Where(IsSettable)];

    /// <summary>Names that mean something to the compiler, to a model's base class, or to the generated code.</summary>
    private static readonly string[] Names = FindNames();

    private static readonly Gen<string> Name = Gen.OneOf(Names);

    private static readonly Gen<string> Integer = Gen.Frequency(
        (6, Gen.Int[1, 70].Select(static value => Text(value))), (3, Gen.OneOf(Integers)), (1, Gen.Int.Select(static value => Text(value))));

    private static readonly Gen<string> Real = Gen.Frequency(
        (2, Gen.OneOf("1e-5", "0", "-0.0", "1e-45", "1e-46", "1e38", "1e39", "double.NaN", "double.PositiveInfinity", "double.Epsilon", "double.MaxValue", "3", "float.Epsilon", "1f / 3")),
        (1, Gen.Double.Select(static value => double.IsFinite(value) ? value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "1e-6")));

    private static readonly Gen<string> Tokens = Gen.Frequency(
        (4, Gen.Int[-1, 70].Array[0, 5].Select(static tokens => $"new int[] {{ {string.Join(", ", tokens)} }}")),
        (1, Gen.Int[0, 5_000].Select(static count => $"new int[] {{ {string.Join(", ", Enumerable.Range(0, count))} }}")),
        (1, Gen.OneOf("null", "new int[0]", "new[] { int.MinValue, int.MaxValue }", "[3, 4]")));

    /// <summary>A value for a property, mostly of its type.</summary>
    private static Gen<string> Value(string property) => Gen.Frequency((12, Typed(property)), (1, Gen.OneOf(Nonsense))).Select(value => $"{property} = {value}");

    private static Gen<string> Typed(string property) => property switch
    {
        nameof(Declaration.LayerNormEpsilon) => Real,
        nameof(Declaration.SuppressedTokens) => Tokens,
        nameof(Declaration.NormPlacement) or nameof(Declaration.Activation) or nameof(Declaration.PositionalEncoding) =>
            Gen.Frequency((6, Gen.Int[0, 3].Select(static value => Text(value))), (1, Gen.OneOf("-1", "4", "int.MaxValue", "int.MinValue"))).Select(value => $"({property})({value})"),
        nameof(Declaration.FinalNorm) or nameof(Declaration.EmbeddingNorm) or nameof(Declaration.ScaleEmbedding) or nameof(Declaration.TieEmbeddings) or nameof(Declaration.OutputBias) =>
            Gen.OneOf("true", "false"),
        _ => Integer,
    };

    /// <summary>Dimensions that go together, from tiny ones to the limits.</summary>
    private static readonly Gen<string> Dimensions = Gen.Frequency(
        (2, Gen.Const(GeneratorTest.Dimensions)),
        (4, Gen.Select(Gen.Int[1, 9], Gen.Int[1, 70], Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[1, 100], Gen.Int[1, 100], (heads, width, feedForward, vocabulary, source, target) =>
            Complete(heads * width, heads, feedForward, 1, 2, vocabulary, source, target))),
        (2, Gen.Select(Gen.OneOf(16, 512, 4_096, 16_384), Gen.OneOf(1, 2, 16, 512), Gen.OneOf(1, 4_096, 65_536), Gen.OneOf(1, 256), Gen.OneOf(1, 131_071, 131_072, 1_000_000), Gen.OneOf(1, 2_047, 32_767, 65_536), Gen.OneOf(1, 2_048, 65_536), (dimension, heads, feedForward, layers, vocabulary, source, target) =>
            Complete(dimension, heads, feedForward, layers, layers, vocabulary, source, target))));

    private static readonly Gen<string> Architecture = Gen.Frequency((9, Gen.OneOf("Architecture.Vanilla", "Architecture.Marian", "Architecture.Bart")), (1, Gen.OneOf("(Architecture)(-1)", "(Architecture)3", "(Architecture)int.MaxValue", "default", "")));

    private static readonly Gen<string> Path = Gen.OneOf(
        "\"config.json\"", "\"\"", "null", "(string?)null", "\"/\"", "\"..\"", "\"../../../../etc/passwd\"", "\"models/../config.json\"", "\"./config.json\"", "@\"C:\\config.json\"", "@\"\\\\server\\share\"", "\"config.json\\0\"",
        "\"\\ud800\"", "\"\\n\\\"config.json\\\\\"", "\"CONFIG.JSON\"", "\"{0} {1}\"", "\"a/config.json\"", "\"//config.json/\"", "\"\\u202Econfig.json\"", "\"*\"");

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\ud800", "null", "true", "-", "1e400", "-1e400", "NaN", "-Infinity", "0", "2147483648", "-1", "1.5", "\0", "\uFEFF", "\uFFFD", "\n", "[[]]", "[[1,2]]", "{}", "1e-400",
        "/* */", "//", "'", "\u2028", "00", "0x10", "\"d_model\": 1,", "\"model_type\": \"t5\",",
    ];

    private static readonly string[] JsonValues =
    [
        "0", "-1", "1", "3", "7", "16", "64", "100", "1000", "65536", "2147483647", "1e12", "1e400", "0.5", "1e-46", "NaN", "true", "false", "null", "\"gelu\"", "\"swish\"", "\"relu\"", "\"gelu_new\"", "\"\"", "\"{0}\\n\"", "[]", "[[0]]", "[[1, 2]]",
        "[[99]]", "[[[]]]", "{}", "{\"a\": [1]}", "\"\\ud800\"",
    ];

    private static readonly Gen<string> ModelType = Gen.OneOf("bart", "mbart", "marian");

    private static readonly Gen<string> Key = Gen.OneOf([.. ConfigurationFile.Keys.Where(static key => key != ConfigurationKeys.ModelType).Order(StringComparer.Ordinal)]);

    private static readonly Gen<string?> ConfigurationText = Gen.Frequency(
        (5, Gen.Select(ModelType, Gen.Select(Key, Gen.OneOf(JsonValues)).Array[0, 4]).Select(static (type, members) =>
            (string?)SpecificationTest.Configuration(type, string.Join(", ", members.Select(static member => $"\"{member.Item1}\": {member.Item2}"))))),
        (4, Gen.Select(ModelType, Gen.Select(Gen.Double[0, 1], Gen.Int[0, 12], Gen.OneOf(Fragments)).Array[1, 4]).Select(static (type, edits) =>
        {
            string text = SpecificationTest.Configuration(type, "\"bad_words_ids\": [[7]], \"activation_function\": \"swish\", \"layer_norm_eps\": 1e-5");
            foreach ((double where, int length, string fragment) in edits)
            {
                int start = (int)(where * text.Length);
                text = text[..start] + fragment + text[Math.Min(text.Length, start + length)..];
            }

            return (string?)text;
        })),
        (1, Gen.String.Select(static text => (string?)text)),
        (1, Gen.OneOf(
            null, "", " ", "\uFEFF", "\uFEFF{}", "[]", "null", "{\"model_type\": \"bart\"}", "{\"model_type\": \"marian\"}", "{\"model_type\": [\"bart\"]}", "\0\0\0", "\u001f\u008b\b",
            new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), "{\"model_type\": \"" + new string('x', 100_000) + "\"}",
            "{\"d_model\": 1" + new string('0', 100_000) + ", \"model_type\": \"bart\"}",
            SpecificationTest.Configuration("bart", "\"bad_words_ids\": [" + string.Join(", ", Enumerable.Repeat("[5]", 50_000)) + "]"),
            "{\"model_type\": \"bart\", \"vocab_size\": 100000, \"bad_words_ids\": [" + string.Join(", ", Enumerable.Range(3, 50_000).Select(static token => $"[{token}]")) + "]}")));

    private static readonly Gen<(string Path, string? Text)> File = Gen.Select(
        Gen.OneOf("/project/config.json", "/project/CONFIG.json", "/project/models/config.json", "/project/a/config.json", "C:\\config.json", "config.json", "", "/", "/project/other.json", "//config.json"), ConfigurationText);

    private static readonly Gen<LanguageVersion> Language = Gen.Frequency(
        (12, Gen.Const(LanguageVersion.CSharp13)), (2, Gen.Const(LanguageVersion.CSharp12)), (2, Gen.Const(LanguageVersion.Preview)), (1, Gen.OneOf(LanguageVersion.CSharp9, LanguageVersion.CSharp11)));

    /// <summary>An attribute with the constructor's argument, dimensions that go together, and properties that may contradict them.</summary>
    private static Gen<string> Attribute(Gen<string> argument, Gen<string> dimensions, int most) => Gen.Select(
        argument, dimensions, Gen.OneOf(Properties).SelectMany(Value).Array[0, most], (first, fixedOnes, others) => Join(first, fixedOnes, others));

    private static Gen<string> PlainAttribute => Gen.Const($"EncoderDecoderModel(Architecture.Vanilla, {GeneratorTest.Dimensions})");

    /// <summary>Any values of the attribute's properties.</summary>
    public static readonly Gen<HostileProject> OfValues = Gen.Select(Attribute(Architecture, Dimensions, 5), Language, Gen.Int[0, 20]).Select(static (attribute, language, rare) =>
        new HostileProject([$"{Usings}\n[{attribute}]\npublic sealed partial class Tiny;"], [], language, rare > 0));

    /// <summary>Any configuration files.</summary>
    public static readonly Gen<HostileProject> OfFiles = Gen.Select(
        Attribute(Gen.Frequency((5, Gen.Const("\"config.json\"")), (2, Path)), Gen.Const(""), 2),
        Gen.Frequency((5, ConfigurationText.Select(static text => new[] { ("/project/config.json", text) })), (2, File.Array[0, 3]))).Select(static (attribute, files) =>
            new HostileProject([$"{Usings}\n[{attribute}]\npublic sealed partial class Tiny;"], files));

    private static readonly Gen<string> Member = Gen.Select(Gen.OneOf(
        "public int NAME;", "public static int NAME => 0;", "public string NAME { get; set; } = \"\";", "public void NAME() { }", "public static int NAME(int value) => value;", "public class NAME;", "public struct NAME;", "private enum NAME { One }",
        "public delegate void NAME();", "public interface NAME;", "public const int NAME = 1;", "public event System.Action? NAME { add { } remove { } }", "public T NAME<T>(T value) => value;", "public class NAME<T>;", "internal ref struct NAME;"), Name)
        .Select(static (member, name) => member.Replace("NAME", name, StringComparison.Ordinal));

    private static readonly Gen<string> OddMember = Gen.OneOf(
        "public TINY() { }", "public TINY(int size) { }", "private TINY(global::KernelGen.Execution.Engine engine) { }", "static TINY() { }", "~TINY() { }", "public int this[int i] => i;", "public static TINY operator +(TINY a, TINY b) => a;",
        "public static explicit operator int(TINY value) => 0;", "public static object Load(string path, global::KernelGen.ModelLoadOptions? options = null) => path;", "public static object Load(string path) => path;",
        "public object Load(global::System.IO.Stream stream, global::KernelGen.ModelLoadOptions options) => stream;", "public static int Load<T>(string path, global::KernelGen.ModelLoadOptions options) => 0;", "public int Load;", "public class Load;",
        "public static int get_Description() => 0;", "public static void set_Description(global::KernelGen.Execution.ModelDescription value) { }", "public required int Needed { get; set; }", "public int Broken(", "}", "unsafe void* pointer;",
        "public static int Load(ref string path, global::KernelGen.ModelLoadOptions options) => 0;", "public override string ToString() => \"\";",
        "private partial struct Avx2Kernels;", "public virtual void Extend() { }", "protected int Count() => 0;", "[System.Runtime.CompilerServices.ModuleInitializer] internal static void Start() { }");

    private static readonly Gen<string> Outer = Gen.Select(
        Gen.Frequency((8, Gen.Const("partial ")), (1, Gen.Const(""))),
        Gen.OneOf("class", "struct", "record", "record struct", "interface", "record class"),
        Gen.Frequency((5, Gen.Const("")), (3, Gen.OneOf("public ", "static ", "sealed ", "abstract ", "file ", "unsafe ", "readonly ", "ref ", "readonly ref "))),
        Gen.Frequency((9, Gen.Const("")), (1, Gen.OneOf("<T>", "(int size)"))),
        Name,
        static (partial, kind, modifier, parameters, name) => $"{modifier}{partial}{kind} {name}{parameters}");

    private static readonly Gen<string> ClassHead = Gen.Select(
        Gen.Frequency((4, Gen.Const("")), (3, Gen.OneOf("public ", "internal ", "sealed ", "public sealed ", "unsafe ", "abstract ", "static ", "file ", "private ", "new ", "readonly ", "protected internal "))),
        Gen.Frequency((15, Gen.Const("partial ")), (1, Gen.Const(""))),
        Gen.Frequency((15, Gen.Const("class")), (1, Gen.OneOf("record", "struct", "interface", "record struct", "enum"))),
        Gen.Frequency((4, Gen.Const("Tiny")), (4, Name)),
        Gen.Frequency((14, Gen.Const("")), (1, Gen.OneOf("<T>", "(int size)", "()", "<@class, in>"))),
        Gen.Frequency((9, Gen.Const("")), (2, Gen.OneOf(
            " : System.IFormattable", " : System.Attribute", " : KernelGen.EncoderDecoder", " : global::KernelGen.EncoderDecoder, System.IDisposable", " : Unknown", " : object", " : System.IDisposable", " : KernelGen.EncoderDecoder(null!)", " : dynamic", " : int", " : System.Collections.Generic.List<int>"))),
        static (modifier, partial, kind, name, parameters, bases) => (Head: $"{modifier}{partial}{kind} {name}{parameters}{bases}", Name: name)).Select(static head => head.Head + "\0" + head.Name);

    private static readonly Gen<string[]> Members = Gen.Frequency((5, Member), (2, OddMember)).Array[0, 3];

    private static readonly Gen<string> Namespace = Gen.Frequency((3, Gen.Const("")), (3, Gen.OneOf(
        "Some", "Some.@namespace", "KernelGen", "KernelGen.Execution", "System", "System.Runtime.Intrinsics", "Tiny", "Ünï.数", "@class.@int", "Floats_", "\\u0041.B", "Avx2Kernels", "A.B.C.D.E.F.G.H")));

    /// <summary>Any kind of class, in any place, with any members.</summary>
    public static readonly Gen<HostileProject> OfClasses = Gen.Select(Namespace, Outer.Array[0, 2], ClassHead, Members, Gen.Int[0, 3], Language).Select(static (space, outers, head, members, layout, language) =>
    {
        string[] parts = head.Split('\0');
        string body = string.Join("\n    ", members.Select(member => member.Replace("TINY", parts[1], StringComparison.Ordinal)));
        string attribute = $"[EncoderDecoderModel(Architecture.Vanilla, {GeneratorTest.Dimensions})]\n";
        string type = attribute + parts[0] + "\n{\n    " + (layout == 1 ? "" : body) + "\n}\n";
        foreach (string outer in outers.Reverse())
        {
            type = outer + "\n{\n" + type + "}\n";
        }

        string inside = space.Length == 0 ? type : layout == 2 ? $"namespace {space} {{\n{type}}}\n" : $"namespace {space};\n{type}";
        string usings = space.Length == 0 || layout == 2 ? Usings : Usings + "\n";
        return new HostileProject([usings + inside, .. layout == 1 && outers.Length == 0 ? new[] { (space.Length == 0 ? "" : $"namespace {space};\n") + $"partial class {parts[1]}\n{{\n    {body}\n}}" } : []], [], language);
    });

    private static readonly Gen<string> Surrounding = Gen.Frequency(
        (5, Gen.Select(Gen.OneOf("public class NAME;", "public struct NAME;", "public static class NAME { public static int Value(this object value) => 0; }", "namespace NAME { }", "public enum NAME { One }", "public delegate void NAME();", "namespace Some { public class NAME; }", "public class NAME<T>;"), Name)
            .Select(static (text, name) => text.Replace("NAME", name, StringComparison.Ordinal))),
        (2, Gen.Select(Gen.OneOf("global using NAME = System.Int32;", "global using static System.Math;", "global using NAME = System.Collections.Generic.List<int>;", "global using System.Numerics; global using System.Runtime.Intrinsics;"), Name)
            .Select(static (text, name) => text.Replace("NAME", name, StringComparison.Ordinal))),
        (5, Gen.OneOf(
            "class Broken {", "namespace KernelGen { class EncoderDecoderModelAttribute : System.Attribute { public EncoderDecoderModelAttribute(params int[] sizes) { } public int[] Heads { get; set; } = []; } }",
            "namespace KernelGen { public class EncoderDecoderModelAttribute : System.Attribute { public EncoderDecoderModelAttribute(object first) { } public object? Heads { get; set; } public object? SuppressedTokens { get; set; } public object? LayerNormEpsilon { get; set; } } }",
            "namespace KernelGen { public enum Architecture : long { Vanilla = long.MaxValue } public class EncoderDecoderModelAttribute : System.Attribute { public EncoderDecoderModelAttribute(Architecture first) { } } }",
            "namespace KernelGen { public class EncoderDecoder { } }", "namespace KernelGen.Execution { public class Engine { } }", "namespace System { public class Object { } }", "partial struct Tiny { }", "partial class Tiny<T>;", "class Tiny;", "enum Tiny { }", "namespace Tiny { }",
            "[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart)] partial struct Tiny;", "[KernelGen.EncoderDecoderModel(\"config.json\")] partial class Tiny;", "[KernelGen.EncoderDecoderModel(\"config.json\")] partial interface Tiny;",
            $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class Tiny;", $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class Tiny<T>;",
            $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class TINY;", $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial struct Tiny;",
            $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial interface Tiny;", $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial record struct TINY;",
            $"namespace Other {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class Tiny; }}",
            $"namespace A.B {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class C; }} namespace A {{ partial class B {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class C; }} }}",
            $"partial class O {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class C; }} partial struct O {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] partial class C; }}",
            $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Vanilla, {GeneratorTest.Dimensions})] [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart)] partial class Two;",
            "[type: KernelGen.EncoderDecoderModel(\"config.json\")] partial class Targeted;", "[method: KernelGen.EncoderDecoderModel(\"config.json\")] partial class Method(int size);", "[assembly: KernelGen.EncoderDecoderModel(\"config.json\")]",
            "class Holder { [KernelGen.EncoderDecoderModel(\"config.json\")] void Method() { } [KernelGen.EncoderDecoderModel(\"config.json\")] int field; [KernelGen.EncoderDecoderModel(\"config.json\")] enum E { } [KernelGen.EncoderDecoderModel(\"config.json\")] delegate void D(); }",
            "#error stop", "#if X\n", "/*", "\ud800", "\0", "#nullable disable", "#pragma warning disable", "#line hidden", "[module: System.Runtime.CompilerServices.SkipLocalsInit]", "await System.Threading.Tasks.Task.Delay(1);", "extern alias other;")));

    /// <summary>A model among types, aliases and errors that have nothing to do with it, or pretend to.</summary>
    public static readonly Gen<HostileProject> OfSurroundings = Gen.Select(PlainAttribute, Gen.OneOf("", "namespace Some { ", "namespace KernelGen { "), Surrounding.Array[0, 3], Gen.Bool, Language).Select(static (attribute, space, around, together, language) =>
    {
        string model = $"{space}\n[{attribute}]\npublic sealed partial class Tiny;\n{(space.Length > 0 ? "}" : "")}\n";
        return new HostileProject(together ? [string.Join("\n", around.Where(static text => text.StartsWith("global using", StringComparison.Ordinal))) + "\n" + Usings + model + string.Join("\n", around.Where(static text => !text.StartsWith("global using", StringComparison.Ordinal)))] : [Usings + model, .. around], [("/project/config.json", SpecificationTest.Configuration("bart"))], language);
    });

    /// <summary>Specifications of all sizes and settings.</summary>
    public static readonly Gen<ModelSpecification> Specifications = Gen.Select(
        Gen.Int[1, 20], Gen.Int[1, 200], Gen.OneOf(Gen.Int[1, 300], Gen.Int[1, Limits.FeedForwardDimension]), Gen.OneOf(Gen.Int[20, 300], Gen.Int[20, 131_072]), Gen.Int[1, 10_000], Gen.Int[1, 10_000], Gen.Int[0, 7], Gen.Enum<Architecture>())
        .Select(static (heads, width, feedForward, vocabulary, source, target, choice, architecture) => SpecificationTest.Build(SpecificationTest.Declare(architecture) with
        {
            ModelDimension = heads * width,
            Heads = heads,
            FeedForwardDimension = feedForward,
            VocabularySize = vocabulary,
            MaxSourceLength = source,
            MaxTargetLength = target,
            Activation = choice % 4,
            Trainable = choice > 3,
        }).Specification)
        .Where(static specification => specification is not null)
        .Select(static specification => specification!);

    private static bool IsSettable(string property) =>
        property is not (nameof(Declaration.Class) or nameof(Declaration.ClassProblems) or nameof(Declaration.Architecture) or nameof(Declaration.Configuration) or "EqualityContract");

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Complete(int dimension, int heads, int feedForward, int encoderLayers, int decoderLayers, int vocabulary, int source, int target) =>
        $"ModelDimension = {dimension}, Heads = {heads}, FeedForwardDimension = {feedForward}, EncoderLayers = {encoderLayers}, DecoderLayers = {decoderLayers}, VocabularySize = {vocabulary}, MaxSourceLength = {source}, MaxTargetLength = {target}";

    // A property that is drawn replaces the one among the dimensions; of two that are drawn alike both stay, which the compiler refuses.
    private static string Join(string first, string dimensions, string[] others)
    {
        HashSet<string> set = [.. others.Select(static other => other.Split(" = ")[0])];
        IEnumerable<string> kept = dimensions.Split(", ").Where(dimension => dimension.Length > 0 && !set.Contains(dimension.Split(" = ")[0]));
        return $"EncoderDecoderModel({string.Join(", ", new[] { first }.Where(static text => text.Length > 0).Concat(kept).Concat(others))})";
    }

    private static string[] FindNames()
    {
        GeneratorDriverRunResult result = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], parseOptions: GeneratorTest.Language)
            .RunGenerators(GeneratorTest.Compile(GeneratorTest.Model("Bart", "Activation = Activation.Gelu"))).GetRunResult();
        IEnumerable<string> generated = result.GeneratedTrees
            .SelectMany(static tree => tree.GetRoot().DescendantTokens())
            .Where(static token => token.IsKind(SyntaxKind.IdentifierToken))
            .Select(static token => token.Text);
        IEnumerable<string> inherited = GeneratorTest.Compile("").GetTypeByMetadataName("KernelGen.EncoderDecoder")!.GetMembers()
            .Where(static member => member.CanBeReferencedByName)
            .Select(static member => member.Name);
        IEnumerable<string> keywords = SyntaxFacts.GetKeywordKinds().Concat(SyntaxFacts.GetContextualKeywordKinds()).Select(SyntaxFacts.GetText).Where(SyntaxFacts.IsValidIdentifier)
            .SelectMany(static keyword => new[] { "@" + keyword, keyword });
        string[] others = ["Tiny", "@Tiny", "tiny", "TINY", "_", "__", "Équipe", "数据", "\\u0041bc", "a\\u200Db", "Load", "Model", "Item", "Finalize", "MemberwiseClone", "get_Description", "value__", new string('x', 500), new string('y', 600), "System", "KernelGen", "global", "Outer"];
        return [.. generated.Concat(inherited).Concat(keywords).Concat(others).Distinct().Order(StringComparer.Ordinal)];
    }
}
