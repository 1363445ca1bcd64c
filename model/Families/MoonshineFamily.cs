using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// Moonshine (Jeffries et al. 2024; Hugging Face's <c>MoonshineConfig</c>): three convolutions read samples of sound, and make a position of each 384 of them. Names of attention
/// are BART's, those of feed-forward blocks and norms Llama's.
/// </summary>
internal sealed class MoonshineFamily : SpeechFamily
{
    /// <summary>The positions of 64 seconds, the longest sound that it was trained with.</summary>
    private const int LongestSource = 2665;

    public override Architecture Architecture => Architecture.Moonshine;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        NormPlacement = NormPlacement.Pre,
        NormShift = false,
        FinalNorm = true,
        Activation = Activation.Gelu,
        DecoderActivation = Activation.Silu,
        DecoderGatedFeedForward = true,
        AttentionBias = false,
        PositionalEncoding = PositionalEncoding.Rotary,
        RotaryDimension = 32,
        OutputBias = false,
        SourceChannels = 1,
        MaxSourcePositions = LongestSource,
        StartToken = 1,
        EndToken = 2,
        PadToken = 2,
    };

    public override ConfigurationKeys Keys => new()
    {
        ModelDimension = "hidden_size",
        EncoderHeads = "encoder_num_attention_heads",
        DecoderHeads = "decoder_num_attention_heads",
        EncoderKeyValueHeads = "encoder_num_key_value_heads",
        DecoderKeyValueHeads = "decoder_num_key_value_heads",
        EncoderFeedForward = "intermediate_size",
        DecoderFeedForward = "intermediate_size",
        EncoderLayers = "encoder_num_hidden_layers",
        DecoderLayers = "decoder_num_hidden_layers",
        DecoderVocabularySize = null,
        ShareEmbeddings = null,
        MaxPositions = null,
        MaxTargetPositions = "max_position_embeddings",
        Activation = "encoder_hidden_act",
        DecoderActivation = "decoder_hidden_act",
        AttentionBias = "attention_bias",
        RotaryFactor = "partial_rotary_factor",
        RotaryBase = "rope_theta",
        OtherRotary = ["rope_scaling", "rope_parameters"],
        ScaleEmbedding = null,
        NormalizeBefore = null,
        NormalizeEmbedding = null,
        AddFinalLayerNorm = null,
        StaticPositions = null,
    };

    public override IReadOnlyList<string> ModelTypes => ["moonshine"];

    public override Preset PresetOf(string modelType) => base.PresetOf(modelType) with
    {
        ModelDimension = 288,
        Heads = 8,
        FeedForwardDimension = 1152,
        Layers = 6,
        VocabularySize = 32768,
        MaxPositions = 512,
        RotaryDimension = null,
        RotaryFactor = 0.9,
    };

    public override string CheckpointName => "Hugging Face Moonshine";

    public override bool Wrote(Func<string, bool> has) => has(".encoder_attn.q_proj.") && has("encoder.groupnorm.");

    public override IReadOnlyList<Convolution> Convolutions(ModelSettings settings)
    {
        Dimension width = Dimension.Model(settings);
        return
        [
            new Convolution
            {
                Role = TensorRole.FirstConvolution,
                Channels = Dimension.Channels(settings),
                Outputs = width,
                Taps = 127,
                Step = 64,
                Function = Activation.Tanh,
                HasBias = false,
                GroupNormEpsilon = 1e-5,
            },
            new Convolution { Role = TensorRole.SecondConvolution, Channels = width, Outputs = width.Times(2), Taps = 7, Step = 3, Function = Activation.Gelu },
            new Convolution { Role = TensorRole.ThirdConvolution, Channels = width.Times(2), Outputs = width, Taps = 3, Step = 2, Function = Activation.Gelu },
        ];
    }

    public override TensorName Convolution(TensorRole role, string prefix)
    {
        string side = prefix + Side(Stack.Encoder);
        return role switch
        {
            TensorRole.FirstConvolution => new TensorName(side + "conv1.weight", bias: null),
            TensorRole.GroupNorm => TensorName.Module(side + "groupnorm"),
            TensorRole.SecondConvolution => TensorName.Module(side + "conv2"),
            TensorRole.ThirdConvolution => TensorName.Module(side + "conv3"),
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Nothing reads the source with such a tensor."),
        };
    }

    public override string FinalNorm(Stack stack, string prefix) => prefix + Side(stack) + (stack == Stack.Encoder ? "layer_norm" : "norm");

    public override TensorName InLayer(ModelTensor tensor)
    {
        // In a gated block the two layers before the product lie in one tensor, the gate behind the other.
        const string First = "mlp.fc1";
        bool isGated = tensor.Sublayer!.Operation is FeedForwardOperation { IsGated: true };
        return tensor.Role switch
        {
            TensorRole.Expand => new TensorName(First + ".weight", First + ".bias", part: 0, parts: isGated ? 2 : 1),
            TensorRole.Gate => new TensorName(First + ".weight", First + ".bias", part: 1, parts: 2),
            TensorRole.Contract => TensorName.Module("mlp.fc2"),
            TensorRole.Query => Attention(tensor, "q_proj"),
            TensorRole.Key => Attention(tensor, "k_proj"),
            TensorRole.Value => Attention(tensor, "v_proj"),
            TensorRole.AttentionOutput => Attention(tensor, "o_proj"),
            TensorRole.Norm => new TensorName(NormBefore(tensor) + ".weight", bias: null),
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Role, "A layer has no such tensor."),
        };
    }

    /// <summary>What its checkpoints have no tensors for.</summary>
    public override IEnumerable<(string Property, string Reason)> FindLacking(ModelSettings settings)
    {
        foreach ((string property, string reason) in base.FindLacking(settings))
        {
            yield return (property, reason);
        }

        if (settings.SourceChannels != 1)
        {
            yield return (nameof(settings.SourceChannels), "they read samples of sound, one number each");
        }

        if (settings.AttentionBias)
        {
            yield return (nameof(settings.AttentionBias), "their queries, keys and values have no biases");
        }

        if (settings.PositionalEncoding == PositionalEncoding.Learned)
        {
            yield return (nameof(settings.PositionalEncoding), "they have no table of learned positions");
        }
    }

    private static TensorName Attention(ModelTensor tensor, string projection) =>
        new($"{(tensor.Sublayer!.Operation is AttentionOperation { IsCross: true } ? "encoder_attn" : "self_attn")}.{projection}.weight", bias: null);

    /// <summary>The norm before a sublayer: the second of a layer is called as what follows the first attention, and the decoder's third as the last.</summary>
    private static string NormBefore(ModelTensor tensor) => tensor.Sublayer!.Operation switch
    {
        AttentionOperation { IsCross: false } => "input_layernorm",
        FeedForwardOperation when tensor.Stack == Stack.Decoder => "final_layernorm",
        _ => "post_attention_layernorm",
    };
}
