namespace KernelGen.Generator.Specification;

/// <summary>Why a declaration cannot become a model. Each kind has its diagnostic and its page of documentation.</summary>
internal enum ProblemKind
{
    NotPartial,
    UnsuitableClass,
    OtherBaseClass,
    UnsafeCodeNotAllowed,
    LanguageVersionTooLow,
    NameTaken,
    BaseClassNotNamed,
    DimensionMissing,
    DimensionNotPositive,
    DimensionTooLarge,
    HeadsDoNotDivideDimension,
    VocabularySizesContradict,
    MoreLengthThanLearnedPositions,
    BufferTooLarge,
    NotAnEnumValue,
    EpsilonOutOfRange,
    PositionOffsetInvalid,
    SettingsDoNotGoTogether,
    TokenOutsideVocabulary,
    EndTokenSuppressed,
    TooManySuppressedTokens,
    ConfigurationNotFound,
    ConfigurationAmbiguous,
    ConfigurationNotJson,
    UnknownModelType,
    ConfigurationValueInvalid,
    ConfigurationValueUnsupported,
    EncoderAndDecoderDiffer,
    BadWordSequenceIgnored,
    ConfigurationKeyRepeated,
    UnsuitableMethod,
    SignatureDoesNotFit,
    KernelDimensionMissing,
}

/// <summary>One thing that is wrong with a declaration.</summary>
/// <param name="Kind">Which thing; it names the diagnostic.</param>
/// <param name="Place">Where.</param>
/// <param name="Details">What the diagnostic's message is filled with, formatted with the invariant culture.</param>
internal sealed record Problem(ProblemKind Kind, Place Place, EquatableArray<string> Details)
{
    public Problem(ProblemKind kind, Place place, params string[] details)
        : this(kind, place, new EquatableArray<string>(details))
    {
    }

    /// <summary>Whether the model can be generated all the same.</summary>
    public bool IsWarning => Kind is ProblemKind.BadWordSequenceIgnored or ProblemKind.BaseClassNotNamed;
}
