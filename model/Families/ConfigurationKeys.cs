namespace KernelGen.Families;

/// <summary>
/// What a family calls its settings in a Hugging Face <c>config.json</c>. The names are those of the models that descend from fairseq's; other families change
/// what they call otherwise. A setting without a key has none, and the preset decides.
/// </summary>
internal sealed record ConfigurationKeys
{
    public const string ModelType = "model_type";
    public const string IsEncoderDecoder = "is_encoder_decoder";
    public const string BeginToken = "bos_token_id";
    public const string DecoderStartToken = "decoder_start_token_id";
    public const string EndToken = "eos_token_id";
    public const string PadToken = "pad_token_id";
    public const string BadWords = "bad_words_ids";
    public const string TieEmbeddings = "tie_word_embeddings";
    public const string VocabularySize = "vocab_size";

    public string ModelDimension { get; init; } = "d_model";

    public string EncoderHeads { get; init; } = "encoder_attention_heads";

    public string DecoderHeads { get; init; } = "decoder_attention_heads";

    /// <summary>The heads of keys and values, where they have a key; models with fewer of them than heads of queries are not supported.</summary>
    public string? EncoderKeyValueHeads { get; init; }

    public string? DecoderKeyValueHeads { get; init; }

    public string? HeadDimension { get; init; }

    public string EncoderFeedForward { get; init; } = "encoder_ffn_dim";

    public string DecoderFeedForward { get; init; } = "decoder_ffn_dim";

    public string EncoderLayers { get; init; } = "encoder_layers";

    public string DecoderLayers { get; init; } = "decoder_layers";

    public string? DecoderVocabularySize { get; init; } = "decoder_vocab_size";

    public string? ShareEmbeddings { get; init; } = "share_encoder_decoder_embeddings";

    public string? MaxPositions { get; init; } = "max_position_embeddings";

    /// <summary>The positions of the source, where they have a key of their own.</summary>
    public string? MaxSourcePositions { get => field ?? MaxPositions; init; }

    /// <summary>The positions of the target, where they have a key of their own.</summary>
    public string? MaxTargetPositions { get => field ?? MaxPositions; init; }

    public string? SourceChannels { get; init; }

    public string Activation { get; init; } = "activation_function";

    /// <summary>The activation of the decoder, where it has a key of its own.</summary>
    public string? DecoderActivation { get; init; }

    public string? AttentionBias { get; init; }

    /// <summary>Which part of a head is turned where positions are rotary.</summary>
    public string? RotaryFactor { get; init; }

    public string? RotaryBase { get; init; }

    /// <summary>Keys that say of rotary positions what is not supported, whatever it is.</summary>
    public IReadOnlyList<string> OtherRotary { get; init; } = [];

    public string? RelativePositionBuckets { get; init; }

    public string? RelativePositionDistance { get; init; }

    public string? ScaleOutput { get; init; }

    public string? ScaleEmbedding { get; init; } = "scale_embedding";

    public string? NormalizeBefore { get; init; } = "normalize_before";

    public string? NormalizeEmbedding { get; init; } = "normalize_embedding";

    public string? AddFinalLayerNorm { get; init; } = "add_final_layer_norm";

    public string? StaticPositions { get; init; } = "static_position_embeddings";

    public string LayerNormEpsilon { get; init; } = "layer_norm_eps";

    /// <summary>Every key that decides something.</summary>
    public IEnumerable<string> Names => new[]
    {
        ModelType, IsEncoderDecoder, BeginToken, DecoderStartToken, EndToken, PadToken, BadWords, TieEmbeddings, VocabularySize, ModelDimension, EncoderHeads, DecoderHeads,
        EncoderKeyValueHeads, DecoderKeyValueHeads, HeadDimension, EncoderFeedForward, DecoderFeedForward, EncoderLayers, DecoderLayers, DecoderVocabularySize, ShareEmbeddings, MaxPositions, MaxSourcePositions, MaxTargetPositions, SourceChannels, Activation, DecoderActivation,
        AttentionBias, RotaryFactor, RotaryBase,
        RelativePositionBuckets, RelativePositionDistance, ScaleEmbedding, ScaleOutput, NormalizeBefore, NormalizeEmbedding, AddFinalLayerNorm, StaticPositions, LayerNormEpsilon,
    }.Concat(OtherRotary).OfType<string>();
}
