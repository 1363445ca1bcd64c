using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>What the models that descend from fairseq's have in common in Hugging Face Transformers: the names of BART, with or without the prefix <c>model.</c>.</summary>
internal abstract class HuggingFaceFamily : Family
{
    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with
    {
        ModelDimension = 1024,
        Heads = 16,
        FeedForwardDimension = 4096,
        Layers = 12,
        VocabularySize = 50265,
        MaxPositions = 1024,
    };

    /// <summary>Whisper has convolutions, LED an attention of its own, and NLLB-MoE several feed-forward blocks to choose from.</summary>
    public override bool Wrote(Func<string, bool> has) => has(".encoder_attn.q_proj.") && !has("encoder.conv1.") && !has(".longformer_self_attn.") && !has(".experts.");

    public override string Prefix => "model.";

    public override string Head => "lm_head.weight";

    public override string OutputBias => "final_logits_bias";

    public override bool MayLackOutputBias => true;

    public override bool OutputBiasIsRow => true;

    public override bool StoresComputedPositions => true;

    /// <summary>
    /// One table for both sides is <c>shared</c>; files leave out copies of a table, so that any of its names may be the one that is left. Tables of their own
    /// are the <c>embed_tokens</c> of the two sides, whether vocabularies are of the same size or not.
    /// </summary>
    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual)
    {
        string shared = prefix + "shared.weight";
        string source = prefix + "encoder.embed_tokens.weight";
        string target = prefix + "decoder.embed_tokens.weight";
        string tiedHead = settings.TieEmbeddings ? Head : shared;
        if (settings.SourceVocabularySize == settings.TargetVocabularySize)
        {
            usual = shared;
            return stack == Stack.Encoder ? [source, shared, target, tiedHead] : [target, shared, tiedHead, source];
        }

        usual = stack == Stack.Encoder ? source : target;
        return stack == Stack.Encoder ? [source, shared] : [target, tiedHead, shared];
    }

    public override string OwnEmbeddings(Stack stack, string prefix) => prefix + Side(stack) + "embed_tokens.weight";

    /// <summary><c>init_std</c> = 0.02 of every configuration, as <c>_init_weights</c> in Hugging Face's <c>modeling_bart.py</c> uses it.</summary>
    public override InitialValues InitialWeights(ModelTensor tensor, ModelSettings settings) =>
        tensor.IsNorm ? InitialValues.Constant(1)
        : tensor.Role == TensorRole.OutputBias ? InitialValues.Constant(0)
        : InitialValues.Normal(0.02);

    public override string Positions(Stack stack, string prefix) => prefix + Side(stack) + "embed_positions.weight";

    public override string EmbeddingNorm(Stack stack, string prefix) => prefix + Side(stack) + "layernorm_embedding";

    public override string FinalNorm(Stack stack, string prefix) => prefix + Side(stack) + "layer_norm";

    public override TensorName InLayer(ModelTensor tensor)
    {
        bool isCross = tensor.Sublayer!.Operation is AttentionOperation { IsCross: true };
        string attention = isCross ? "encoder_attn" : "self_attn";
        return TensorName.Module(tensor.Role switch
        {
            TensorRole.Query => attention + ".q_proj",
            TensorRole.Key => attention + ".k_proj",
            TensorRole.Value => attention + ".v_proj",
            TensorRole.AttentionOutput => attention + ".out_proj",
            TensorRole.Expand => "fc1",
            TensorRole.Contract => "fc2",
            TensorRole.Norm when tensor.Sublayer.Operation is AttentionOperation => attention + "_layer_norm",
            TensorRole.Norm => "final_layer_norm",
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Role, "A layer has no such tensor."),
        });
    }
}
