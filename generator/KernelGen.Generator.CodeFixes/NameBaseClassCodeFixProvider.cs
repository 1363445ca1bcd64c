using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using DeclarationAnalyzer = KernelGen.Generator.Diagnostics.DeclarationAnalyzer;
using DiagnosticDescriptors = KernelGen.Generator.Diagnostics.DiagnosticDescriptors;

namespace KernelGen.Generator.CodeFixes;

/// <summary>Writes down the base class of a model, which otherwise only the generated part names.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NameBaseClassCodeFixProvider))]
[Shared]
public sealed class NameBaseClassCodeFixProvider : CodeFixProvider
{
    internal const string Title = "Name the base class";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [DiagnosticDescriptors.BaseClassNotNamed.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(static async (context, document, diagnostics) =>
        await NameBaseClassAsync(document, diagnostics, context.CancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        context.RegisterCodeFix(
            CodeAction.Create(Title, cancellation => NameBaseClassAsync(context.Document, context.Diagnostics, cancellation), equivalenceKey: Title),
            context.Diagnostics);
        return Task.CompletedTask;
    }

    private static async Task<Document> NameBaseClassAsync(Document document, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        if (root is null)
        {
            return document;
        }

        var baseClasses = new Dictionary<ClassDeclarationSyntax, string>();
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (root.FindToken(diagnostic.Location.SourceSpan.Start).Parent is ClassDeclarationSyntax model && diagnostic.Properties.TryGetValue(DeclarationAnalyzer.BaseClassHint, out string? name))
            {
                baseClasses[model] = name!;
            }
        }

        return document.WithSyntaxRoot(root.ReplaceNodes(baseClasses.Keys, (model, changed) => NameBaseClass(changed, baseClasses[model])));
    }

    // A base class comes before the interfaces. Its name is shortened where the file imports the namespace.
    private static ClassDeclarationSyntax NameBaseClass(ClassDeclarationSyntax model, string name)
    {
        BaseTypeSyntax baseClass = SyntaxFactory.SimpleBaseType(SyntaxFactory.ParseTypeName("global::KernelGen." + name).WithAdditionalAnnotations(Simplifier.Annotation));
        if (model.BaseList is BaseListSyntax interfaces)
        {
            return model.WithBaseList(interfaces.WithTypes(interfaces.Types.Insert(0, baseClass)).WithAdditionalAnnotations(Formatter.Annotation));
        }

        // What follows the name, as the end of the line, then follows the base class.
        SyntaxToken identifier = model.Identifier;
        BaseListSyntax list = SyntaxFactory.BaseList(SyntaxFactory.SingletonSeparatedList(baseClass.WithTrailingTrivia(identifier.TrailingTrivia)));
        return model
            .WithIdentifier(identifier.WithTrailingTrivia(SyntaxFactory.Space))
            .WithBaseList(list.WithColonToken(SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space)));
    }
}
