namespace KernelGen.Families;

/// <summary>BART and mBART (Hugging Face's <c>BartConfig</c> and <c>MBartConfig</c>).</summary>
internal sealed class BartFamily : HuggingFaceFamily
{
    private const string MultilingualBart = "mbart";

    public override Architecture Architecture => Architecture.Bart;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        EmbeddingNorm = true,
        Activation = Activation.Gelu,
        PositionalEncoding = PositionalEncoding.Learned,
        PositionOffset = 2,
        StartToken = 2,
        EndToken = 2,
        PadToken = 1,
    };

    public override IReadOnlyList<string> ModelTypes => ["bart", MultilingualBart];

    public override Preset PresetOf(string modelType) => modelType == MultilingualBart
        ? base.PresetOf(modelType) with
        {
            NormPlacement = NormPlacement.Pre,
            FinalNorm = true,

            // MBartConfig names no start token: generation falls back to bos_token_id.
            StartToken = 0,
            BeginTokenStarts = true,
        }
        : base.PresetOf(modelType);

    public override string CheckpointName => "Hugging Face BART";

    public override bool Wrote(Func<string, bool> has) => base.Wrote(has) && has(".layernorm_embedding.");
}
