namespace KernelGen.Families;

/// <summary>M2M100 and NLLB-200 (Hugging Face's <c>M2M100Config</c>): the layers of mBART, positions that are computed, and an output projection without a bias.</summary>
internal sealed class M2M100Family : HuggingFaceFamily
{
    public override Architecture Architecture => Architecture.M2M100;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        NormPlacement = NormPlacement.Pre,
        FinalNorm = true,
        PositionalEncoding = PositionalEncoding.SinusoidalFairseq,
        PositionOffset = 2,
        ScaleEmbedding = true,
        OutputBias = false,
        StartToken = 2,
        EndToken = 2,
        PadToken = 1,
    };

    public override IReadOnlyList<string> ModelTypes => ["m2m_100"];

    public override string CheckpointName => "Hugging Face M2M100";

    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with { VocabularySize = 128112 };

    public override bool Wrote(Func<string, bool> has) =>
        base.Wrote(has) && has("encoder.layer_norm.") && !has(".layernorm_embedding.") && !has("final_logits_bias");
}
