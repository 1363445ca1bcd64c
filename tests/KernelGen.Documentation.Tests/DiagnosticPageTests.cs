using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Documentation.Tests;

/// <summary>The page of each diagnostic keeps its word: its example is reported with its number and nothing else, and what it says to write instead is silent.</summary>
public partial class DiagnosticPageTests
{
    private const string Configuration = "opus-mt-en-de/config.json";

    /// <summary>What <c>/* ... */</c> in an attribute stands for: the rest of a complete declaration.</summary>
    private static readonly (string Name, string Value)[] Dimensions =
    [
        ("ModelDimension", "8"), ("Heads", "2"), ("FeedForwardDimension", "16"), ("EncoderLayers", "1"), ("DecoderLayers", "1"),
        ("VocabularySize", "100"), ("MaxSourceLength", "8"), ("MaxTargetLength", "8"),
    ];

    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Path.Combine(DocumentTests.Repository, "generator", "docs"), "KG*.md").Select(static path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_page_keeps_its_word(string id)
    {
        MarkdownBlock[] blocks = [.. MarkdownBlock.Read(Path.Combine(DocumentTests.Repository, "generator", "docs", id + ".md"))];
        string[] found = await DiagnoseAsync(id, [.. blocks.Where(static block => block.Section == "Example")]);
        Assert.Contains(id, found);
        Assert.All(found, one => Assert.True(one == id || one.StartsWith("CS", StringComparison.Ordinal), one));

        foreach (MarkdownBlock block in blocks.Where(static block => block.Section != "Example" && block.Language == "csharp"))
        {
            // What stands in other languages beside the example, as the list of files, holds for what is to be written instead.
            Assert.Empty(await DiagnoseAsync(id, [block, .. blocks.Where(static other => other.Section == "Example" && other.Language == "xml")]));
        }
    }

    private static Task<string[]> DiagnoseAsync(string id, MarkdownBlock[] blocks)
    {
        string project = string.Concat(blocks.Where(static block => block.Language == "xml").Select(static block => block.Text));
        string json = blocks.FirstOrDefault(static block => block.Language == "json")?.Text ?? DefaultConfiguration(id, blocks);
        string[] listed = [.. AdditionalFile().Matches(project).Select(static match => match.Groups[1].Value)];
        bool isUnlisted = blocks.Any(static block => block.Note.Contains("no file is listed", StringComparison.Ordinal));
        string[] files = isUnlisted ? [] : listed.Length > 0 ? listed : [Configuration];
        var program = new DocumentProgram(id + ".md");
        program.Add("using KernelGen;", 1);
        foreach (MarkdownBlock block in blocks.Where(static block => block.Language == "csharp"))
        {
            program.Add(block.Given, block.Line);
            program.Add(Complete(block.Text), block.Line);
        }

        if (!blocks.Any(static block => block.Language == "csharp"))
        {
            program.Add(Complete("[EncoderDecoderModel(Architecture.Bart, /* ... */)]\npublic sealed partial class Translator { }"), 1);
        }

        return DiagnoseAsync(
            new DocumentCompilation
            {
                Kind = program.HasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                Language = LanguageVersionFacts.TryParse(Language().Match(project).Groups[1].Value, out LanguageVersion language) ? language : LanguageVersion.Latest,
                AllowUnsafe = !project.Contains("<AllowUnsafeBlocks>false<", StringComparison.Ordinal),
                GeneratesEndpoints = id == "KG0007",
                Files = files.ToDictionary(static name => name, _ => json),
            },
            program);
    }

    private static async Task<string[]> DiagnoseAsync(DocumentCompilation compilation, DocumentProgram program) =>
    [
        .. (await compilation.DiagnoseAsync(TestContext.Current.CancellationToken, program.ToString())).Select(static diagnostic => diagnostic.Id).Distinct(),
    ];

    // Too many tokens to write down on a page.
    private static string DefaultConfiguration(string id, MarkdownBlock[] blocks) => id == "KG0032" && blocks.Any(static block => block.Section == "Example")
        ? $$"""{"model_type": "marian", "bad_words_ids": [{{string.Join(", ", Enumerable.Range(1, 50_000).Select(static token => $"[{token}]"))}}]}"""
        : """{"model_type": "marian"}""";

    // Only names that the attribute does not set, VocabularySize not beside the vocabularies of source and target.
    private static string Complete(string text) => Attribute().Replace(text, attribute => attribute.Value.Replace(
        "/* ... */",
        string.Join(", ", Dimensions
            .Where(dimension => !attribute.Value.Contains(dimension.Name + " =", StringComparison.Ordinal))
            .Where(dimension => dimension.Name != "VocabularySize" || !attribute.Value.Contains("VocabularySize", StringComparison.Ordinal))
            .Select(static dimension => $"{dimension.Name} = {dimension.Value}")),
        StringComparison.Ordinal));

    [GeneratedRegex(@"\[(?:EncoderDecoder|SpeechToText)Model\([^\n]*?(?:\n[^\n]+)*?\)\]")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"AdditionalFiles Include=""([^""]+)""")]
    private static partial Regex AdditionalFile();

    [GeneratedRegex("<LangVersion>(.*?)</LangVersion>")]
    private static partial Regex Language();
}
