namespace KernelGen.Families;

/// <summary>MarianMT, as opus-mt models are (Hugging Face's <c>MarianConfig</c>).</summary>
internal sealed class MarianFamily : HuggingFaceFamily
{
    public override Architecture Architecture => Architecture.Marian;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        Activation = Activation.Silu,
        PositionalEncoding = PositionalEncoding.SinusoidalSplit,
        ScaleEmbedding = true,
        EndToken = 0,
        SuppressPadToken = true,
    };

    public override IReadOnlyList<string> ModelTypes => ["marian"];

    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with
    {
        VocabularySize = 58101,
        Activation = Activation.Gelu,
        ScaleEmbedding = false,
        StartToken = 58100,
        PadToken = 58100,
    };

    public override string CheckpointName => "Hugging Face Marian";

    public override bool Wrote(Func<string, bool> has) => base.Wrote(has) && !has(".layernorm_embedding.") && !has("encoder.layer_norm.");
}
