namespace KernelGen.Generator.Specification.Configuration;

/// <summary>The keys of a Hugging Face <c>config.json</c> that decide something here. All others are dropped while reading, so that changing them changes nothing.</summary>
internal static class ConfigurationKeys
{
    public const string ModelType = "model_type";
    public const string IsEncoderDecoder = "is_encoder_decoder";
    public const string ModelDimension = "d_model";
    public const string EncoderHeads = "encoder_attention_heads";
    public const string DecoderHeads = "decoder_attention_heads";
    public const string EncoderFeedForward = "encoder_ffn_dim";
    public const string DecoderFeedForward = "decoder_ffn_dim";
    public const string EncoderLayers = "encoder_layers";
    public const string DecoderLayers = "decoder_layers";
    public const string VocabularySize = "vocab_size";
    public const string DecoderVocabularySize = "decoder_vocab_size";
    public const string MaxPositions = "max_position_embeddings";
    public const string Activation = "activation_function";
    public const string ScaleEmbedding = "scale_embedding";
    public const string NormalizeBefore = "normalize_before";
    public const string NormalizeEmbedding = "normalize_embedding";
    public const string AddFinalLayerNorm = "add_final_layer_norm";
    public const string StaticPositions = "static_position_embeddings";
    public const string TieEmbeddings = "tie_word_embeddings";
    public const string ShareEmbeddings = "share_encoder_decoder_embeddings";
    public const string LayerNormEpsilon = "layer_norm_eps";
    public const string DecoderStartToken = "decoder_start_token_id";
    public const string BeginToken = "bos_token_id";
    public const string EndToken = "eos_token_id";
    public const string PadToken = "pad_token_id";
    public const string BadWords = "bad_words_ids";

    public static readonly HashSet<string> All = new(StringComparer.Ordinal)
    {
        ModelType, IsEncoderDecoder, ModelDimension, EncoderHeads, DecoderHeads, EncoderFeedForward, DecoderFeedForward, EncoderLayers, DecoderLayers,
        VocabularySize, DecoderVocabularySize, MaxPositions, Activation, ScaleEmbedding, NormalizeBefore, NormalizeEmbedding, AddFinalLayerNorm,
        StaticPositions, TieEmbeddings, ShareEmbeddings, LayerNormEpsilon, DecoderStartToken, BeginToken, EndToken, PadToken, BadWords,
    };
}
