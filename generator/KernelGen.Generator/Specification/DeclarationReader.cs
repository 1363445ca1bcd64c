using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Specification;

/// <summary>Turns the attributed class that Roslyn sees into a <see cref="Declaration"/>. The generator and the analyzer read through it alike.</summary>
internal static class DeclarationReader
{
    /// <summary>The attribute of every model.</summary>
    public const string AttributeName = "KernelGen.EncoderDecoderModelAttribute";

    /// <summary>The attribute of models whose source is audio.</summary>
    public const string SpeechAttributeName = "KernelGen.SpeechToTextModelAttribute";

    /// <summary>The attributes of models.</summary>
    public static readonly string[] AttributeNames = [AttributeName, SpeechAttributeName];

    private static readonly string[] BaseClassNames = ["KernelGen." + Declaration.TextBase, "KernelGen." + Declaration.SpeechBase];

    private const string EngineName = "KernelGen.Execution.Engine";

    private const string LoadMethod = "Load";

    // The namespace as it reads in source: without "global::", keywords escaped.
    private static readonly SymbolDisplayFormat NamespaceFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    /// <summary>The attribute that declares the model, or <see langword="null"/>. Of two, which are refused, the first counts.</summary>
    public static AttributeData? FindAttribute(INamedTypeSymbol type) => type.GetAttributes().FirstOrDefault(IsDeclaration);

    /// <summary>Whether an attribute declares a model, by its name in source.</summary>
    public static bool IsDeclaration(AttributeSyntax attribute) => IsNamed(attribute, AttributeName) || IsOfSpeech(attribute);

    /// <summary>Whether an attribute declares a model of speech, by its name in source.</summary>
    public static bool IsOfSpeech(AttributeSyntax attribute) => IsNamed(attribute, SpeechAttributeName);

