namespace KernelGen.Families;

/// <summary>What a family sets where neither the attribute nor a configuration file does. A dimension that must be declared is <see langword="null"/>.</summary>
/// <param name="Source">Whose values these are, as messages say it.</param>
/// <param name="Architecture">The family, which also names the tensors.</param>
internal sealed record Preset(string Source, Architecture Architecture)
{
    /// <summary>The preset of an architecture, to which a family adds what it sets.</summary>
    public static Preset Of(Architecture architecture) => new($"the preset of Architecture.{architecture}", architecture);

    public int? ModelDimension { get; init; }

    public int? Heads { get; init; }

    /// <summary>The width of a head; <see langword="null"/> where heads share the model dimension.</summary>
    public int? HeadDimension { get; init; }

    public int? FeedForwardDimension { get; init; }

    public int? Layers { get; init; }

    /// <summary>Whether a configuration file that names no number of decoder layers means as many as the encoder has.</summary>
    public bool HasAsManyDecoderLayers { get; init; }

    public int? VocabularySize { get; init; }

    public int? MaxPositions { get; init; }

    /// <summary>The positions of the source, where they are not as many as those of the target.</summary>
    public int? MaxSourcePositions { get => field ?? MaxPositions; init; }

    /// <summary>The numbers in a frame of the source; <see langword="null"/> where it is tokens.</summary>
    public int? SourceChannels { get; init; }

    public NormPlacement NormPlacement { get; init; } = NormPlacement.Post;

    public Normalization Normalization { get; init; } = Normalization.LayerNorm;

    public bool FinalNorm { get; init; }

    public bool EmbeddingNorm { get; init; }

    public Activation Activation { get; init; } = Activation.Relu;

    public bool GatedFeedForward { get; init; }

    /// <summary>The activation of the decoder; <see langword="null"/> for that of the encoder.</summary>
    public Activation? DecoderActivation { get; init; }

    /// <summary>Whether the decoder's feed-forward blocks are gated; <see langword="null"/> where they are as the encoder's.</summary>
    public bool? DecoderGatedFeedForward { get; init; }

    public bool NormShift { get; init; } = true;

    public bool LinearBias { get; init; } = true;

    public bool AttentionBias { get; init; } = true;

    public bool KeyBias { get; init; } = true;

    public bool ScaleScores { get; init; } = true;

    /// <summary>Whether activations inside feed-forward blocks are known to be large.</summary>
    public bool LargeActivations { get; init; }

    public PositionalEncoding PositionalEncoding { get; init; } = PositionalEncoding.Sinusoidal;

    /// <summary>The row of position 0 where positions are learned.</summary>
    public int PositionOffset { get; init; }

    public int RelativePositionBuckets { get; init; } = 32;

    public int RelativePositionDistance { get; init; } = 128;

    /// <summary>The numbers of a head that are turned where positions are rotary; <see langword="null"/> where <see cref="RotaryFactor"/> says it.</summary>
    public int? RotaryDimension { get; init; }

    /// <summary>Which part of a head is turned where positions are rotary.</summary>
    public double RotaryFactor { get; init; } = 1;

    public double RotaryBase { get; init; } = 10000;

    public bool ScaleEmbedding { get; init; }

    public bool TieEmbeddings { get; init; } = true;

    public bool ScaleOutput { get; init; }

    /// <summary>
    /// Whether <c>tie_word_embeddings</c> of a configuration file decides, where no key of its own does, if output is scaled, and not if the output projection is the
    /// embedding: the checkpoint's tensors tell that.
    /// </summary>
    public bool TieMeansScaledOutput { get; init; }

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
