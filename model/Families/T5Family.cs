using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// T5, mT5, flan-T5 and ByT5 (Raffel et al. 2020; Hugging Face's <c>T5Config</c> and <c>MT5Config</c>). The table of relative positions stands in the first layer of
/// each stack, and all of its layers use it.
/// </summary>
internal sealed class T5Family : Family
{
    private const string Multilingual = "mt5";

    public override Architecture Architecture => Architecture.T5;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        NormPlacement = NormPlacement.Pre,
        Normalization = Normalization.RootMeanSquare,
        FinalNorm = true,
        LinearBias = false,
        ScaleScores = false,
        LargeActivations = true,
        PositionalEncoding = PositionalEncoding.Relative,
        OutputBias = false,
        LayerNormEpsilon = 1e-6,
        TieMeansScaledOutput = true,
        StartToken = 0,
        EndToken = 1,
        PadToken = 0,
    };

    public override ConfigurationKeys Keys => new()
    {
        EncoderHeads = "num_heads",
        DecoderHeads = "num_heads",
        HeadDimension = "d_kv",
        EncoderFeedForward = "d_ff",
        DecoderFeedForward = "d_ff",
        EncoderLayers = "num_layers",
        DecoderLayers = "num_decoder_layers",
        DecoderVocabularySize = null,
        ShareEmbeddings = null,
        MaxPositions = null,
        Activation = "feed_forward_proj",
        RelativePositionBuckets = "relative_attention_num_buckets",
        RelativePositionDistance = "relative_attention_max_distance",
        ScaleEmbedding = null,
        ScaleOutput = "scale_decoder_outputs",
        NormalizeBefore = null,
        NormalizeEmbedding = null,
        AddFinalLayerNorm = null,
        StaticPositions = null,
        LayerNormEpsilon = "layer_norm_epsilon",
    };

    public override IReadOnlyList<string> ModelTypes => ["t5", Multilingual];

    public override Preset PresetOf(string modelType)
    {
        // The library's defaults of the key that is called tie_word_embeddings say that output is scaled.
        Preset preset = base.PresetOf(modelType) with
        {
            ModelDimension = 512,
            Heads = 8,
            HeadDimension = 64,
            FeedForwardDimension = 2048,
            Layers = 6,
            VocabularySize = 32128,
            MaxPositions = 512,
            HasAsManyDecoderLayers = true,
            ScaleOutput = true,
        };
        return modelType == Multilingual
            ? preset with
            {
                Heads = 6,
                FeedForwardDimension = 1024,
                Layers = 8,
                VocabularySize = 250112,
                Activation = Activation.GeluTanh,
                GatedFeedForward = true,
                ScaleOutput = false,
            }
            : preset;
    }

    public override string CheckpointName => "Hugging Face T5";

    public override string Prefix => "";

    public override string Head => "lm_head.weight";

    public override bool HeadIsWhatItsFileHas => true;

    public override string? OutputBias => null;

    /// <summary>UMT5 has a table of relative positions in every layer, and LongT5 another attention in the encoder.</summary>
    public override bool Wrote(Func<string, bool> has) =>
        has(".SelfAttention.q.weight") && has("decoder.block.")
        && !has(".block.1.layer.0.SelfAttention.relative_attention_bias.") && !has(".LocalSelfAttention.") && !has(".TransientGlobalSelfAttention.");

    /// <summary>Old files have a table of relative positions for cross-attention, which has no use for one.</summary>
    public override bool IsIgnored(string name) => name.EndsWith(".EncDecAttention.relative_attention_bias.weight", StringComparison.Ordinal);

    /// <summary>From version 1.1 on, feed-forward blocks are gated by GELU; before, the output projection was the embedding, and output scaled.</summary>
    public override Preset PresetOfCheckpoint(bool hasGate, bool hasHead) => Preset with
    {
        Activation = hasGate ? Activation.GeluTanh : Preset.Activation,
        GatedFeedForward = hasGate,
        ScaleOutput = !hasHead,
    };

    public override string Layers(Stack stack) => Side(stack) + "block.";

    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual)
    {
        usual = "shared.weight";
        return [usual, Side(stack) + "embed_tokens.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", Head];
    }

    public override string OwnEmbeddings(Stack stack, string prefix) => Side(stack) + "embed_tokens.weight";

    /// <summary>No setting says so, but decoder output is scaled where the embedding projects it.</summary>
    public override bool TiesOutput(ModelSettings settings) => settings.ScaleOutput;

    public override bool PadEmbeddingIsZero => false;

    public override bool DropsEverywhere => true;

    /// <summary>As Mesh TensorFlow has it, and <c>_init_weights</c> in Hugging Face's <c>modeling_t5.py</c>, with an <c>initializer_factor</c> of 1.</summary>
    public override InitialValues InitialWeights(ModelTensor tensor, ModelSettings settings) => tensor.Role switch
    {
        TensorRole.Norm or TensorRole.FinalNorm => InitialValues.Constant(1),
        TensorRole.Embedding or TensorRole.Output => InitialValues.Normal(1),
        TensorRole.Query => InitialValues.Normal(1 / Math.Sqrt((double)settings.ModelDimension * settings.HeadDimension)),
        TensorRole.PositionBias => InitialValues.Normal(1 / Math.Sqrt(settings.ModelDimension)),
        _ => InitialValues.Normal(1 / Math.Sqrt(tensor.Columns.Size)),
    };

    public override string? Positions(Stack stack, string prefix) => null;

    public override string PositionBias(Stack stack, string prefix) => Layers(stack) + "0.layer.0.SelfAttention.relative_attention_bias.weight";

    public override string? EmbeddingNorm(Stack stack, string prefix) => null;

    public override string FinalNorm(Stack stack, string prefix) => Side(stack) + "final_layer_norm";

    public override string Gate(Stack stack) => FeedForward(stack) + "DenseReluDense.wi_0.weight";

    public override TensorName InLayer(ModelTensor tensor)
    {
        bool isCross = tensor.Sublayer!.Operation is AttentionOperation { IsCross: true };
        (string sublayer, string operation) = tensor.Sublayer.Operation is FeedForwardOperation
            ? (FeedForward(tensor.Stack), "DenseReluDense.")
            : isCross ? ("layer.1.", "EncDecAttention.") : ("layer.0.", "SelfAttention.");
        bool isGated = tensor.Sublayer.Operation is FeedForwardOperation { IsGated: true };
        return new TensorName(
            tensor.Role switch
            {
                TensorRole.Query => sublayer + operation + "q.weight",
                TensorRole.Key => sublayer + operation + "k.weight",
                TensorRole.Value => sublayer + operation + "v.weight",
                TensorRole.AttentionOutput => sublayer + operation + "o.weight",
                TensorRole.Gate => Gate(tensor.Stack),
                TensorRole.Expand => sublayer + operation + (isGated ? "wi_1.weight" : "wi.weight"),
                TensorRole.Contract => sublayer + operation + "wo.weight",
                TensorRole.Norm => sublayer + "layer_norm.weight",
                _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Role, "A layer has no such tensor."),
            },
            bias: null);
    }

    /// <summary>What its checkpoints have no tensors for.</summary>
    public override IEnumerable<(string Property, string Reason)> FindLacking(ModelSettings settings)
    {
        if (settings.PositionalEncoding == PositionalEncoding.Learned)
        {
            yield return (nameof(settings.PositionalEncoding), "they have no table of learned positions, but one of relative ones");
        }

        if (settings.EmbeddingNorm)
        {
            yield return (nameof(settings.EmbeddingNorm), "they have no norm of embeddings");
        }

        if (settings.Normalization != Normalization.RootMeanSquare)
        {
            yield return (nameof(settings.Normalization), "their norms have no β, which layer normalisation adds");
        }

        if (settings.LinearBias)
        {
            yield return (nameof(settings.LinearBias), "their linear layers have no biases");
        }

        if (settings.OutputBias)
        {
            yield return (nameof(settings.OutputBias), "their output projection has no bias");
        }

        if (settings.SourceVocabularySize != settings.TargetVocabularySize)
        {
            yield return (nameof(settings.TargetVocabularySize), "both sides share one embedding");
        }
    }

    private static string FeedForward(Stack stack) => stack == Stack.Encoder ? "layer.1." : "layer.2.";
}
