using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator.Tests.Hostile;

/// <summary>A project that nobody would write: its sources, the files beside them, and how it is compiled.</summary>
/// <param name="Sources">The texts of its source files.</param>
/// <param name="Files">Its AdditionalFiles: path and text, or <see langword="null"/> for one that cannot be read.</param>
/// <param name="Language">The version of C#.</param>
/// <param name="AllowsUnsafe">Whether unsafe code is allowed.</param>
internal sealed record HostileProject(string[] Sources, (string Path, string? Text)[] Files, LanguageVersion Language = LanguageVersion.CSharp13, bool AllowsUnsafe = true)
{
    /// <summary>The project as a failed test shows it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"\nC# {Language.ToDisplayString()}, unsafe code {(AllowsUnsafe ? "allowed" : "forbidden")}\n");
        foreach (string source in Sources)
        {
            text.Append("---- source\n").Append(source).Append('\n');
        }

        foreach ((string path, string? content) in Files)
        {
            text.Append("---- ").Append(path).Append('\n').Append(content is null ? "(unreadable)" : SymbolDisplay.FormatLiteral(Shorten(content), quote: true)).Append('\n');
        }

        return text.ToString();
    }

    public CSharpCompilation Compile(CSharpCompilation empty) => empty
        .WithOptions(GeneratorTest.Settings.WithAllowUnsafe(AllowsUnsafe).WithWarningLevel(9999))
        .AddSyntaxTrees(Sources.Select((source, i) => CSharpSyntaxTree.ParseText(SourceText.From(source), ParseOptions, $"Source{i}.cs")));

    public CSharpParseOptions ParseOptions => GeneratorTest.Language.WithLanguageVersion(Language);

    public IEnumerable<AdditionalText> AdditionalTexts => Files.Select(static file => new HostileFile(file.Path, file.Text));

    private static string Shorten(string text) => text.Length <= 2_000 ? text : text[..2_000] + "...";

    private sealed class HostileFile(string path, string? text) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => text is null ? null : SourceText.From(text);
    }
}
