extern alias generator;

using System.Globalization;
using System.Reflection;
using generator::KernelGen.Generator.Specification;
using KernelGen.Checkpoints;
using KernelGen.Families;
using KernelGen.Packing;
using KernelGen.Tool.Weights;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Tool.Declarations;

/// <summary>Finds how a model is declared: as the command line says, else by the configuration file beside the weights, else by the weights themselves.</summary>
internal static class DeclarationSource
{
    private const string ConfigurationName = "config.json";

    /// <summary>Settings of positions that are 0 where the positions of a model have no such thing.</summary>
    private static readonly string[] ZeroMeansNone =
    [
        nameof(EncoderDecoderModelAttribute.PositionOffset),
        nameof(EncoderDecoderModelAttribute.RelativePositionBuckets),
        nameof(EncoderDecoderModelAttribute.RelativePositionDistance),
    ];

    private static readonly PropertyInfo[] Settable = [.. typeof(EncoderDecoderModelAttribute).GetProperties().Where(static property => property.CanWrite)];

    /// <summary>The properties that a declaration may set.</summary>
    public static IEnumerable<string> PropertyNames => Settable.Select(static property => property.Name);

    /// <summary>The declaration of a model.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="given">What the command line says.</param>
    /// <exception cref="InputException">Nothing declares the model, or what does cannot be read.</exception>
    public static ModelDeclaration Find(WeightsFile weights, GivenDeclaration given)
    {
        ModelDeclaration declaration = Find(given, weights);
        foreach (string setting in given.Settings)
        {
            declaration = declaration.With(ParseSetting(setting));
        }

        return declaration;
    }

    private static ModelDeclaration Find(GivenDeclaration given, WeightsFile weights)
    {
        if (given.Declaration is { } text)
        {
            return Parse(text, given.ClassName, given.Configuration);
        }

        if (given.Configuration is { } configuration)
        {
            return OfConfiguration(configuration, weights);
        }

        if (weights.Packed is { } packed)
        {
            return OfPackedFile(packed, weights.IsOfSpeech);
        }

        // The checkpoint of a family that Hugging Face does not have may well have a config.json beside it, but not one of Hugging Face's.
        string beside = Path.Combine(Path.GetDirectoryName(weights.Path) ?? "", ConfigurationName);
        return File.Exists(beside) && Family.Of(CheckpointInference.Recognize(weights.Checkpoint!).Architecture).ModelTypes.Count > 0
            ? OfConfiguration(beside, weights)
            : CheckpointInference.Infer(weights.Checkpoint!);
    }

    private static ModelDeclaration OfConfiguration(string path, WeightsFile weights)
    {
        string name = ProjectPath.Of(path);
        return new ModelDeclaration("Model", Literal(name), weights.Checkpoint is { } checkpoint ? [.. CheckpointInference.BesideConfiguration(checkpoint)] : [], path)
        {
            IsOfSpeech = weights.IsOfSpeech,
            ConfigurationPath = path,
            ConfigurationName = name,
        };
    }

