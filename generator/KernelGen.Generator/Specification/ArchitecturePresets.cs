namespace KernelGen.Generator.Specification;

/// <summary>What a family sets where neither the attribute nor a configuration file does. A dimension that must be declared is <see langword="null"/>.</summary>
/// <param name="Source">Whose values these are, as messages say it.</param>
/// <param name="Architecture">The family, which also names the tensors.</param>
internal sealed record Preset(string Source, Architecture Architecture)
{
    public int? ModelDimension { get; init; }

    public int? Heads { get; init; }

    public int? FeedForwardDimension { get; init; }

    public int? Layers { get; init; }

    public int? VocabularySize { get; init; }

    public int? MaxPositions { get; init; }

    public NormPlacement NormPlacement { get; init; } = NormPlacement.Post;

    public bool FinalNorm { get; init; }

    public bool EmbeddingNorm { get; init; }

    public Activation Activation { get; init; } = Activation.Relu;

    public PositionalEncoding PositionalEncoding { get; init; } = PositionalEncoding.Sinusoidal;

    /// <summary>The row of position 0 where positions are learned.</summary>
    public int PositionOffset { get; init; }

    public bool ScaleEmbedding { get; init; }

    public bool TieEmbeddings { get; init; } = true;

    public bool OutputBias { get; init; } = true;

    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>The token that begins a target; <see langword="null"/> for the pad token.</summary>
    public int? StartToken { get; init; }

    /// <summary>Whether a configuration file that names no start token means its <c>bos_token_id</c>.</summary>
    public bool BeginTokenStarts { get; init; }

    public int EndToken { get; init; }

    /// <summary>The pad token; <see langword="null"/> for the last of the vocabulary.</summary>
    public int? PadToken { get; init; }

    /// <summary>Whether generation never chooses the pad token.</summary>
    public bool SuppressPadToken { get; init; }
}

/// <summary>The presets of the architectures, and the defaults that Hugging Face Transformers has for each <c>model_type</c>.</summary>
internal static class ArchitecturePresets
{
    private static readonly Preset Vanilla = new("the preset of Architecture.Vanilla", Architecture.Vanilla)
    {
        FinalNorm = true,
        ScaleEmbedding = true,
        TieEmbeddings = false,
        StartToken = 1,
        EndToken = 2,
        PadToken = 0,
    };

    private static readonly Preset Marian = new("the preset of Architecture.Marian", Architecture.Marian)
    {
        Activation = Activation.Silu,
        PositionalEncoding = PositionalEncoding.SinusoidalSplit,
        ScaleEmbedding = true,
        EndToken = 0,
        SuppressPadToken = true,
    };

    private static readonly Preset Bart = new("the preset of Architecture.Bart", Architecture.Bart)
    {
        EmbeddingNorm = true,
        Activation = Activation.Gelu,
        PositionalEncoding = PositionalEncoding.Learned,
        PositionOffset = 2,
        StartToken = 2,
        EndToken = 2,
        PadToken = 1,
    };

    /// <summary>The presets of an architecture.</summary>
    public static Preset For(Architecture architecture) => architecture switch
    {
        Architecture.Vanilla => Vanilla,
        Architecture.Marian => Marian,
        Architecture.Bart => Bart,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture)),
    };

    /// <summary>The <c>model_type</c>s that a configuration file may have.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } = ["bart", "marian", "mbart"];

    /// <summary>
    /// What Hugging Face Transformers assumes for the keys that a <c>config.json</c> leaves out (<c>MarianConfig</c>, <c>BartConfig</c>,
    /// <c>MBartConfig</c>), or <see langword="null"/> when the type is not supported.
    /// </summary>
    public static Preset? ForModelType(string modelType)
    {
        string source = $"the default of model_type \"{modelType}\"";
        return modelType switch
        {
            "bart" => WithDimensions(Bart) with { Source = source, VocabularySize = 50265 },
            "mbart" => WithDimensions(Bart) with
            {
                Source = source,
                VocabularySize = 50265,
                NormPlacement = NormPlacement.Pre,
                FinalNorm = true,

                // MBartConfig names no start token: generation falls back to bos_token_id.
                StartToken = 0,
                BeginTokenStarts = true,
            },
            "marian" => WithDimensions(Marian) with
            {
                Source = source,
                VocabularySize = 58101,
                Activation = Activation.Gelu,
                ScaleEmbedding = false,
                StartToken = 58100,
                PadToken = 58100,
            },
            _ => null,
        };
    }

    private static Preset WithDimensions(Preset preset) => preset with
    {
        ModelDimension = 1024,
        Heads = 16,
        FeedForwardDimension = 4096,
        Layers = 12,
        MaxPositions = 1024,
    };
}
