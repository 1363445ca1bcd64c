using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Tests.Checkpoints;

public sealed class CheckpointTensorsTests
{
    public static TheoryData<string> Models => [nameof(SmallCheckpoints.Vanilla), nameof(SmallCheckpoints.Marian), nameof(SmallCheckpoints.Bart)];

    [Fact]
    public void Vanilla_tensors_are_found_and_projections_split()
    {
        using SafetensorsFile file = SmallCheckpoints.File(SmallCheckpoints.Vanilla).Open();
        CheckpointTensors tensors = CheckpointTensors.Read(file, SmallCheckpoints.Vanilla);
        CheckSlice(tensors.SourceEmbedding, "source_embedding.weight", 5, 4);
        CheckSlice(tensors.TargetEmbedding, "target_embedding.weight", 7, 4);
        CheckSlice(tensors.OutputWeight, "generator.weight", 7, 4);
        CheckSlice(Find(tensors, "decoder.output_bias").Weight, "generator.bias", 1, 7);
        CheckAbsent(tensors, "encoder.positions");
        CheckAbsent(tensors, "decoder.positions");
        CheckAbsent(tensors, "encoder.embedding_norm");
        CheckAbsent(tensors, "decoder.embedding_norm");
        CheckNorm(tensors, "encoder.final_norm", "transformer.encoder.norm");
        CheckNorm(tensors, "decoder.final_norm", "transformer.decoder.norm");

        for (int i = 0; i < 2; i++)
        {
            string layer = $"encoder.{i}.";
            string name = $"transformer.encoder.layers.{i}.";
            CheckJointAttention(file, tensors, layer + "self_attention", name + "self_attn");
            CheckNorm(tensors, layer + "self_attention.norm", name + "norm1");
            CheckLinear(tensors, layer + "feed_forward.expand", name + "linear1", 6, 4);
            CheckLinear(tensors, layer + "feed_forward.contract", name + "linear2", 4, 6);
            CheckNorm(tensors, layer + "feed_forward.norm", name + "norm2");
        }

        CheckJointAttention(file, tensors, "decoder.0.self_attention", "transformer.decoder.layers.0.self_attn");
        CheckNorm(tensors, "decoder.0.self_attention.norm", "transformer.decoder.layers.0.norm1");
        CheckJointAttention(file, tensors, "decoder.0.cross_attention", "transformer.decoder.layers.0.multihead_attn");
        CheckNorm(tensors, "decoder.0.cross_attention.norm", "transformer.decoder.layers.0.norm2");
        CheckLinear(tensors, "decoder.0.feed_forward.expand", "transformer.decoder.layers.0.linear1", 6, 4);
        CheckLinear(tensors, "decoder.0.feed_forward.contract", "transformer.decoder.layers.0.linear2", 4, 6);
        CheckNorm(tensors, "decoder.0.feed_forward.norm", "transformer.decoder.layers.0.norm3");
    }