    /// <summary>Reads what the class and its attribute say.</summary>
    /// <param name="type">The class.</param>
    /// <param name="syntax">That part of the class that carries the attribute.</param>
    /// <param name="attribute">The attribute.</param>
    /// <returns>The declaration, or <see langword="null"/> when the compiler itself refuses the attribute.</returns>
    public static Declaration? Read(INamedTypeSymbol type, TypeDeclarationSyntax syntax, AttributeData attribute)
    {
        if (type.TypeKind != TypeKind.Class || attribute.AttributeConstructor is null || attribute.ConstructorArguments.Length != 1)
        {
            return null;
        }

        TypedConstant argument = attribute.ConstructorArguments[0];
        if (argument.Kind is TypedConstantKind.Error or TypedConstantKind.Array)
        {
            return null;
        }

        bool isConfiguration = argument.Type?.SpecialType == SpecialType.System_String;
        Dictionary<string, TypedConstant> set = SetProperties(attribute);
        int? Integer(string name) => set.TryGetValue(name, out TypedConstant value) && Scalar(value) is int number ? number : null;
        bool? Flag(string name) => set.TryGetValue(name, out TypedConstant value) && Scalar(value) is bool flag ? flag : null;

        bool isOfSpeech = attribute.AttributeClass?.ToDisplayString() == SpeechAttributeName;
        return new Declaration(
            ReadClass(type, syntax),
            new EquatableArray<Problem>(FindClassProblems(type, syntax, isOfSpeech, Flag(nameof(Declaration.Trainable)) ?? false)),
            isConfiguration ? null : argument.Value as int? ?? 0,
            isConfiguration ? argument.Value as string ?? "" : null)
        {
            IsOfSpeech = isOfSpeech,
            BaseClass = type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } baseClass ? baseClass.Name : null,
            ModelDimension = Integer(nameof(Declaration.ModelDimension)),
            Heads = Integer(nameof(Declaration.Heads)),
            HeadDimension = Integer(nameof(Declaration.HeadDimension)),
            FeedForwardDimension = Integer(nameof(Declaration.FeedForwardDimension)),
            EncoderLayers = Integer(nameof(Declaration.EncoderLayers)),
            DecoderLayers = Integer(nameof(Declaration.DecoderLayers)),
            VocabularySize = Integer(nameof(Declaration.VocabularySize)),
            SourceVocabularySize = Integer(nameof(Declaration.SourceVocabularySize)),
            SourceChannels = Integer(nameof(Declaration.SourceChannels)),
            TargetVocabularySize = Integer(nameof(Declaration.TargetVocabularySize)),
            MaxSourceLength = Integer(nameof(Declaration.MaxSourceLength)),
            MaxTargetLength = Integer(nameof(Declaration.MaxTargetLength)),
            NormPlacement = Integer(nameof(Declaration.NormPlacement)),
            Normalization = Integer(nameof(Declaration.Normalization)),
            FinalNorm = Flag(nameof(Declaration.FinalNorm)),
            EmbeddingNorm = Flag(nameof(Declaration.EmbeddingNorm)),
            Activation = Integer(nameof(Declaration.Activation)),
            GatedFeedForward = Flag(nameof(Declaration.GatedFeedForward)),
            LinearBias = Flag(nameof(Declaration.LinearBias)),
            ScaleScores = Flag(nameof(Declaration.ScaleScores)),
            PositionalEncoding = Integer(nameof(Declaration.PositionalEncoding)),
            PositionOffset = Integer(nameof(Declaration.PositionOffset)),
            RelativePositionBuckets = Integer(nameof(Declaration.RelativePositionBuckets)),
            RelativePositionDistance = Integer(nameof(Declaration.RelativePositionDistance)),
            RotaryDimension = Integer(nameof(Declaration.RotaryDimension)),
            ScaleEmbedding = Flag(nameof(Declaration.ScaleEmbedding)),
            TieEmbeddings = Flag(nameof(Declaration.TieEmbeddings)),
            ScaleOutput = Flag(nameof(Declaration.ScaleOutput)),
            OutputBias = Flag(nameof(Declaration.OutputBias)),
            LayerNormEpsilon = set.TryGetValue(nameof(Declaration.LayerNormEpsilon), out TypedConstant epsilon) ? Scalar(epsilon) as double? : null,
            StartToken = Integer(nameof(Declaration.StartToken)),
            EndToken = Integer(nameof(Declaration.EndToken)),
            PadToken = Integer(nameof(Declaration.PadToken)),
            SuppressedTokens = set.TryGetValue(nameof(Declaration.SuppressedTokens), out TypedConstant tokens) ? ReadTokens(tokens) : null,
            Trainable = Flag(nameof(Declaration.Trainable)),
        };
    }

    private static bool IsDeclaration(AttributeData attribute) => attribute.AttributeClass?.ToDisplayString() is string name && AttributeNames.Contains(name);

    /// <summary>Whether an attribute is written with the last part of a name, of which "Attribute" may be left out.</summary>
    private static bool IsNamed(AttributeSyntax attribute, string fullName)
    {
        string name = SimpleName(attribute.Name);
        string last = fullName.Substring(fullName.LastIndexOf('.') + 1);
        return name == last || name + nameof(Attribute) == last;
    }

    private static EquatableArray<int>? ReadTokens(TypedConstant tokens)
    {
        if (tokens.Kind != TypedConstantKind.Array)
        {
            return null;
        }

        ImmutableArray<TypedConstant> values = tokens.IsNull ? [] : tokens.Values;
        return new EquatableArray<int>(values.Select(Scalar).OfType<int>());
    }

    /// <summary>The properties that an attribute sets.</summary>
    public static Dictionary<string, TypedConstant> SetProperties(AttributeData attribute)
    {
        Dictionary<string, TypedConstant> set = [];
        foreach (KeyValuePair<string, TypedConstant> property in attribute.NamedArguments)
        {
            set[property.Key] = property.Value;
        }

        return set;
    }

    // An array has no Value, and Roslyn throws at who asks for it. An attribute of the runtime's name may be the project's own, with properties of any type.
    public static object? Scalar(TypedConstant constant) => constant.Kind == TypedConstantKind.Array ? null : constant.Value;

    /// <summary>The class, as its generated part names it.</summary>
    public static DeclaredClass ReadClass(INamedTypeSymbol type, TypeDeclarationSyntax syntax)
    {
        IEnumerable<string> containing = ContainingTypes(syntax).Reverse().Select(static outer =>
        {
            string kind = outer is RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: not (int)SyntaxKind.None } record
                ? "record " + record.ClassOrStructKeyword.Text
                : outer.Keyword.Text;
            return $"partial {kind} {InSource(outer.Identifier)}";
        });
        string containingNamespace = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(NamespaceFormat);
        return new DeclaredClass(containingNamespace, new EquatableArray<string>(containing), InSource(syntax.Identifier));
    }

    /// <summary>
    /// A name as generated source has it: without Unicode escapes, and with <c>@</c> where it may be a keyword, now or in a later C#, of which some, such as
    /// <c>required</c>, cannot name a type.
    /// </summary>
    public static string InSource(SyntaxToken identifier) =>
        identifier.ValueText.All(static letter => letter is (>= 'a' and <= 'z') or '_') ? "@" + identifier.ValueText : identifier.ValueText;

    private static IEnumerable<Problem> FindClassProblems(INamedTypeSymbol type, TypeDeclarationSyntax syntax, bool isOfSpeech, bool isTrainable)
    {
        string expectedBase = isOfSpeech ? Declaration.SpeechBase : Declaration.TextBase;
        foreach (Problem problem in FindNotPartial(syntax, "it declares a model", $"the model '{type.Name}' is nested in it"))
        {
            yield return problem;
        }

        if (UnsuitableBecause(type, isTrainable) is string reason)
        {
            yield return new Problem(ProblemKind.UnsuitableClass, Place.TypeName(0), type.Name, reason);
        }

        if (type.GetAttributes().Where(IsDeclaration).Select(static attribute => attribute.AttributeClass!.Name).Distinct().Skip(1).Any())
        {
            yield return new Problem(ProblemKind.UnsuitableClass, Place.TypeName(0), type.Name, "two attributes declare it; keep SpeechToTextModel for a model of speech, and EncoderDecoderModel for another");
        }

        if (TakenNames.Around(type) is (string name, string meaning))
        {
            yield return new Problem(ProblemKind.NameTaken, Place.Attribute, type.Name, name, meaning);
        }

        if (type.IsStatic || type.IsRecord)
        {
            yield break;
        }

        // The base class of all may be left out, but what is written must be the same in every part.
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } baseType && !BaseClassNames.Contains(baseType.ToDisplayString()))
        {
            yield return new Problem(ProblemKind.OtherBaseClass, Place.BaseClass, type.Name, baseType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), "a model", expectedBase);
        }
        else if (OwnParts(type).OfType<TypeDeclarationSyntax>().Any(static part => FirstBase(part) == nameof(Object)) && !type.Interfaces.Any(static one => one.Name == nameof(Object)))
        {
            yield return new Problem(ProblemKind.OtherBaseClass, Place.BaseClass, type.Name, "object", "a model", expectedBase);
        }
    }

    /// <summary>Says which of a class and the types around it is not partial.</summary>
    /// <param name="syntax">The class.</param>
    /// <param name="role">Why the class has to be.</param>
    /// <param name="outerRole">Why a type around it has to be.</param>
    public static IEnumerable<Problem> FindNotPartial(TypeDeclarationSyntax syntax, string role, string outerRole)
    {
        int depth = 0;
        foreach (TypeDeclarationSyntax part in new[] { syntax }.Concat(ContainingTypes(syntax)))
        {
            if (!part.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                yield return new Problem(ProblemKind.NotPartial, Place.TypeName(depth), part.Identifier.ValueText, depth == 0 ? role : outerRole);
            }

            depth++;
        }
    }

    /// <summary>Says that no part of a model's class which the user wrote names its base class; <see langword="null"/> where one does.</summary>
    /// <param name="type">The class.</param>
    /// <param name="isSpeech">Whether the source of the model is audio.</param>
    public static Problem? FindMissingBaseClass(INamedTypeSymbol type, bool isSpeech) =>
        OwnParts(type).OfType<TypeDeclarationSyntax>().Select(FirstBase).Any(name => name.Length > 0 && !type.Interfaces.Any(one => one.Name == name))
            ? null
            : new Problem(ProblemKind.BaseClassNotNamed, Place.TypeName(0), type.Name, isSpeech ? Declaration.SpeechBase : Declaration.TextBase);

    /// <summary>The name of the first type that a part of a class derives from, without its namespace; an empty string when there is none.</summary>
    public static string FirstBase(TypeDeclarationSyntax part) => part.BaseList?.Types.FirstOrDefault()?.Type switch
    {
        PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.ObjectKeyword } => nameof(Object),
        var type => SimpleName(type),
    };

    /// <summary>The name that a type is written with, without its namespace; an empty string where it is not written with a name.</summary>
    public static string SimpleName(TypeSyntax? type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    private static string? UnsuitableBecause(INamedTypeSymbol type, bool isTrainable)
    {
        IEnumerable<string> members = GeneratedNames.Members.Concat(isTrainable ? GeneratedNames.TrainingMembers : []).Concat([LoadMethod, "get_Description", "set_Description"]);
        if (type.IsRecord)
        {
            return "it is a record, and a record cannot derive from KernelGen.EncoderDecoder; make it a class";
        }

        if (type.IsStatic)
        {
            return "it is static, and a loaded model is an object; remove 'static'";
        }

        if (type.IsAbstract)
        {
            return "it is abstract, and 'Load' has to make an object of it; remove 'abstract'";
        }

        if (type.IsFileLocal)
        {
            return "it is local to its file, and the generated part lies in another file; remove 'file'";
        }

        if (members.FirstOrDefault(name => name == type.Name || DeclaresMember(type, name)) is string taken)
        {
            return $"the generator adds a member named '{taken}' to it; rename yours";
        }

        if (type.TypeParameters.Length > 0)
        {
            return "it is generic, and the dimensions of a model are written into its kernels once; remove the type parameters";
        }

        if (type.DeclaringSyntaxReferences.Any(static part => part.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null }))
        {
            return "it has a primary constructor, which the generated constructor cannot call; remove its parameters";
        }

        if (type.InstanceConstructors.Any(constructor => OwnParts(constructor).Any(part => part is ConstructorDeclarationSyntax { Initializer: null }) || (TakesOnly(constructor, EngineName) && OwnParts(constructor).Any())))
        {
            return "it has a constructor of its own, and a model is made by 'Load', through the constructor that the generator adds; remove yours, or have it call 'base(engine)' and take more than an engine";
        }

        return UnsuitableAround(type);
    }

    /// <summary>Why nothing can be added to what is nested in a type; <see langword="null"/> where it can.</summary>
    public static string? UnsuitableAround(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.TypeParameters.Length > 0)
            {
                return $"it is nested in the generic type '{outer.Name}'; move it out of it";
            }

            if (outer.IsFileLocal)
            {
                return $"it is nested in '{outer.Name}', which is local to its file, and the generated part lies in another file; remove 'file'";
            }
        }

        return null;
    }

    /// <summary>Whether the user's part of a class has a member that the generated part cannot have beside it; overloads of Load it can.</summary>
    public static bool DeclaresMember(INamedTypeSymbol type, string name) => type.GetMembers(name)
        .Any(member => OwnParts(member).Any() && (name != LoadMethod || member is not IMethodSymbol method || IsGeneratedLoad(method)));

    private static bool IsGeneratedLoad(IMethodSymbol method) =>
        method.Arity == 0 && (TakesOnly(method, "string", "KernelGen.ModelLoadOptions") || TakesOnly(method, "System.IO.Stream", "KernelGen.ModelLoadOptions"));

    private static bool TakesOnly(IMethodSymbol method, params string[] types) => method.Parameters
        .Select(static parameter => (parameter.RefKind == RefKind.None ? "" : "ref ") + parameter.Type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString())
        .SequenceEqual(types);

    /// <summary>The user's declarations of a member; analyzers see the generated part, too.</summary>
    public static IEnumerable<SyntaxNode> OwnParts(ISymbol member) => member.DeclaringSyntaxReferences
        .Where(static reference => !reference.SyntaxTree.FilePath.Contains(typeof(ModelGenerator).FullName))
        .Select(static reference => reference.GetSyntax());

    private static IEnumerable<TypeDeclarationSyntax> ContainingTypes(TypeDeclarationSyntax syntax) => syntax.Ancestors().OfType<TypeDeclarationSyntax>();
}