    /// <summary>A name as C# writes it. Most need no compiler, which takes a while to load.</summary>
    private static string Literal(string name) =>
        name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '/' or '-' or '_') ? $"\"{name}\"" : CompilerLiteral(name);

    private static string CompilerLiteral(string name) => SymbolDisplay.FormatLiteral(name, quote: true);

    /// <summary>The fields of a packed file are named as the properties that they come from.</summary>
    private static ModelDeclaration OfPackedFile(PackedFileSummary packed, bool isOfSpeech)
    {
        const string From = "the header of the packed file";
        string architecture = packed.Fields.GetValueOrDefault(nameof(EncoderDecoderModelAttribute.Architecture), "");
        if (!Enum.TryParse(architecture, out Architecture known) || !Enum.IsDefined(known))
        {
            throw new InputException($"The packed file is of the architecture '{architecture}', which this version does not know. Give --declaration.");
        }

        // A model of speech has one vocabulary, that of its targets, under the name that its attribute has for it.
        string FieldOf(PropertyInfo property) => isOfSpeech && property.Name == nameof(EncoderDecoderModelAttribute.VocabularySize)
            ? nameof(EncoderDecoderModelAttribute.TargetVocabularySize)
            : property.Name;
        IEnumerable<DeclaredProperty> properties = Settable
            .Where(property => !isOfSpeech || property.DeclaringType == typeof(TransformerModelAttribute))
            .Where(property => packed.Fields.TryGetValue(FieldOf(property), out string? value) && !(ZeroMeansNone.Contains(property.Name) && value == "0"))
            .Select(property => new DeclaredProperty(property.Name, PackedValue(property, packed.Fields[FieldOf(property)]), From));
        string name = packed.Fields.GetValueOrDefault(PackedFields.Declaration, "");
        return new ModelDeclaration(IsPlainName(name) ? name : "Model", $"Architecture.{known}", [.. properties], From) { IsOfSpeech = isOfSpeech };
    }

    /// <summary>A declaration with what the header of a packed file says of a property, where it does: a configuration file may say other lengths than the weights were packed for.</summary>
    /// <param name="declaration">The declaration.</param>
    /// <param name="packed">The packed file.</param>
    /// <param name="property">The name of the property.</param>
    public static ModelDeclaration WithPacked(ModelDeclaration declaration, PackedFileSummary packed, string property) => packed.Fields.TryGetValue(property, out string? value)
        ? declaration.With(new DeclaredProperty(property, PackedValue(Settable.First(settable => settable.Name == property), value), "the header of the packed file"))
        : declaration;

    /// <summary>
    /// A value of a packed file as C# writes it. What a file says becomes source here, which is compiled and run: it must be a number, a switch or the name of an enum's
    /// member, and nothing else.
    /// </summary>
    private static string PackedValue(PropertyInfo property, string value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        string? literal = Type.GetTypeCode(property.PropertyType) switch
        {
            _ when property.PropertyType.IsEnum => Enum.GetNames(property.PropertyType).Contains(value) ? $"{property.PropertyType.Name}.{value}" : null,
            TypeCode.Int32 => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number.ToString(CultureInfo.InvariantCulture) : null,
            TypeCode.Double => double.TryParse(value, Style, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null,
            TypeCode.Boolean => value is "true" or "false" ? value : null,
            _ => null,
        };
        return literal ?? throw new InputException($"The packed file says {property.Name} = {CheckpointException.Quote(value)}, which is no value of it. Write the file again from the checkpoint.");
    }

    private static bool IsPlainName(string name) =>
        SyntaxFacts.IsValidIdentifier(name) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None;

    private static DeclaredProperty ParseSetting(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? setting : setting[..equals].Trim();
        PropertyInfo? property = Array.Find(Settable, property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (equals <= 0 || property is null)
        {
            string suggestion = Spelling.Nearest(name, PropertyNames) is { } nearest ? $" Did you mean {nearest}?" : "";
            throw new InputException($"--set '{setting}' is not property=value with one of the properties {string.Join(", ", PropertyNames)}.{suggestion}");
        }

        return new DeclaredProperty(property.Name, ValueText(property, setting[(equals + 1)..].Trim()), "--set");
    }

    /// <summary>A value as C# writes it: members of enums need their type.</summary>
    private static string ValueText(PropertyInfo property, string value) =>
        property.PropertyType.IsEnum && !value.Contains('.', StringComparison.Ordinal) ? $"{property.PropertyType.Name}.{value}" : value;

    /// <summary>Reads a C# file, an attribute, or the arguments of one.</summary>
    private static ModelDeclaration Parse(string given, string? className, string? configuration)
    {
        bool isFile = given.EndsWith(".cs", StringComparison.OrdinalIgnoreCase) || Path.Exists(given);
        string text = isFile ? InputText.Read(given, "The declaration") : given.TrimStart().StartsWith('[') ? given : $"[EncoderDecoderModel({given})]";
        if (!text.Contains("class ", StringComparison.Ordinal))
        {
            text += "\npublic sealed partial class Model;";
        }

        string from = isFile ? $"the file '{given}'" : "--declaration";
        (TypeDeclarationSyntax Class, AttributeSyntax Attribute)[] declared = [.. CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes()
            .OfType<TypeDeclarationSyntax>()
            .SelectMany(static type => type.AttributeLists.SelectMany(static list => list.Attributes).Select(attribute => (type, attribute)))
            .Where(static pair => DeclarationReader.IsDeclaration(pair.attribute))
            .Where(pair => className is null || pair.type.Identifier.ValueText == className)];
        string wanted = className is null ? "a class" : $"a class {className}";
        (TypeDeclarationSyntax type, AttributeSyntax attribute) = declared switch
        {
            [var one] => one,
            [] => throw new InputException($"{from} has no [EncoderDecoderModel(...)] or [SpeechToTextModel(...)] on {wanted}. Give the file that declares the model, or the attribute itself."),
            _ => throw new InputException($"{from} declares {string.Join(", ", declared.Select(static pair => pair.Class.Identifier.ValueText))}: choose one with --class."),
        };
        return OfAttribute(type.Identifier.ValueText, attribute, from, isFile ? Path.GetDirectoryName(given) ?? "" : "", configuration);
    }

    private static ModelDeclaration OfAttribute(string className, AttributeSyntax attribute, string from, string folder, string? configuration)
    {
        IEnumerable<AttributeArgumentSyntax> arguments = attribute.ArgumentList?.Arguments ?? [];
        string constructor = arguments.FirstOrDefault(static argument => argument.NameEquals is null)?.Expression.ToString()
            ?? throw new InputException($"{from} gives the attribute neither an architecture nor a configuration file.");
        DeclaredProperty[] properties = [.. arguments
            .Where(static argument => argument.NameEquals is not null)
            .Select(argument => new DeclaredProperty(argument.NameEquals!.Name.Identifier.ValueText, argument.Expression.ToString(), from))];
        var declaration = new ModelDeclaration(className, constructor, properties, from) { IsOfSpeech = DeclarationReader.IsOfSpeech(attribute) };
        if (SyntaxFactory.ParseExpression(constructor) is not LiteralExpressionSyntax { Token.Value: string path })
        {
            return declaration;
        }

        string name = Path.GetFileName(path);
        return declaration with
        {
            Constructor = SymbolDisplay.FormatLiteral(name, quote: true),
            ConfigurationPath = configuration ?? Path.Combine(folder, path),
            ConfigurationName = name,
        };
    }
}