    [Fact]
    public void Bart_tensors_are_found()
    {
        using SafetensorsFile file = SmallCheckpoints.File(SmallCheckpoints.Bart).Open();
        CheckpointTensors tensors = CheckpointTensors.Read(file, SmallCheckpoints.Bart);
        CheckSlice(tensors.SourceEmbedding, "model.shared.weight", 7, 4);
        CheckSlice(tensors.TargetEmbedding, "model.shared.weight", 7, 4);
        CheckSlice(tensors.OutputWeight, "model.shared.weight", 7, 4);
        CheckSlice(Find(tensors, "decoder.output_bias").Weight, "final_logits_bias", 1, 7);
        CheckSlice(Find(tensors, "encoder.positions").Weight, "model.encoder.embed_positions.weight", 11, 4);
        CheckSlice(Find(tensors, "decoder.positions").Weight, "model.decoder.embed_positions.weight", 11, 4);
        CheckNorm(tensors, "encoder.embedding_norm", "model.encoder.layernorm_embedding");
        CheckNorm(tensors, "decoder.embedding_norm", "model.decoder.layernorm_embedding");
        CheckAbsent(tensors, "encoder.final_norm");
        CheckAbsent(tensors, "decoder.final_norm");

        CheckAttention(tensors, "encoder.1.self_attention", "model.encoder.layers.1.self_attn");
        CheckNorm(tensors, "encoder.1.self_attention.norm", "model.encoder.layers.1.self_attn_layer_norm");
        CheckLinear(tensors, "encoder.1.feed_forward.expand", "model.encoder.layers.1.fc1", 6, 4);
        CheckLinear(tensors, "encoder.1.feed_forward.contract", "model.encoder.layers.1.fc2", 4, 6);
        CheckNorm(tensors, "encoder.1.feed_forward.norm", "model.encoder.layers.1.final_layer_norm");

        CheckAttention(tensors, "decoder.0.self_attention", "model.decoder.layers.0.self_attn");
        CheckNorm(tensors, "decoder.0.self_attention.norm", "model.decoder.layers.0.self_attn_layer_norm");
        CheckAttention(tensors, "decoder.0.cross_attention", "model.decoder.layers.0.encoder_attn");
        CheckNorm(tensors, "decoder.0.cross_attention.norm", "model.decoder.layers.0.encoder_attn_layer_norm");
        CheckLinear(tensors, "decoder.0.feed_forward.expand", "model.decoder.layers.0.fc1", 6, 4);
        CheckLinear(tensors, "decoder.0.feed_forward.contract", "model.decoder.layers.0.fc2", 4, 6);
        CheckNorm(tensors, "decoder.0.feed_forward.norm", "model.decoder.layers.0.final_layer_norm");
    }

