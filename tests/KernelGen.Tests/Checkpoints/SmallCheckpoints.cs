using KernelGen.Execution;

namespace KernelGen.Tests.Checkpoints;

/// <summary>Declared models of a few numbers, and files for them. Every tensor holds numbers that no other holds.</summary>
internal static class SmallCheckpoints
{
    public const int Width = 4;
    public const int Inner = 6;

    /// <summary>A post-norm model of torch.nn.Transformer, vocabularies of 5 and 7.</summary>
    public static ModelDescription Vanilla { get; } = Describe(Architecture.Vanilla, 5, 7) with
    {
        FinalNorm = true,
        PositionalEncoding = PositionalEncoding.Sinusoidal,
        TieEmbeddings = false,
        Activation = Activation.Relu,
    };

    public static ModelDescription Marian { get; } = Describe(Architecture.Marian, 7, 7) with
    {
        PositionalEncoding = PositionalEncoding.SinusoidalSplit,
        ScaleEmbedding = true,
    };

    public static ModelDescription Bart { get; } = Describe(Architecture.Bart, 7, 7) with
    {
        PositionalEncoding = PositionalEncoding.Learned,
        PositionOffset = 2,
        EmbeddingNorm = true,
    };

    public static ModelDescription M2M100 { get; } = Describe(Architecture.M2M100, 7, 7) with
    {
        NormPlacement = NormPlacement.Pre,
        FinalNorm = true,
        PositionalEncoding = PositionalEncoding.SinusoidalFairseq,
        PositionOffset = 2,
        OutputBias = false,
    };

    public static ModelDescription Pegasus { get; } = Describe(Architecture.Pegasus, 7, 7) with
    {
        NormPlacement = NormPlacement.Pre,
        FinalNorm = true,
        PositionalEncoding = PositionalEncoding.SinusoidalSplit,
    };

    /// <summary>T5 1.1: gated feed-forward blocks, an output projection of its own, heads that are wider than their share of the model.</summary>
    public static ModelDescription T5 { get; } = Describe(Architecture.T5, 7, 7) with
    {
        HeadDimension = 3,
        NormPlacement = NormPlacement.Pre,
        Normalization = Normalization.RootMeanSquare,
        FinalNorm = true,
        GatedFeedForward = true,
        LinearBias = false,
        ScaleScores = false,
        PositionalEncoding = PositionalEncoding.Relative,
        RelativePositionBuckets = 8,
        RelativePositionDistance = 20,
        TieEmbeddings = false,
        OutputBias = false,
    };

    public static SafetensorsBuilder File(ModelDescription model) => model.Architecture switch
    {
        Architecture.Vanilla => VanillaFile(model),
        Architecture.T5 => T5File(model),
        _ => HuggingFaceFile(model),
    };

    /// <summary>Adds a tensor of numbers that begin with another thousand than those before it.</summary>
    public static SafetensorsBuilder AddRamp(this SafetensorsBuilder file, string name, params ReadOnlySpan<int> shape)
    {
        int count = 1;
        foreach (int size in shape)
        {
            count *= size;
        }

        int first = 1000 * (file.Names.Count() + 1);
        return file.Add(name, shape, [.. Enumerable.Range(first, count).Select(static i => (float)i)]);
    }

    private static ModelDescription Describe(Architecture architecture, int sourceVocabulary, int targetVocabulary) => new()
    {
        Name = "Small",
        Architecture = architecture,
        ModelDimension = Width,
        Heads = 2,
        FeedForwardDimension = Inner,
        EncoderLayers = 2,
        DecoderLayers = 1,
        SourceVocabularySize = sourceVocabulary,
        TargetVocabularySize = targetVocabulary,
        MaxSourceLength = 8,
        MaxTargetLength = 9,
        NormPlacement = NormPlacement.Post,
        FinalNorm = false,
        EmbeddingNorm = false,
        Activation = Activation.Gelu,
        PositionalEncoding = PositionalEncoding.None,
        PositionOffset = 0,
        ScaleEmbedding = false,
        TieEmbeddings = true,
        OutputBias = true,
        LayerNormEpsilon = 1e-5,
        StartToken = 1,
        EndToken = 2,
        PadToken = 0,
        SuppressedTokens = [],
        HeadWidth = 16,
        ModelStride = 16,
        AttentionStride = 32,
        FeedForwardStride = 16,
        LogitsStride = 16,
        QuantizedStride = 128,
        QuantizedInputBits = 12,
        ScreensOutput = false,
        AttentionScratch = 16,
    };

