namespace KernelGen.Generator.Specification;

/// <summary>A validated model: every dimension and setting decided. No Roslyn type in it; two equal specifications give the same kernels.</summary>
internal sealed record ModelSpecification(
    Architecture Architecture,
    int ModelDimension,
    int Heads,
    int FeedForwardDimension,
    int EncoderLayers,
    int DecoderLayers,
    int SourceVocabularySize,
    int TargetVocabularySize,
    int MaxSourceLength,
    int MaxTargetLength,
    NormPlacement NormPlacement,
    bool FinalNorm,
    bool EmbeddingNorm,
    Activation Activation,
    PositionalEncoding PositionalEncoding,
    int PositionOffset,
    bool ScaleEmbedding,
    bool TieEmbeddings,
    bool OutputBias,
    double LayerNormEpsilon,
    int StartToken,
    int EndToken,
    int PadToken,
    EquatableArray<int> SuppressedTokens)
{
    /// <summary>The width of one attention head.</summary>
    public int HeadDimension => ModelDimension / Heads;
}