    [Fact]
    public void Final_norms_of_mBart_are_found()
    {
        ModelDescription model = SmallCheckpoints.Bart with { FinalNorm = true };
        SafetensorsBuilder file = SmallCheckpoints.File(model);
        foreach (string stack in new[] { "encoder", "decoder" })
        {
            file.AddRamp($"model.{stack}.layer_norm.weight", 4).AddRamp($"model.{stack}.layer_norm.bias", 4);
        }

        Read(file, model, tensors =>
        {
            CheckNorm(tensors, "encoder.final_norm", "model.encoder.layer_norm");
            CheckNorm(tensors, "decoder.final_norm", "model.decoder.layer_norm");
        });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_prefix_may_be_missing(string name)
    {
        ModelDescription model = Model(name);
        SafetensorsBuilder file = SmallCheckpoints.File(model).Rename(static name =>
            name.StartsWith("transformer.", StringComparison.Ordinal) ? name["transformer.".Length..]
            : name.StartsWith("model.", StringComparison.Ordinal) ? name["model.".Length..]
            : name);
        Read(file, model, static tensors => Assert.False(Find(tensors, "encoder.1.feed_forward.contract").Weight.IsMissing));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Unknown_tensors_are_tolerated(string name)
    {
        ModelDescription model = Model(name);
        SafetensorsBuilder file = SmallCheckpoints.File(model).AddBytes("steps", "I64", [1], new byte[8]).AddRamp("optimizer.momentum", 3);
        Read(file, model, static tensors => Assert.False(Find(tensors, "encoder.1.feed_forward.contract").Weight.IsMissing));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_tensor_is_needed(string name)
    {
        ModelDescription model = Model(name);
        foreach (string missing in SmallCheckpoints.File(model).Names.Where(static name => name != "final_logits_bias").ToArray())
        {
            CheckpointException exception = Refused(SmallCheckpoints.File(model).Remove(missing), model);
            Assert.Equal(missing, exception.TensorName);
            Assert.Contains($"The stream has no tensor '{missing}', which the declaration of 'Small' ({name}) expects.", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_shape_is_checked(string name)
    {
        ModelDescription model = Model(name);
        using SafetensorsFile right = SmallCheckpoints.File(model).Open();
        foreach (string wrong in SmallCheckpoints.File(model).Names.ToArray())
        {
            int[] shape = Array.ConvertAll(right.Tensors[wrong].Shape.ToArray(), static size => (int)size);
            int[][] others =
            [
                [.. shape[..^1], shape[^1] + 1],
                [.. shape[..^1], shape[^1] - 1],
                [.. shape, 1],
                [],
                [shape.Aggregate(static (a, b) => a * b), 1, 1],
            ];
            foreach (int[] other in others)
            {
                CheckpointException exception = Refused(SmallCheckpoints.File(model).Remove(wrong).AddRamp(wrong, other), model);
                Assert.Equal(wrong, exception.TensorName);
                Assert.Contains($"tensor '{wrong}' has shape [{string.Join(", ", other)}]; the declaration of 'Small' expects ", exception.Message, StringComparison.Ordinal);
            }

            CheckpointException type = Refused(SmallCheckpoints.File(model).Remove(wrong).AddBytes(wrong, "I32", [1], new byte[4]), model);
            Assert.Equal(wrong, type.TensorName);
            Assert.Contains("'I32'", type.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Marian), "model.shared.weight", "[8, 4]; the declaration of 'Small' expects [7, 4] ([vocabulary, model dimension]). Correct VocabularySize, or", 8, 4)]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "source_embedding.weight", "[6, 4]; the declaration of 'Small' expects [5, 4] ([source vocabulary, model dimension]). Correct SourceVocabularySize, or", 6, 4)]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "target_embedding.weight", "expects [7, 4] ([target vocabulary, model dimension]). Correct TargetVocabularySize and ModelDimension, or", 6, 5)]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "transformer.encoder.layers.0.self_attn.in_proj_weight", "expects [12, 4] ([3 · model dimension, model dimension]). Correct ModelDimension, or", 15, 5)]
    [InlineData(nameof(SmallCheckpoints.Bart), "model.decoder.layers.0.fc1.bias", "expects [6] ([feed-forward dimension]). Correct FeedForwardDimension, or", 8)]
    [InlineData(nameof(SmallCheckpoints.Bart), "final_logits_bias", "expects [1, 7] ([1, vocabulary]). Correct VocabularySize, or", 1, 8)]
    [InlineData(nameof(SmallCheckpoints.Bart), "model.encoder.embed_positions.weight", "[9, 4]; the declaration of 'Small' expects at least [10, 4] ([positions, model dimension]): MaxSourceLength = 8 and PositionOffset = 2. Lower MaxSourceLength to 7", 9, 4)]
    [InlineData(nameof(SmallCheckpoints.Bart), "model.decoder.embed_positions.weight", "expects [11, 4] ([positions, model dimension]). Correct ModelDimension, or", 11, 5)]
    public void A_wrong_shape_names_the_property_at_fault(string modelName, string tensor, string expected, params int[] shape)
    {
        ModelDescription model = Model(modelName);
        CheckpointException exception = Refused(SmallCheckpoints.File(model).Remove(tensor).AddRamp(tensor, shape), model);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "transformer.encoder.layers.2.norm1.bias", "EncoderLayers = 3")]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "transformer.decoder.layers.10.norm1.bias", "DecoderLayers = 11")]
    [InlineData(nameof(SmallCheckpoints.Marian), "model.encoder.layers.2.fc1.bias", "EncoderLayers = 3")]
    [InlineData(nameof(SmallCheckpoints.Bart), "model.decoder.layers.1.fc1.bias", "DecoderLayers = 2")]
    public void More_layers_than_declared_are_refused(string modelName, string tensor, string expected)
    {
        ModelDescription model = Model(modelName);
        CheckpointException exception = Refused(SmallCheckpoints.File(model).AddRamp(tensor, 4), model);
        Assert.Equal(tensor, exception.TensorName);
        Assert.Contains("Declare " + expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), nameof(SmallCheckpoints.Marian), "looks like a Hugging Face Marian checkpoint: declare Architecture.Marian")]
    [InlineData(nameof(SmallCheckpoints.Vanilla), nameof(SmallCheckpoints.Bart), "looks like a Hugging Face BART checkpoint: declare Architecture.Bart")]
    [InlineData(nameof(SmallCheckpoints.Marian), nameof(SmallCheckpoints.Vanilla), "looks like a torch.nn.Transformer checkpoint: declare Architecture.Vanilla")]
    [InlineData(nameof(SmallCheckpoints.Marian), nameof(SmallCheckpoints.Bart), "looks like a Hugging Face BART checkpoint: declare Architecture.Bart")]
    [InlineData(nameof(SmallCheckpoints.Bart), nameof(SmallCheckpoints.Marian), "looks like a Hugging Face Marian checkpoint: declare Architecture.Marian")]
    public void A_checkpoint_of_another_family_is_recognized(string declared, string found, string expected)
    {
        CheckpointException exception = Refused(SmallCheckpoints.File(Model(found)), Model(declared));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder.block.0.layer.0.SelfAttention.q.weight", "Hugging Face T5")]
    [InlineData("bert.encoder.layer.0.attention.self.query.weight", "Hugging Face BERT")]
    [InlineData("model.layers.0.self_attn.q_proj.weight", "decoder-only")]
    [InlineData("model.encoder.layers.0.self_attn.q_proj.weight", "encoder-only (or one of several parts")]
    public void A_checkpoint_of_an_unsupported_family_is_recognized(string name, string expected)
    {
        CheckpointException exception = Refused(new SafetensorsBuilder().AddRamp(name, 4, 4), SmallCheckpoints.Marian);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_prefix_is_recognized()
    {
        SafetensorsBuilder file = SmallCheckpoints.File(SmallCheckpoints.Vanilla).Rename(static name => "module." + name);
        CheckpointException exception = Refused(file, SmallCheckpoints.Vanilla);
        Assert.Contains("It has 'module.source_embedding.weight': write the file without the prefix 'module.'.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_tensors_is_said_to_be_empty() =>
        Assert.Contains("The file has no tensors at all.", Refused(new SafetensorsBuilder(), SmallCheckpoints.Bart).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("model.encoder.embed_tokens.weight")]
    [InlineData("model.decoder.embed_tokens.weight")]
    [InlineData("lm_head.weight")]
    public void Any_name_of_a_shared_embedding_stands_for_it(string name)
    {
        SafetensorsBuilder file = SmallCheckpoints.File(SmallCheckpoints.Marian).Rename(other => other == "model.shared.weight" ? name : other);
        Read(file, SmallCheckpoints.Marian, tensors =>
        {
            CheckSlice(tensors.SourceEmbedding, name, 7, 4);
            CheckSlice(tensors.TargetEmbedding, name, 7, 4);
            CheckSlice(tensors.OutputWeight, name, 7, 4);
        });
    }

    [Fact]
    public void Embeddings_of_their_own_are_found()
    {
        ModelDescription model = SmallCheckpoints.Marian with { SourceVocabularySize = 5 };
        SafetensorsBuilder file = SmallCheckpoints.File(model).Remove("model.shared.weight")
            .AddRamp("model.encoder.embed_tokens.weight", 5, 4)
            .AddRamp("model.decoder.embed_tokens.weight", 7, 4);
        Read(file, model, static tensors =>
        {
            CheckSlice(tensors.SourceEmbedding, "model.encoder.embed_tokens.weight", 5, 4);
            CheckSlice(tensors.TargetEmbedding, "model.decoder.embed_tokens.weight", 7, 4);
            CheckSlice(tensors.OutputWeight, "model.decoder.embed_tokens.weight", 7, 4);
        });

        Assert.Equal("model.encoder.embed_tokens.weight", Refused(SmallCheckpoints.File(model).Remove("model.shared.weight"), model).TensorName);
    }

    [Fact]
    public void A_head_is_used_when_it_differs_from_the_embedding()
    {
        float[] embedding;
        using (SafetensorsFile file = SmallCheckpoints.File(SmallCheckpoints.Marian).Open())
        {
            embedding = new float[28];
            file.Tensors["model.shared.weight"].CopyTo(embedding);
        }

        SafetensorsBuilder WithHead() => SmallCheckpoints.File(SmallCheckpoints.Marian).Add("lm_head.weight", [7, 4], embedding);
        Read(WithHead(), SmallCheckpoints.Marian, static tensors => CheckSlice(tensors.OutputWeight, "model.shared.weight", 7, 4));
        Read(WithHead(), SmallCheckpoints.Marian with { TieEmbeddings = false }, static tensors => CheckSlice(tensors.OutputWeight, "model.shared.weight", 7, 4));

        embedding[27]++;
        Read(WithHead(), SmallCheckpoints.Marian, static tensors => CheckSlice(tensors.OutputWeight, "lm_head.weight", 7, 4));
        Read(WithHead(), SmallCheckpoints.Marian with { TieEmbeddings = false }, static tensors => CheckSlice(tensors.OutputWeight, "lm_head.weight", 7, 4));
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "generator.weight")]
    [InlineData(nameof(SmallCheckpoints.Marian), "lm_head.weight")]
    public void An_output_weight_is_needed_unless_embeddings_are_tied(string name, string tensor)
    {
        ModelDescription model = Model(name) with { TieEmbeddings = false };
        SafetensorsBuilder Without() => name == nameof(SmallCheckpoints.Vanilla) ? SmallCheckpoints.File(model).Remove(tensor) : SmallCheckpoints.File(model);
        CheckpointException exception = Refused(Without(), model);
        Assert.Equal(tensor, exception.TensorName);
        Assert.Contains("TieEmbeddings = true", exception.Message, StringComparison.Ordinal);
        Read(Without(), model with { TieEmbeddings = true }, static tensors => Assert.Equal(tensors.TargetEmbedding.Name, tensors.OutputWeight.Name));
    }

    [Fact]
    public void Equal_embeddings_are_one()
    {
        ModelDescription model = SmallCheckpoints.Vanilla with { SourceVocabularySize = 7 };
        float[] values = [.. Enumerable.Range(0, 28).Select(static i => (float)i)];
        SafetensorsBuilder file = SmallCheckpoints.File(model)
            .Remove("source_embedding.weight").Add("source_embedding.weight", [7, 4], values)
            .Remove("target_embedding.weight").Add("target_embedding.weight", [7, 4], values)
            .Remove("generator.weight").Add("generator.weight", [7, 4], values);
        Read(file, model, static tensors =>
        {
            Assert.Equal("source_embedding.weight", tensors.TargetEmbedding.Name);
            Assert.Equal("source_embedding.weight", tensors.OutputWeight.Name);
        });
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "generator.bias")]
    [InlineData(nameof(SmallCheckpoints.Marian), "final_logits_bias")]
    public void An_output_bias_is_left_out_only_when_declared_and_zero(string name, string tensor)
    {
        ModelDescription model = Model(name);
        if (model.Architecture == Architecture.Vanilla)
        {
            CheckpointException missing = Refused(SmallCheckpoints.File(model).Remove(tensor), model);
            Assert.Contains("OutputBias = false", missing.Message, StringComparison.Ordinal);
        }
        else
        {
            // Hugging Face Transformers fills it with zeros.
            Read(SmallCheckpoints.File(model).Remove(tensor), model, static tensors => CheckAbsent(tensors, "decoder.output_bias"));
        }

        ModelDescription without = model with { OutputBias = false };
        Read(SmallCheckpoints.File(without).Remove(tensor), without, static tensors => CheckAbsent(tensors, "decoder.output_bias"));
        Read(SmallCheckpoints.File(without).Remove(tensor).Add(tensor, [7], new float[7]), without, static tensors => CheckAbsent(tensors, "decoder.output_bias"));
        CheckpointException unused = Refused(SmallCheckpoints.File(without), without);
        Assert.Equal(tensor, unused.TensorName);
        Assert.Contains("OutputBias = true", unused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_logits_bias_may_be_a_vector()
    {
        SafetensorsBuilder file = SmallCheckpoints.File(SmallCheckpoints.Marian).Remove("final_logits_bias").AddRamp("final_logits_bias", 7);
        Read(file, SmallCheckpoints.Marian, static tensors => CheckSlice(Find(tensors, "decoder.output_bias").Weight, "final_logits_bias", 1, 7));
    }

    [Fact]
    public void Stored_sinusoidal_positions_are_ignored()
    {
        SafetensorsBuilder file = SmallCheckpoints.File(SmallCheckpoints.Marian).AddRamp("model.encoder.embed_positions.weight", 3, 4);
        Read(file, SmallCheckpoints.Marian, static tensors => CheckAbsent(tensors, "encoder.positions"));
    }

    [Fact]
    public void Vanilla_learns_positions_and_embedding_norms_under_names_of_their_own()
    {
        ModelDescription model = SmallCheckpoints.Vanilla with { PositionalEncoding = PositionalEncoding.Learned, EmbeddingNorm = true };
        SafetensorsBuilder file = SmallCheckpoints.File(model)
            .AddRamp("source_position_embedding.weight", 8, 4)
            .AddRamp("target_position_embedding.weight", 20, 4)
            .AddRamp("source_embedding_norm.weight", 4).AddRamp("source_embedding_norm.bias", 4)
            .AddRamp("target_embedding_norm.weight", 4).AddRamp("target_embedding_norm.bias", 4);
        Read(file, model, static tensors =>
        {
            CheckSlice(Find(tensors, "encoder.positions").Weight, "source_position_embedding.weight", 8, 4);
            CheckSlice(Find(tensors, "decoder.positions").Weight, "target_position_embedding.weight", 20, 4);
            CheckNorm(tensors, "encoder.embedding_norm", "source_embedding_norm");
            CheckNorm(tensors, "decoder.embedding_norm", "target_embedding_norm");
        });
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), 2)]
    [InlineData(nameof(SmallCheckpoints.Marian), 2)]
    public void Fewer_layers_than_declared_are_refused(string modelName, int layers)
    {
        ModelDescription model = Model(modelName);
        CheckpointException exception = Refused(SmallCheckpoints.File(model), model with { EncoderLayers = 5 });
        Assert.Contains($"has {layers} layers ", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"Declare EncoderLayers = {layers}, or", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "source_position_embedding.weight", "PositionalEncoding.Learned")]
    [InlineData(nameof(SmallCheckpoints.Vanilla), "source_embedding_norm.weight", "EmbeddingNorm = true")]
    [InlineData(nameof(SmallCheckpoints.Marian), "model.encoder.layernorm_embedding.weight", "declare Architecture.Bart")]
    [InlineData(nameof(SmallCheckpoints.Bart), "model.decoder.layer_norm.weight", "FinalNorm = true")]
    public void A_tensor_that_would_be_left_out_is_refused(string name, string tensor, string remedy)
    {
        CheckpointException exception = Refused(SmallCheckpoints.File(Model(name)).AddRamp(tensor, 4), Model(name));
        Assert.Equal(tensor, exception.TensorName);
        Assert.Contains(remedy, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.encoder.layers.-1.fc1.bias")]
    [InlineData("model.encoder.layers.007.fc1.bias")]
    [InlineData("model.encoder.layers.00.fc1.bias")]
    [InlineData("model.decoder.layers.+0.fc1.bias")]
    [InlineData("model.decoder.layers.\u0661.fc1.bias")]
    [InlineData("model.decoder.layers.1")]
    [InlineData("model.decoder.layers.9999999999.fc1.bias")]
    public void A_layer_without_a_number_would_be_left_out_and_is_refused(string tensor)
    {
        CheckpointException exception = Refused(SmallCheckpoints.File(SmallCheckpoints.Marian).AddRamp(tensor, 4), SmallCheckpoints.Marian);
        Assert.Equal(tensor, exception.TensorName);
        Assert.Contains("is no number of a layer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_their_own_are_found_where_vocabularies_have_the_same_size()
    {
        SafetensorsBuilder file = SmallCheckpoints.File(SmallCheckpoints.Marian).Remove("model.shared.weight")
            .AddRamp("model.encoder.embed_tokens.weight", 7, 4)
            .AddRamp("model.decoder.embed_tokens.weight", 7, 4);
        Read(file, SmallCheckpoints.Marian, static tensors =>
        {
            CheckSlice(tensors.SourceEmbedding, "model.encoder.embed_tokens.weight", 7, 4);
            CheckSlice(tensors.TargetEmbedding, "model.decoder.embed_tokens.weight", 7, 4);
            CheckSlice(tensors.OutputWeight, "model.decoder.embed_tokens.weight", 7, 4);
        });

        // The decoder's table may have the name of the head alone, which is tied to it.
        SafetensorsBuilder byHead = SmallCheckpoints.File(SmallCheckpoints.Marian).Remove("model.shared.weight")
            .AddRamp("model.encoder.embed_tokens.weight", 7, 4)
            .AddRamp("lm_head.weight", 7, 4);
        Read(byHead, SmallCheckpoints.Marian, static tensors =>
        {
            CheckSlice(tensors.SourceEmbedding, "model.encoder.embed_tokens.weight", 7, 4);
            CheckSlice(tensors.TargetEmbedding, "lm_head.weight", 7, 4);
        });
    }

    private static ModelDescription Model(string name) => name switch
    {
        nameof(SmallCheckpoints.Vanilla) => SmallCheckpoints.Vanilla,
        nameof(SmallCheckpoints.Marian) => SmallCheckpoints.Marian,
        _ => SmallCheckpoints.Bart,
    };

    private static void Read(SafetensorsBuilder builder, ModelDescription model, Action<CheckpointTensors> check)
    {
        using SafetensorsFile file = builder.Open();
        check(CheckpointTensors.Read(file, model));
    }

    private static CheckpointException Refused(SafetensorsBuilder builder, ModelDescription model)
    {
        using SafetensorsFile file = builder.Open();
        return Assert.Throws<CheckpointException>(() => CheckpointTensors.Read(file, model));
    }

    private static void CheckSlice(TensorSlice slice, string name, int rows, int columns)
    {
        Assert.Equal(name, slice.Name);
        Assert.Equal(rows, slice.Rows);
        Assert.Equal(columns, slice.Columns);
    }

    /// <summary>A tensor by its name in the recipe.</summary>
    private static (TensorSlice Weight, TensorSlice Bias) Find(CheckpointTensors tensors, string place)
    {
        ModelTensor tensor = tensors.Recipe.Tensors.Single(tensor => tensor.Name == place);
        return (tensors.Weight(tensor), tensors.Bias(tensor));
    }

    private static void CheckAbsent(CheckpointTensors tensors, string place) =>
        Assert.DoesNotContain(tensors.Recipe.Tensors, tensor => tensor.Name == place && !tensors.Weight(tensor).IsMissing);

    private static void CheckNorm(CheckpointTensors tensors, string place, string name)
    {
        (TensorSlice weight, TensorSlice bias) = Find(tensors, place);
        CheckSlice(weight, name + ".weight", 1, 4);
        CheckSlice(bias, name + ".bias", 1, 4);
    }

    private static void CheckLinear(CheckpointTensors tensors, string place, string name, int outputs, int inputs)
    {
        (TensorSlice weight, TensorSlice bias) = Find(tensors, place);
        CheckSlice(weight, name + ".weight", outputs, inputs);
        CheckSlice(bias, name + ".bias", 1, outputs);
    }

    private static void CheckAttention(CheckpointTensors tensors, string place, string name)
    {
        CheckLinear(tensors, place + ".query", name + ".q_proj", 4, 4);
        CheckLinear(tensors, place + ".key", name + ".k_proj", 4, 4);
        CheckLinear(tensors, place + ".value", name + ".v_proj", 4, 4);
        CheckLinear(tensors, place + ".attention_output", name + ".out_proj", 4, 4);
    }

    private static void CheckJointAttention(SafetensorsFile file, CheckpointTensors tensors, string place, string name)
    {
        float[] weight = new float[48];
        file.Tensors[name + ".in_proj_weight"].CopyTo(weight);
        float[] bias = new float[12];
        file.Tensors[name + ".in_proj_bias"].CopyTo(bias);
        string[] parts = [".query", ".key", ".value"];
        for (int i = 0; i < parts.Length; i++)
        {
            (TensorSlice partWeight, TensorSlice partBias) = Find(tensors, place + parts[i]);
            float[] values = new float[16];
            partWeight.CopyAll(values);
            Assert.Equal(weight[(16 * i)..(16 * (i + 1))], values);
            partBias.CopyAll(values);
            Assert.Equal(bias[(4 * i)..(4 * (i + 1))], values[..4]);
        }

        CheckLinear(tensors, place + ".attention_output", name + ".out_proj", 4, 4);
    }
}
