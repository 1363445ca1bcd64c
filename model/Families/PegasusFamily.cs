namespace KernelGen.Families;

/// <summary>PEGASUS (Zhang et al. 2020; Hugging Face's <c>PegasusConfig</c>): the layers of mBART without its norm of embeddings, and Marian's positions, which files hold.</summary>
internal sealed class PegasusFamily : HuggingFaceFamily
{
    public override Architecture Architecture => Architecture.Pegasus;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        NormPlacement = NormPlacement.Pre,
        FinalNorm = true,
        PositionalEncoding = PositionalEncoding.SinusoidalSplit,
        ScaleEmbedding = true,
        StartToken = 0,
        EndToken = 1,
        PadToken = 0,
    };

    public override IReadOnlyList<string> ModelTypes => ["pegasus"];

    public override string CheckpointName => "Hugging Face PEGASUS";

    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with { Activation = Activation.Gelu, ScaleEmbedding = false };

    public override bool Wrote(Func<string, bool> has) =>
        base.Wrote(has) && has("encoder.layer_norm.") && !has(".layernorm_embedding.") && has("final_logits_bias");
}
