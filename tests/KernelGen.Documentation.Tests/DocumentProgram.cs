using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Documentation.Tests;

/// <summary>
/// The blocks of a document as one program, in their order: the statements of each see what those before it declare, and may declare it anew. What a reader must
/// have beside the blocks stands before a block in an HTML comment, <c>given: int[] source = [];</c>, which a page does not show.
/// </summary>
internal sealed class DocumentProgram
{
    private readonly string _document;
    private readonly StringBuilder _usings = new();
    private readonly StringBuilder _statements = new();
    private readonly StringBuilder _types = new();
    private int _blocks;

    public DocumentProgram(string document) => _document = document;

    /// <summary>Whether anything runs, and not only types are declared.</summary>
    public bool HasStatements => _blocks > 0;

    /// <summary>Adds code that begins at a line of the document.</summary>
    public void Add(string code, int line)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(code);
        var unit = (CompilationUnitSyntax)tree.GetRoot();
        foreach (Diagnostic error in tree.GetDiagnostics())
        {
            Assert.Fail($"{_document}, line {line + error.Location.GetLineSpan().StartLinePosition.Line}: {error.GetMessage(CultureInfo.InvariantCulture)}");
        }

        foreach (UsingDirectiveSyntax directive in unit.Usings)
        {
            Append(_usings, directive, line);
        }

        // Each block with statements is a function within the one before: it sees that one's variables, and its own may have their names.
        if (unit.Members.OfType<GlobalStatementSyntax>().Any())
        {
            _statements.Append(CultureInfo.InvariantCulture, $"async Task Block{_blocks}()\n{{\nawait Task.CompletedTask;\n");
            _blocks++;
        }

        foreach (MemberDeclarationSyntax member in unit.Members)
        {
            Append(member is GlobalStatementSyntax ? _statements : _types, member, line);
        }
    }

    public override string ToString()
    {
        var program = new StringBuilder().Append(_usings).Append(_statements);
        for (int block = _blocks - 1; block >= 0; block--)
        {
            program.Append(CultureInfo.InvariantCulture, $"}}\nawait Block{block}();\n");
        }

        return program.Append(_types).ToString();
    }

    private void Append(StringBuilder text, SyntaxNode node, int line) => text.Append(
        CultureInfo.InvariantCulture,
        $"#line {line + node.SyntaxTree.GetLineSpan(node.FullSpan).StartLinePosition.Line} \"{_document}\"\n{node.ToFullString()}\n#line hidden\n");
}
