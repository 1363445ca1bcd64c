using System.Collections.Immutable;
using KernelGen.Generator.Specification;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Diagnostics;

/// <summary>The diagnostic of each kind of problem. Numbers go in tens: 1 to 9 the class, 10 the dimensions, 20 the settings, 30 the tokens, 40 the configuration file, 50 single kernels.</summary>
internal static class DiagnosticDescriptors
{
    public const string DocumentationUrl = "https://github.com/kernelgen/kernelgen/blob/main/generator/docs/";

    private const string Class = "KernelGen.Class";
    private const string Dimensions = "KernelGen.Dimensions";
    private const string Settings = "KernelGen.Settings";
    private const string Tokens = "KernelGen.Tokens";
    private const string Configuration = "KernelGen.Configuration";
    private const string Kernels = "KernelGen.Kernels";

    public static readonly DiagnosticDescriptor NotPartial = new(
        "KG0001",
        "The class of a model or of kernels must be partial",
        "'{0}' is not partial, but {1}: the generator cannot add to it; write 'partial' before its type keyword",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0001.md");

    public static readonly DiagnosticDescriptor UnsuitableClass = new(
        "KG0002",
        "A model must be a plain class",
        "'{0}' cannot be a model: {1}",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0002.md");

    public static readonly DiagnosticDescriptor OtherBaseClass = new(
        "KG0003",
        "A model must derive from EncoderDecoder, or SpeechModel",
        "'{0}' derives from '{1}', but {2} derives from KernelGen.{3}; write ': {3}' in its place, or name no base class, because the generated part names it (interfaces may stay)",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0003.md");

    public static readonly DiagnosticDescriptor UnsafeCodeNotAllowed = new(
        "KG0004",
        "The project must allow unsafe code",
        "The kernels of '{0}' work with pointers, but this project does not allow unsafe code; add <AllowUnsafeBlocks>true</AllowUnsafeBlocks> to a PropertyGroup of the project file",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0004.md");

    public static readonly DiagnosticDescriptor LanguageVersionTooLow = new(
        "KG0005",
        "The project must use C# 12 or later",
        "The kernels of '{0}' are written in C# 12, but this project is compiled as C# {1}; remove <LangVersion> from the project file, or set it to 12 or later",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0005.md");

    public static readonly DiagnosticDescriptor NameTaken = new(
        "KG0006",
        "A name that generated code uses is taken",
        "The generated code of '{0}' uses the name '{1}', which means {2} here; rename what has this name",
        Class,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0006.md");

    public static readonly DiagnosticDescriptor BaseClassNotNamed = new(
        "KG0007",
        "A model that web endpoints use must name its base class",
        "'{0}' does not name its base class, and ASP.NET Core's request delegate generator, which does not see the generated part, cannot compile endpoints that call the model's methods; write '{0} : {1}'",
        Class,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0007.md");

    public static readonly DiagnosticDescriptor DimensionMissing = new(
        "KG0010",
        "A dimension is missing",
        "The model '{0}' lacks {1}; every dimension is written into the kernels, so set each of these in the attribute, or give the path of a config.json",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0010.md");

    public static readonly DiagnosticDescriptor DimensionNotPositive = new(
        "KG0011",
        "A dimension must be positive",
        "{0} is not positive; a dimension is at least 1",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0011.md");

    public static readonly DiagnosticDescriptor DimensionTooLarge = new(
        "KG0012",
        "A dimension is too large",
        "{0} is too large; kernels are generated for at most {1}",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0012.md");

    public static readonly DiagnosticDescriptor HeadsDoNotDivideDimension = new(
        "KG0013",
        "The heads must divide the model dimension",
        "{0} does not divide the model dimension {1}, so heads would not be equally wide; choose a divisor, the nearest being {2}",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0013.md");

    public static readonly DiagnosticDescriptor VocabularySizesContradict = new(
        "KG0014",
        "The vocabulary sizes contradict each other",
        "{0} = {1} contradicts VocabularySize = {2}, which is the size of both vocabularies; keep VocabularySize, or set SourceVocabularySize and TargetVocabularySize without it",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0014.md");

    public static readonly DiagnosticDescriptor MoreLengthThanLearnedPositions = new(
        "KG0016",
        "A sequence is longer than the learned positions",
        "{0} asks for more positions than the {1} that the model has learned (\"max_position_embeddings\" in {2}); set at most {1}",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0016.md");

    public static readonly DiagnosticDescriptor BufferTooLarge = new(
        "KG0017",
        "A matrix has too many elements",
        "{0} gives {1} {2} elements, and at most {3} are supported; reduce one of the two dimensions",
        Dimensions,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0017.md");

    public static readonly DiagnosticDescriptor NotAnEnumValue = new(
        "KG0020",
        "A setting has a value that does not exist",
        "'{0}' cannot be {1}; choose one of {2}",
        Settings,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0020.md");

    public static readonly DiagnosticDescriptor EpsilonOutOfRange = new(
        "KG0021",
        "The epsilon of layer normalisation must be a positive number",
        "{0} is not a positive, finite number in single precision; 1e-5 is what most models use",
        Settings,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0021.md");

    public static readonly DiagnosticDescriptor PositionOffsetInvalid = new(
        "KG0022",
        "The position offset does not fit",
        "PositionOffset = {0} does not fit: {1}",
        Settings,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0022.md");

    public static readonly DiagnosticDescriptor SettingsDoNotGoTogether = new(
        "KG0023",
        "The settings do not go together",
        "{0} does not work with the other settings: {1}",
        Settings,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0023.md");

    public static readonly DiagnosticDescriptor TokenOutsideVocabulary = new(
        "KG0030",
        "A token lies outside the vocabulary",
        "{0} is not in the vocabulary, whose tokens are 0 to {1}; give a token of the vocabulary, or correct the vocabulary size",
        Tokens,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0030.md");

    public static readonly DiagnosticDescriptor EndTokenSuppressed = new(
        "KG0031",
        "The end token is suppressed",
        "The end token {0} would never be generated, because {1}: no target could end; set EndToken or SuppressedTokens so that they differ",
        Tokens,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0031.md");

    public static readonly DiagnosticDescriptor TooManySuppressedTokens = new(
        "KG0032",
        "Too many tokens are suppressed",
        "{0} tokens are suppressed, but at most {1} can be written into the generated code; suppress the others while running, with GenerationOptions.SuppressedTokens",
        Tokens,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0032.md");

    public static readonly DiagnosticDescriptor ConfigurationNotFound = new(
        "KG0040",
        "The configuration file is not known to the compiler",
        "No file whose path ends with '{0}' is among the AdditionalFiles of this project; {1}",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0040.md");

    public static readonly DiagnosticDescriptor ConfigurationAmbiguous = new(
        "KG0041",
        "The path of the configuration file is ambiguous",
        "'{0}' may be any of these AdditionalFiles: {1}; write more of the path, so that only one ends with it",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0041.md");

    public static readonly DiagnosticDescriptor ConfigurationNotJson = new(
        "KG0042",
        "The configuration file is not JSON",
        "{0}, line {1}, column {2}: expected {3}; download the file again, or correct it there",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0042.md");

    public static readonly DiagnosticDescriptor UnknownModelType = new(
        "KG0043",
        "The model type is not supported",
        "{0} {1}; supported are {2}",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0043.md");

    public static readonly DiagnosticDescriptor ConfigurationValueInvalid = new(
        "KG0044",
        "A value of the configuration file has the wrong type",
        "{0} says \"{1}\": {2}, but {3} was expected; correct the file, or set the property of the attribute that replaces it",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0044.md");

    public static readonly DiagnosticDescriptor ConfigurationValueUnsupported = new(
        "KG0045",
        "The configuration file asks for something that is not supported",
        "{0} says \"{1}\": {2}, which is not supported: {3}",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0045.md");

    public static readonly DiagnosticDescriptor EncoderAndDecoderDiffer = new(
        "KG0046",
        "The encoder and the decoder must agree",
        "{0} says \"{1}\": {2} and \"{3}\": {4}, but the encoder and the decoder share their kernels and must agree; a model that differs here is not supported (setting {5} overrides both, for a file that is wrong)",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0046.md");

    public static readonly DiagnosticDescriptor BadWordSequenceIgnored = new(
        "KG0047",
        "A forbidden sequence of tokens is ignored",
        "{0} forbids {1} sequence(s) of several tokens in \"bad_words_ids\"; only single tokens can be suppressed, so these may be generated; set SuppressedTokens to say what you want",
        Configuration,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0047.md");

    public static readonly DiagnosticDescriptor ConfigurationKeyRepeated = new(
        "KG0048",
        "A key stands twice in the configuration file",
        "{0} has \"{1}\" on line {2} and again on line {3}, and readers differ in which of the two they take; leave one",
        Configuration,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0048.md");

    public static readonly DiagnosticDescriptor UnsuitableMethod = new(
        "KG0050",
        "A kernel must be a static partial method",
        "'{0}' cannot be a kernel: {1}",
        Kernels,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0050.md");

    public static readonly DiagnosticDescriptor SignatureDoesNotFit = new(
        "KG0051",
        "The parameters of a kernel do not fit",
        "'{0}' takes {1}, but a method with {2} takes {3}; names are free, types and their order are not",
        Kernels,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0051.md");

    public static readonly DiagnosticDescriptor KernelDimensionMissing = new(
        "KG0052",
        "A dimension of a kernel is missing",
        "The kernel '{0}' lacks {1}; every dimension is written into it, so set it in the attribute",
        Kernels,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: DocumentationUrl + "KG0052.md");

    /// <summary>All of them, in the order of their numbers.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
        [.. Enum.GetValues(typeof(ProblemKind)).Cast<ProblemKind>().Select(For).OrderBy(static descriptor => descriptor.Id, StringComparer.Ordinal)];

    /// <summary>The diagnostic of a kind of problem.</summary>
    public static DiagnosticDescriptor For(ProblemKind kind) => kind switch
    {
        ProblemKind.NotPartial => NotPartial,
        ProblemKind.UnsuitableClass => UnsuitableClass,
        ProblemKind.OtherBaseClass => OtherBaseClass,
        ProblemKind.UnsafeCodeNotAllowed => UnsafeCodeNotAllowed,
        ProblemKind.LanguageVersionTooLow => LanguageVersionTooLow,
        ProblemKind.NameTaken => NameTaken,
        ProblemKind.BaseClassNotNamed => BaseClassNotNamed,
        ProblemKind.DimensionMissing => DimensionMissing,
        ProblemKind.DimensionNotPositive => DimensionNotPositive,
        ProblemKind.DimensionTooLarge => DimensionTooLarge,
        ProblemKind.HeadsDoNotDivideDimension => HeadsDoNotDivideDimension,
        ProblemKind.VocabularySizesContradict => VocabularySizesContradict,
        ProblemKind.MoreLengthThanLearnedPositions => MoreLengthThanLearnedPositions,
        ProblemKind.BufferTooLarge => BufferTooLarge,
        ProblemKind.NotAnEnumValue => NotAnEnumValue,
        ProblemKind.EpsilonOutOfRange => EpsilonOutOfRange,
        ProblemKind.PositionOffsetInvalid => PositionOffsetInvalid,
        ProblemKind.SettingsDoNotGoTogether => SettingsDoNotGoTogether,
        ProblemKind.TokenOutsideVocabulary => TokenOutsideVocabulary,
        ProblemKind.EndTokenSuppressed => EndTokenSuppressed,
        ProblemKind.TooManySuppressedTokens => TooManySuppressedTokens,
        ProblemKind.ConfigurationNotFound => ConfigurationNotFound,
        ProblemKind.ConfigurationAmbiguous => ConfigurationAmbiguous,
        ProblemKind.ConfigurationNotJson => ConfigurationNotJson,
        ProblemKind.UnknownModelType => UnknownModelType,
        ProblemKind.ConfigurationValueInvalid => ConfigurationValueInvalid,
        ProblemKind.ConfigurationValueUnsupported => ConfigurationValueUnsupported,
        ProblemKind.EncoderAndDecoderDiffer => EncoderAndDecoderDiffer,
        ProblemKind.BadWordSequenceIgnored => BadWordSequenceIgnored,
        ProblemKind.ConfigurationKeyRepeated => ConfigurationKeyRepeated,
        ProblemKind.UnsuitableMethod => UnsuitableMethod,
        ProblemKind.SignatureDoesNotFit => SignatureDoesNotFit,
        ProblemKind.KernelDimensionMissing => KernelDimensionMissing,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