    private static SafetensorsBuilder VanillaFile(ModelDescription model)
    {
        SafetensorsBuilder file = new SafetensorsBuilder()
            .AddRamp("source_embedding.weight", model.SourceVocabularySize, Width)
            .AddRamp("target_embedding.weight", model.TargetVocabularySize, Width)
            .AddRamp("generator.weight", model.TargetVocabularySize, Width)
            .AddRamp("generator.bias", model.TargetVocabularySize);
        void Norm(string name) => file.AddRamp(name + ".weight", Width).AddRamp(name + ".bias", Width);
        void Linear(string name, int outputs, int inputs) => file.AddRamp(name + ".weight", outputs, inputs).AddRamp(name + ".bias", outputs);
        void Attention(string name)
        {
            file.AddRamp(name + ".in_proj_weight", 3 * Width, Width).AddRamp(name + ".in_proj_bias", 3 * Width);
            Linear(name + ".out_proj", Width, Width);
        }

        foreach (string stack in new[] { "encoder", "decoder" })
        {
            for (int i = 0; i < (stack == "encoder" ? model.EncoderLayers : model.DecoderLayers); i++)
            {
                string layer = $"transformer.{stack}.layers.{i}.";
                Attention(layer + "self_attn");
                Linear(layer + "linear1", Inner, Width);
                Linear(layer + "linear2", Width, Inner);
                Norm(layer + "norm1");
                Norm(layer + "norm2");
                if (stack == "decoder")
                {
                    Attention(layer + "multihead_attn");
                    Norm(layer + "norm3");
                }
            }

            Norm($"transformer.{stack}.norm");
        }

        return file;
    }

    private static SafetensorsBuilder HuggingFaceFile(ModelDescription model)
    {
        SafetensorsBuilder file = new SafetensorsBuilder().AddRamp("model.shared.weight", model.TargetVocabularySize, Width);
        if (model.Architecture != Architecture.M2M100)
        {
            file.AddRamp("final_logits_bias", 1, model.TargetVocabularySize);
        }

        void Linear(string name, int outputs, int inputs) => file.AddRamp(name + ".weight", outputs, inputs).AddRamp(name + ".bias", outputs);
        void Norm(string name) => file.AddRamp(name + ".weight", Width).AddRamp(name + ".bias", Width);
        void Attention(string name)
        {
            foreach (string projection in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
            {
                Linear($"{name}.{projection}", Width, Width);
            }
        }

        foreach (string stack in new[] { "encoder", "decoder" })
        {
            if (model.Architecture == Architecture.Bart)
            {
                file.AddRamp($"model.{stack}.embed_positions.weight", 11, Width);
                Norm($"model.{stack}.layernorm_embedding");
            }

            for (int i = 0; i < (stack == "encoder" ? model.EncoderLayers : model.DecoderLayers); i++)
            {
                string layer = $"model.{stack}.layers.{i}.";
                Attention(layer + "self_attn");
                Norm(layer + "self_attn_layer_norm");
                Linear(layer + "fc1", Inner, Width);
                Linear(layer + "fc2", Width, Inner);
                Norm(layer + "final_layer_norm");
                if (stack == "decoder")
                {
                    Attention(layer + "encoder_attn");
                    Norm(layer + "encoder_attn_layer_norm");
                }
            }

            if (model.Architecture is Architecture.M2M100 or Architecture.Pegasus)
            {
                Norm($"model.{stack}.layer_norm");
            }
        }

        return file;
    }

    private static SafetensorsBuilder T5File(ModelDescription model)
    {
        SafetensorsBuilder file = new SafetensorsBuilder().AddRamp("shared.weight", model.TargetVocabularySize, Width).AddRamp("lm_head.weight", model.TargetVocabularySize, Width);
        int heads = model.Heads * model.HeadDimension;
        void Attention(string name)
        {
            foreach (string projection in new[] { "q", "k", "v" })
            {
                file.AddRamp($"{name}.{projection}.weight", heads, Width);
            }

            file.AddRamp($"{name}.o.weight", Width, heads);
        }

        foreach (string stack in new[] { "encoder", "decoder" })
        {
            file.AddRamp($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", model.RelativePositionBuckets, model.Heads);
            for (int i = 0; i < (stack == "encoder" ? model.EncoderLayers : model.DecoderLayers); i++)
            {
                string block = $"{stack}.block.{i}.layer.";
                Attention(block + "0.SelfAttention");
                file.AddRamp(block + "0.layer_norm.weight", Width);
                if (stack == "decoder")
                {
                    Attention(block + "1.EncDecAttention");
                    file.AddRamp(block + "1.layer_norm.weight", Width);
                }

                string feedForward = block + (stack == "encoder" ? "1." : "2.");
                file.AddRamp(feedForward + "DenseReluDense.wi_0.weight", Inner, Width);
                file.AddRamp(feedForward + "DenseReluDense.wi_1.weight", Inner, Width);
                file.AddRamp(feedForward + "DenseReluDense.wo.weight", Width, Inner);
                file.AddRamp(feedForward + "layer_norm.weight", Width);
            }

            file.AddRamp($"{stack}.final_layer_norm.weight", Width);
        }

        return file;
    }
}
