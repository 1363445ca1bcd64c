using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

public class ConfigurationTests
{
    [Fact]
    public void Every_dimension_is_read()
    {
        ModelSpecification specification = Specify(DeclareByFile(), Configuration("bart"));

        Assert.Equal(Architecture.Bart, specification.Architecture);
        Assert.Equal(32, specification.ModelDimension);
        Assert.Equal(4, specification.Heads);
        Assert.Equal(64, specification.FeedForwardDimension);
        Assert.Equal(2, specification.EncoderLayers);
        Assert.Equal(3, specification.DecoderLayers);
        Assert.Equal(100, specification.SourceVocabularySize);
        Assert.Equal(100, specification.TargetVocabularySize);
        Assert.Equal(48, specification.MaxSourceLength);
        Assert.Equal(48, specification.MaxTargetLength);
    }

    [Theory]
    [InlineData("bart", NormPlacement.Post, false, true, Activation.Gelu, PositionalEncoding.Learned, 2, false, 2, 2, 1)]
    [InlineData("mbart", NormPlacement.Pre, true, true, Activation.Gelu, PositionalEncoding.Learned, 2, false, 0, 2, 1)]
    [InlineData("marian", NormPlacement.Post, false, false, Activation.Gelu, PositionalEncoding.SinusoidalSplit, 0, false, 99, 0, 99)]
    internal void WhatIsLeftOutIsAsInTransformers(
        string modelType,
        NormPlacement norm,
        bool finalNorm,
        bool embeddingNorm,
        Activation activation,
        PositionalEncoding positions,
        int offset,
        bool scale,
        int start,
        int end,
        int pad)
    {
        ModelSpecification specification = Specify(DeclareByFile(), Configuration(modelType));

        Assert.Equal(norm, specification.NormPlacement);
        Assert.Equal(finalNorm, specification.FinalNorm);
        Assert.Equal(embeddingNorm, specification.EmbeddingNorm);
        Assert.Equal(activation, specification.Activation);
        Assert.Equal(positions, specification.PositionalEncoding);
        Assert.Equal(offset, specification.PositionOffset);
        Assert.Equal(scale, specification.ScaleEmbedding);
        Assert.True(specification.TieEmbeddings);
        Assert.True(specification.OutputBias);
        Assert.Equal(1e-5, specification.LayerNormEpsilon);
        Assert.Equal(start, specification.StartToken);
        Assert.Equal(end, specification.EndToken);
        Assert.Equal(pad, specification.PadToken);
    }

    [Theory]
    [InlineData("bart", 50265)]
    [InlineData("mbart", 50265)]
    [InlineData("marian", 58101)]
    public void Dimensions_that_are_left_out_are_as_in_Transformers(string modelType, int vocabulary)
    {
        ModelSpecification specification = Specify(DeclareByFile(), $$"""{"model_type": "{{modelType}}"}""");

        Assert.Equal(1024, specification.ModelDimension);
        Assert.Equal(16, specification.Heads);
        Assert.Equal(4096, specification.FeedForwardDimension);
        Assert.Equal(12, specification.EncoderLayers);
        Assert.Equal(12, specification.DecoderLayers);
        Assert.Equal(vocabulary, specification.TargetVocabularySize);
        Assert.Equal(1024, specification.MaxSourceLength);
        Assert.Equal(1024, specification.MaxTargetLength);
    }

