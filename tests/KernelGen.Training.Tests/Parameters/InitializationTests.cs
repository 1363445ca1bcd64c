using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Parameters;

public unsafe class InitializationTests
{
    private static readonly ModelDescription Wide = GoldenVanillaHead64.Description;

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_others()
    {
        Assert.Equal(All(Wide, 1), All(Wide, 1));
        Assert.NotEqual(All(Wide, 1), All(Wide, 2));
    }

    /// <summary>Computed apart, by in Python, so that nothing changes what a seed gives unnoticed.</summary>
    [Fact]
    public void Numbers_have_the_bits_that_they_have_always_had()
    {
        float[] normal = new float[4];
        new InitialWeights(42).Fill(InitialValues.Normal(2), 3, 0, normal);
        float[] uniform = new float[4];
        new InitialWeights(42).Fill(InitialValues.Uniform(2), 3, 0, uniform);
        Assert.Equal([0.756538272f, -2.16291189f, -1.05770743f, 3.94761658f], normal);
        Assert.Equal([0.0750330016f, 1.21420777f, -1.50416315f, -0.83334136f], uniform);
    }

    [Theory]
    [InlineData("transformer.encoder.layers.0.self_attn.in_proj_weight", "uniform", 0.108253175)] // √(6 / (128 + 3 · 128))
    [InlineData("transformer.encoder.layers.0.self_attn.in_proj_bias", "constant", 0)]
    [InlineData("transformer.decoder.layers.0.multihead_attn.in_proj_weight", "uniform", 0.108253175)]
    [InlineData("transformer.decoder.layers.0.multihead_attn.out_proj.weight", "uniform", 0.153093109)] // √(6 / (128 + 128))
    [InlineData("transformer.decoder.layers.0.multihead_attn.out_proj.bias", "constant", 0)]
    [InlineData("transformer.encoder.layers.0.linear1.weight", "uniform", 0.125)] // √(6 / (128 + 256))
    [InlineData("transformer.encoder.layers.0.linear1.bias", "uniform", 0.0883883476)] // 1 / √128
    [InlineData("transformer.encoder.layers.0.linear2.bias", "uniform", 0.0625)] // 1 / √256
    [InlineData("transformer.encoder.layers.0.norm1.weight", "constant", 1)]
    [InlineData("transformer.encoder.layers.0.norm1.bias", "constant", 0)]
    [InlineData("transformer.decoder.norm.weight", "constant", 1)]
    [InlineData("source_embedding.weight", "normal", 0.0883883476)]
    [InlineData("target_embedding.weight", "normal", 0.0883883476)]
    [InlineData("generator.weight", "uniform", 0.0883883476)]
    public void Vanilla_begins_as_PyTorch_does(string tensor, string distribution, double scale) => AssertBegins(Wide, tensor, distribution, scale);

    [Theory]
    [InlineData("model.shared.weight", "normal", 0.02)]
    [InlineData("model.encoder.embed_positions.weight", "normal", 0.02)]
    [InlineData("model.encoder.layers.0.self_attn.q_proj.weight", "normal", 0.02)]
    [InlineData("model.decoder.layers.1.fc2.weight", "normal", 0.02)]
    [InlineData("model.decoder.layers.1.fc2.bias", "constant", 0)]
    [InlineData("model.decoder.layernorm_embedding.weight", "constant", 1)]
    [InlineData("model.decoder.layernorm_embedding.bias", "constant", 0)]
    [InlineData("final_logits_bias", "constant", 0)]
    public void Bart_begins_as_in_Transformers(string tensor, string distribution, double scale) => AssertBegins(GoldenBart.Description, tensor, distribution, scale);

