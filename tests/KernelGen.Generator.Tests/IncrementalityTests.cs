using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using static KernelGen.Generator.Tests.GeneratorTest;
using Reason = Microsoft.CodeAnalysis.IncrementalStepRunReason;
using Steps = KernelGen.Generator.ModelGenerator.Steps;

namespace KernelGen.Generator.Tests;

/// <summary>What is done again after an edit, and above all what is not.</summary>
public class IncrementalityTests
{
    private const string ConfigurationPath = "/project/config.json";

    private const string Source = $$"""
        using KernelGen;

        [EncoderDecoderModel(Architecture.Vanilla, {{Dimensions}})]
        public sealed partial class ByAttribute;

        [EncoderDecoderModel("config.json", MaxTargetLength = 8)]
        public sealed partial class ByFile;

        """;

    private static readonly string Configuration = SpecificationTest.Configuration("bart", "\"dropout\": 0.1");

    /// <summary>An edit, and what becomes of the configuration files, of the model declared by an attribute, and of the model declared by a file.</summary>
    public static TheoryData<string, Reason, Reason, Reason> Edits => new()
    {
        { "add an unrelated type", Reason.Cached, Reason.Cached, Reason.Cached },
        { "write a comment in the same file", Reason.Cached, Reason.Cached, Reason.Cached },
        { "add a member to the model", Reason.Cached, Reason.Cached, Reason.Cached },
        { "write the attribute differently", Reason.Cached, Reason.Cached, Reason.Cached },
        { "add an unrelated file", Reason.Cached, Reason.Cached, Reason.Cached },
        { "change an unrelated file", Reason.Cached, Reason.Cached, Reason.Cached },
        { "change a value that does not matter", Reason.Cached, Reason.Cached, Reason.Cached },
        { "reformat the configuration", Reason.Cached, Reason.Cached, Reason.Cached },
        { "move a value in the file", Reason.Cached, Reason.Cached, Reason.Cached },
        { "add a reference", Reason.Cached, Reason.Cached, Reason.Cached },
        { "change a value that matters", Reason.Modified, Reason.Cached, Reason.Modified },
        { "change an attribute", Reason.Cached, Reason.Modified, Reason.Cached },
        { "make a model trainable", Reason.Cached, Reason.Modified, Reason.Cached },
        { "forbid unsafe code", Reason.Cached, Reason.Removed, Reason.Removed },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void Only_what_an_edit_concerns_is_done_again(string edit, Reason files, Reason byAttribute, Reason byFile)
    {
        CSharpCompilation compilation = Compile(Source);
        var configuration = new TextFile(ConfigurationPath, Configuration);
        var unrelated = new TextFile("/project/unrelated.json", "{}");
        GeneratorDriver driver = CreateDriver([configuration, unrelated]).RunGenerators(compilation, Cancellation);
        GeneratorDriver Configure(string text) => driver.ReplaceAdditionalText(configuration, new TextFile(ConfigurationPath, text));

        (CSharpCompilation Compilation, GeneratorDriver Driver) edited = edit switch
        {
            "add an unrelated type" => (compilation.AddSyntaxTrees(Parse("class Unrelated;")), driver),
            "write a comment in the same file" => (Replace(compilation, "// Two models.\n" + Source), driver),
            "add a member to the model" => (Replace(compilation, Source.Replace("class ByAttribute;", "class ByAttribute { int Size => 3; }", StringComparison.Ordinal)), driver),
            "write the attribute differently" => (Replace(compilation, Source.Replace("ModelDimension = 8", "ModelDimension = 2 * 2 * 2", StringComparison.Ordinal)), driver),
            "add an unrelated file" => (compilation, driver.AddAdditionalTexts([new TextFile("/project/other.json", "{ not JSON")])),
            "change an unrelated file" => (compilation, driver.ReplaceAdditionalText(unrelated, new TextFile("/project/unrelated.json", "[]"))),
            "change a value that does not matter" => (compilation, Configure(Configuration.Replace("0.1", "0.2", StringComparison.Ordinal))),
            "reformat the configuration" => (compilation, Configure(Configuration.Replace(" ", "\n", StringComparison.Ordinal))),
            "add a reference" => (compilation.AddReferences(MetadataReference.CreateFromFile(typeof(FactAttribute).Assembly.Location)), driver),
            "move a value in the file" => (compilation, Configure("\n\n" + Configuration.Replace("\"dropout\": 0.1", "\"dropout\": 0.1, \"other\": [1, 2, 3]", StringComparison.Ordinal))),
            "change a value that matters" => (compilation, Configure(Configuration.Replace("\"d_model\": 32", "\"d_model\": 64", StringComparison.Ordinal))),
            "change an attribute" => (Replace(compilation, Source.Replace("ModelDimension = 8", "ModelDimension = 16", StringComparison.Ordinal)), driver),
            "make a model trainable" => (Replace(compilation, Source.Replace("ModelDimension = 8", "Trainable = true, ModelDimension = 8", StringComparison.Ordinal)), driver),
            "forbid unsafe code" => (compilation.WithOptions(Settings.WithAllowUnsafe(false)), driver),
            _ => throw new ArgumentException("There is no such edit.", nameof(edit)),
        };

        GeneratorRunResult result = edited.Driver.RunGenerators(edited.Compilation, Cancellation).GetRunResult().Results.Single();
        Assert.Equal([files], Reasons(result, Steps.ConfigurationFiles));
        Assert.Equal([byAttribute, byFile], Reasons(result, Steps.Models));

        Reason[] emitted = [.. result.TrackedOutputSteps.SelectMany(static step => step.Value).SelectMany(static step => step.Outputs).Select(static output => output.Reason)];
        Assert.Equal([byAttribute, byFile], emitted);
    }

    [Fact]
    public void The_second_run_does_nothing()
    {
        CSharpCompilation compilation = Compile(Source);
        GeneratorDriver driver = CreateDriver((ConfigurationPath, Configuration)).RunGenerators(compilation, Cancellation);
        GeneratorRunResult first = driver.GetRunResult().Results.Single();

        GeneratorRunResult second = driver.RunGenerators(compilation.Clone(), Cancellation).GetRunResult().Results.Single();

        Assert.All(second.TrackedOutputSteps.SelectMany(static step => step.Value).SelectMany(static step => step.Outputs), static output => Assert.Equal(Reason.Cached, output.Reason));
        foreach (string step in OwnSteps)
        {
            Assert.Contains(step, second.TrackedSteps.Keys);
            Assert.All(Reasons(second, step), static reason => Assert.True(reason is Reason.Cached or Reason.Unchanged, reason.ToString()));
        }

        Assert.Equal(
            first.GeneratedSources.Select(static source => source.SourceText.ToString()),
            second.GeneratedSources.Select(static source => source.SourceText.ToString()));
    }

    [Fact]
    public void No_step_holds_what_the_compiler_knows()
    {
        GeneratorRunResult result = CreateDriver((ConfigurationPath, Configuration)).RunGenerators(Compile(Source), Cancellation).GetRunResult().Results.Single();

        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        foreach (string step in OwnSteps)
        {
            foreach (object value in result.TrackedSteps[step].SelectMany(static run => run.Outputs).Select(static output => output.Value))
            {
                Walk(value, step, seen);
            }
        }

        Assert.True(seen.Count > OwnSteps.Length);
    }

    [Fact]
    public void Each_model_is_emitted_by_itself()
    {
        GeneratorDriver driver = CreateDriver((ConfigurationPath, Configuration)).RunGenerators(Compile(Source), Cancellation);

        GeneratorRunResult result = driver.RunGenerators(Compile(Source + $"[EncoderDecoderModel(Architecture.Bart, {Dimensions})] partial class Third;"), Cancellation).GetRunResult().Results.Single();

        Assert.Equal([Reason.Cached, Reason.Cached, Reason.New], Reasons(result, Steps.Models));
    }

    private static string[] OwnSteps { get; } =
        [Steps.Declarations, Steps.RequestedFiles, Steps.ConfigurationFiles, Steps.CompilerSettings, Steps.Models];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<Reason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(static run => run.Outputs).Select(static output => output.Reason);

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Language, "Other.cs");

    private static CSharpCompilation Replace(CSharpCompilation compilation, string source) =>
        compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], CSharpSyntaxTree.ParseText(source, Language, "Source.cs"));

    // Walks everything that can be reached from a value of the pipeline.
    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null || value.GetType().IsPrimitive || value.GetType().IsEnum || value is string || !seen.Add(value))
        {
            return;
        }

        Assert.False(
            value is ISymbol or SyntaxNode or SyntaxTree or SyntaxToken or Compilation or Location or SemanticModel or AttributeData or AdditionalText or Diagnostic,
            $"{path} holds a {value.GetType()}.");
        Assert.False(value is Delegate, $"{path} holds a delegate.");
        if (value is IEnumerable items)
        {
            foreach (object? item in items)
            {
                Walk(item, path + "[]", seen);
            }
        }

        for (Type? type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                Walk(field.GetValue(value), path + "." + field.Name, seen);
            }
        }
    }
}