    [Theory]
    [InlineData("relu", Activation.Relu)]
    [InlineData("gelu", Activation.Gelu)]
    [InlineData("gelu_python", Activation.Gelu)]
    [InlineData("gelu_new", Activation.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", Activation.GeluTanh)]
    [InlineData("gelu_fast", Activation.GeluTanh)]
    [InlineData("gelu_accurate", Activation.GeluTanh)]
    [InlineData("silu", Activation.Silu)]
    [InlineData("swish", Activation.Silu)]
    internal void ActivationIsRead(string name, Activation expected) =>
        Assert.Equal(expected, Specify(DeclareByFile(), Configuration("marian", $"\"activation_function\": \"{name}\"")).Activation);

    [Fact]
    public void Switches_are_read()
    {
        ModelSpecification bart = Specify(DeclareByFile(), Configuration("bart", """
            "scale_embedding": true, "normalize_embedding": false, "add_final_layer_norm": true, "normalize_before": true,
            "static_position_embeddings": true, "tie_word_embeddings": false, "layer_norm_eps": 1e-6
            """));

        Assert.True(bart.ScaleEmbedding);
        Assert.False(bart.EmbeddingNorm);
        Assert.True(bart.FinalNorm);
        Assert.Equal(NormPlacement.Pre, bart.NormPlacement);
        Assert.Equal(PositionalEncoding.SinusoidalSplit, bart.PositionalEncoding);
        Assert.Equal(0, bart.PositionOffset);
        Assert.False(bart.TieEmbeddings);
        Assert.Equal(1e-6, bart.LayerNormEpsilon);
    }

    [Fact]
    public void Tokens_are_read()
    {
        ModelSpecification specification = Specify(DeclareByFile(), Configuration("bart", """
            "bos_token_id": 5, "eos_token_id": 6, "pad_token_id": 7, "decoder_start_token_id": 8, "bad_words_ids": [[9], [3]]
            """));

        Assert.Equal(8, specification.StartToken);
        Assert.Equal(6, specification.EndToken);
        Assert.Equal(7, specification.PadToken);
        Assert.Equal([3, 9], specification.SuppressedTokens);
    }

    [Fact]
    public void MBart_starts_with_the_begin_token_unless_told_otherwise()
    {
        Assert.Equal(5, Specify(DeclareByFile(), Configuration("mbart", "\"bos_token_id\": 5")).StartToken);
        Assert.Equal(8, Specify(DeclareByFile(), Configuration("mbart", "\"bos_token_id\": 5, \"decoder_start_token_id\": 8")).StartToken);
    }

    [Fact]
    public void Marian_suppresses_the_pad_token_whether_or_not_the_file_does()
    {
        Assert.Equal([99], Specify(DeclareByFile(), Configuration("marian")).SuppressedTokens);
        Assert.Equal([7, 99], Specify(DeclareByFile(), Configuration("marian", "\"bad_words_ids\": [[7]]")).SuppressedTokens);
    }

    [Theory]
    [InlineData("", 100)]
    [InlineData("\"decoder_vocab_size\": 120", 100)]
    [InlineData("\"share_encoder_decoder_embeddings\": true, \"decoder_vocab_size\": 120", 100)]
    [InlineData("\"share_encoder_decoder_embeddings\": false", 100)]
    [InlineData("\"share_encoder_decoder_embeddings\": false, \"decoder_vocab_size\": null", 100)]
    [InlineData("\"share_encoder_decoder_embeddings\": false, \"decoder_vocab_size\": 120", 120)]
    public void The_target_has_a_vocabulary_of_its_own_where_embeddings_are_not_shared(string members, int target)
    {
        foreach (string modelType in new[] { "marian", "bart", "mbart" })
        {
            ModelSpecification specification = Specify(DeclareByFile(), Configuration(modelType, members));

            Assert.Equal((100, target), (specification.SourceVocabularySize, specification.TargetVocabularySize));
        }
    }

    [Fact]
    public void Null_means_left_out() =>
        Assert.Equal(100, Specify(DeclareByFile(), Configuration("marian", "\"decoder_vocab_size\": null, \"bad_words_ids\": null")).TargetVocabularySize);

    [Fact]
    public void The_attribute_overrides_the_file()
    {
        ModelSpecification specification = Specify(
            DeclareByFile() with
            {
                Heads = 8,
                FeedForwardDimension = 128,
                MaxSourceLength = 10,
                MaxTargetLength = 12,
                Activation = (int)Activation.Silu,
                FinalNorm = false,
                NormPlacement = (int)NormPlacement.Post,
                StartToken = 3,
                SuppressedTokens = new EquatableArray<int>([4]),
            },
            Configuration("mbart", """
                "encoder_attention_heads": 2, "encoder_ffn_dim": 1, "activation_function": "mish", "bad_words_ids": [[1, 2]], "normalize_before": true
                """));

        Assert.Equal(8, specification.Heads);
        Assert.Equal(128, specification.FeedForwardDimension);
        Assert.Equal(10, specification.MaxSourceLength);
        Assert.Equal(12, specification.MaxTargetLength);
        Assert.Equal(Activation.Silu, specification.Activation);
        Assert.False(specification.FinalNorm);
        Assert.Equal(NormPlacement.Post, specification.NormPlacement);
        Assert.Equal(3, specification.StartToken);
        Assert.Equal([4], specification.SuppressedTokens);
    }

    [Fact]
    public void The_file_of_a_real_pronunciation_model_is_read()
    {
        ModelSpecification specification = Specify(DeclareByFile(), """
            {
              "activation_dropout": 0.0, "activation_function": "gelu", "architectures": ["BartForConditionalGeneration"], "attention_dropout": 0.0,
              "bos_token_id": 1, "classifier_dropout": 0.0, "d_model": 128, "decoder_attention_heads": 1, "decoder_ffn_dim": 1024,
              "decoder_layerdrop": 0.0, "decoder_layers": 1, "decoder_start_token_id": 1, "dropout": 0.1, "encoder_attention_heads": 1,
              "encoder_ffn_dim": 1024, "encoder_layerdrop": 0.0, "encoder_layers": 1, "eos_token_id": 2, "forced_eos_token_id": 2,
              "grapheme_chars": "____AIOW'-.", "id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "init_std": 0.02, "is_encoder_decoder": true,
              "max_position_embeddings": 64, "model_type": "bart", "num_hidden_layers": 1, "pad_token_id": 0, "phoneme_chars": "\u00e6\u00f0",
              "scale_embedding": false, "torch_dtype": "float32", "transformers_version": "4.51.2", "use_cache": true, "vocab_size": 63
            }
            """);

        Assert.Equal((128, 1, 1024, 63, 64), (specification.ModelDimension, specification.Heads, specification.FeedForwardDimension, specification.TargetVocabularySize, specification.MaxTargetLength));
        Assert.Equal((1, 2, 0), (specification.StartToken, specification.EndToken, specification.PadToken));
    }
}
