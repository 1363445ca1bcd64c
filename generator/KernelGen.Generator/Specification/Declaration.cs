namespace KernelGen.Generator.Specification;

/// <summary>
/// What a class and its attribute say, before any preset: a property that the attribute does not set is <see langword="null"/>.
/// No Roslyn type in it, so that the incremental pipeline can compare it.
/// </summary>
/// <param name="Class">The class that carries the attribute.</param>
/// <param name="ClassProblems">What is wrong with the class itself.</param>
/// <param name="Architecture">The number of the architecture given to the constructor, or <see langword="null"/> when a configuration file is given.</param>
/// <param name="Configuration">The path of the configuration file as written, or <see langword="null"/>.</param>
internal sealed record Declaration(DeclaredClass Class, EquatableArray<Problem> ClassProblems, int? Architecture, string? Configuration)
{
    /// <summary>What a model whose source is tokens derives from.</summary>
    public const string TextBase = "EncoderDecoder";

    /// <summary>What a model whose source is audio derives from.</summary>
    public const string SpeechBase = "SpeechModel";

    /// <summary>Whether the attribute is the one that takes models alone whose source is audio.</summary>
    public bool IsOfSpeech { get; init; }

    /// <summary>The name of the base class that the user's part names; <see langword="null"/> where it names none.</summary>
    public string? BaseClass { get; init; }

    public int? ModelDimension { get; init; }

    public int? Heads { get; init; }

    public int? HeadDimension { get; init; }

    public int? FeedForwardDimension { get; init; }

    public int? EncoderLayers { get; init; }

    public int? DecoderLayers { get; init; }

    public int? VocabularySize { get; init; }

    public int? SourceVocabularySize { get; init; }

    public int? TargetVocabularySize { get; init; }

    public int? SourceChannels { get; init; }

    public int? MaxSourceLength { get; init; }

    public int? MaxTargetLength { get; init; }

    public int? NormPlacement { get; init; }

    public int? Normalization { get; init; }

    public bool? FinalNorm { get; init; }

    public bool? EmbeddingNorm { get; init; }

    public int? Activation { get; init; }

    public bool? GatedFeedForward { get; init; }

    public bool? LinearBias { get; init; }

    public bool? ScaleScores { get; init; }

    public int? PositionalEncoding { get; init; }

    public int? PositionOffset { get; init; }

    public int? RelativePositionBuckets { get; init; }

    public int? RelativePositionDistance { get; init; }

    public int? RotaryDimension { get; init; }

    public bool? ScaleEmbedding { get; init; }

    public bool? TieEmbeddings { get; init; }

    public bool? ScaleOutput { get; init; }

    public bool? OutputBias { get; init; }

    public double? LayerNormEpsilon { get; init; }

    public int? StartToken { get; init; }

    public int? EndToken { get; init; }

    public int? PadToken { get; init; }

    public EquatableArray<int>? SuppressedTokens { get; init; }

    public bool? Trainable { get; init; }
}