    [Theory]
    [InlineData("shared.weight", "normal", 1)]
    [InlineData("lm_head.weight", "normal", 1)]
    [InlineData("encoder.block.0.layer.0.SelfAttention.k.weight", "normal", 0.182574186)] // 1 / √30
    [InlineData("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "normal", 0.182574186)]
    [InlineData("encoder.block.0.layer.1.DenseReluDense.wi_0.weight", "normal", 0.182574186)]
    [InlineData("encoder.final_layer_norm.weight", "constant", 1)]
    [InlineData("decoder.final_layer_norm.weight", "constant", 1)]
    public void T5_begins_as_Mesh_TensorFlow_does(string tensor, string distribution, double scale) => AssertBegins(GoldenT5Gated.Description, tensor, distribution, scale);

    [Fact]
    public void Queries_of_T5_begin_smaller_by_the_root_of_the_head_dimension()
    {
        ModelDescription model = GoldenT5Gated.Description;
        AssertBegins(model, "encoder.block.0.layer.0.SelfAttention.q.weight", "normal", 1 / Math.Sqrt(model.ModelDimension * model.HeadDimension));
        AssertBegins(model, "encoder.block.0.layer.0.SelfAttention.o.weight", "normal", 1 / Math.Sqrt(model.Heads * model.HeadDimension));
        AssertBegins(model, "encoder.block.0.layer.1.DenseReluDense.wo.weight", "normal", 1 / Math.Sqrt(model.FeedForwardDimension));
    }

    [Theory]
    [InlineData("model.decoder.embed_tokens.weight", "normal", 0.02)]
    [InlineData("model.decoder.embed_positions.weight", "normal", 0.02)]
    [InlineData("model.encoder.conv1.weight", "uniform", 0.353553391)] // √(6 / (3 · 16))
    [InlineData("model.encoder.layers.0.fc2.weight", "uniform", 0.144337567)] // 1 / √48
    [InlineData("model.decoder.layers.0.encoder_attn.k_proj.weight", "uniform", 0.25)] // 1 / √16
    [InlineData("model.encoder.conv2.bias", "constant", 0)]
    [InlineData("model.encoder.layer_norm.weight", "constant", 1)]
    public void Whisper_begins_as_OpenAIs_code_does_but_for_louder_frames(string tensor, string distribution, double scale) => AssertBegins(EvenWhisper.Description, tensor, distribution, scale);

    [Fact]
    public void Positions_of_a_Whispers_encoder_begin_as_sinusoids()
    {
        ModelDescription model = EvenWhisper.Description;
        using var parameters = TrainingParameters.Initialize(model, seed: 1);
        float[] table = parameters.Tensors.Single(static tensor => tensor.Name == "model.encoder.embed_positions.weight").Copy(parameters.WeightBlock);
        int half = model.ModelDimension / 2;
        for (int i = 0; i < table.Length; i++)
        {
            // OpenAI's whisper/model.py, sinusoids.
            (int position, int column) = Math.DivRem(i, model.ModelDimension);
            double angle = position * Math.Exp(-Math.Log(10000) / (half - 1) * (column % half));
            Assert.Equal(column < half ? Math.Sin(angle) : Math.Cos(angle), table[i], 1e-6);
        }
    }

    [Fact]
    public void The_pad_token_begins_with_zeros()
    {
        using var parameters = TrainingParameters.Initialize(GoldenBart.Description, seed: 1);
        float[] table = parameters.Tensors.Single(static tensor => tensor.Name == "model.shared.weight").Copy(parameters.WeightBlock);
        int pad = GoldenBart.Description.PadToken;
        int width = GoldenBart.Description.ModelDimension;
        Assert.All(table[(pad * width)..((pad + 1) * width)], static value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(TrainedModels.Names), MemberType = typeof(TrainedModels))]
    public void Padding_is_zero(string name)
    {
        ModelDescription description = TrainedModels.All[name];
        using var parameters = TrainingParameters.Initialize(description, seed: 1);

        // Every trained place that a tensor has is cleared; what is left within the trained ranges is padding.
        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            foreach (TensorPlace part in tensor.Parts)
            {
                for (int row = 0; row < part.Rows; row++)
                {
                    part.SetRow(parameters.WeightBlock, row, new float[part.Columns]);
                }
            }
        }

        foreach (ParameterRange range in parameters.Ranges)
        {
            Assert.False(new ReadOnlySpan<float>(parameters.WeightBlock + range.Offset, (int)range.Length).ContainsAnyExcept(0f), range.Name);
        }
    }

    private static float[] All(ModelDescription description, ulong seed)
    {
        using var parameters = TrainingParameters.Initialize(description, seed);
        return [.. parameters.Tensors.SelectMany(tensor => tensor.Copy(parameters.WeightBlock))];
    }

    private static void AssertBegins(ModelDescription description, string name, string distribution, double scale)
    {
        using var parameters = TrainingParameters.Initialize(description, seed: 5);
        float[] values = parameters.Tensors.Single(tensor => tensor.Name == name).Copy(parameters.WeightBlock);
        int pad = description.PadToken * description.ModelDimension;
        if (name is "source_embedding.weight" or "target_embedding.weight" or "model.shared.weight" or "model.decoder.embed_tokens.weight")
        {
            values = [.. values[..pad], .. values[(pad + description.ModelDimension)..]];
        }

        if (distribution == "constant")
        {
            Assert.All(values, value => Assert.Equal(scale, value));
            return;
        }

        double mean = values.Average();
        double deviation = Math.Sqrt(values.Average(static value => (double)value * value));
        double expected = distribution == "uniform" ? scale / Math.Sqrt(3) : scale;
        Assert.InRange(mean, -5 * expected / Math.Sqrt(values.Length), 5 * expected / Math.Sqrt(values.Length));
        Assert.InRange(deviation, expected * (1 - (4 / Math.Sqrt(values.Length))), expected * (1 + (4 / Math.Sqrt(values.Length))));
        if (distribution == "uniform")
        {
            Assert.All(values, value => Assert.InRange(value, -scale * 1.000001, scale * 1.000001));
        }
        else
        {
            // Not uniform: a normal number is beyond 1.8 deviations in 7 of 100 cases.
            Assert.Contains(values, value => Math.Abs(value) > 1.8 * scale);
        }
    }
}
