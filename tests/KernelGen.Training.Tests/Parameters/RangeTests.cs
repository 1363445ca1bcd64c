using KernelGen.Execution;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Parameters;

public unsafe class RangeTests
{
    [Theory]
    [MemberData(nameof(TrainedModels.Names), MemberType = typeof(TrainedModels))]
    public void Every_number_of_every_tensor_is_trained_once(string name)
    {
        using var parameters = TrainingParameters.Initialize(TrainedModels.All[name], seed: 1);
        byte[] trained = new byte[parameters.Length];
        foreach (ParameterRange range in parameters.Ranges)
        {
            for (long i = range.Offset; i < range.Offset + range.Length; i++)
            {
                Assert.Equal(0, trained[i]++);
            }
        }

        // The blocks hold a one where a tensor has a number, and each such place belongs to one number.
        new Span<float>(parameters.GradientBlock, (int)parameters.Length).Clear();
        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            foreach (TensorPlace part in tensor.Name == "model.encoder.embed_positions.weight" && parameters.Description.IsSpeech ? [] : tensor.Parts)
            {
                float[] row = new float[part.Columns];
                for (int i = 0; i < part.Rows; i++)
                {
                    part.CopyRow(parameters.GradientBlock, i, row);
                    Assert.All(row, static value => Assert.Equal(0, value));
                    row.AsSpan().Fill(1);
                    part.SetRow(parameters.GradientBlock, i, row);
                }
            }
        }

        for (long i = 0; i < parameters.Length; i++)
        {
            Assert.True(parameters.GradientBlock[i] == 0 || trained[i] == 1, $"The number at {i} is not trained.");
        }
    }

    [Fact]
    public void Ranges_are_in_the_order_of_memory_and_their_names_tell_what_is_tied()
    {
        using var parameters = TrainingParameters.Initialize(GoldenMarian.Description, seed: 1);
        Assert.Equal(parameters.Ranges.Select(static range => range.Offset).Order(), parameters.Ranges.Select(static range => range.Offset));
        Assert.Equal(["encoder.embedding", "decoder.embedding", "decoder.output"], parameters.Ranges[0].Names);
        Assert.Contains("decoder.1.cross_attention.key.weight", parameters.Ranges.Select(static range => range.Name));
    }

    [Theory]
    [MemberData(nameof(TrainedModels.GoldenNames), MemberType = typeof(TrainedModels))]
    public void Matrices_are_the_tensors_of_two_dimensions_but_the_output_bias(string golden)
    {
        using var parameters = TrainingParameters.Load(TrainedModels.Goldens[golden], TrainedModels.Path(golden));
        foreach (ParameterRange range in parameters.Ranges)
        {
            new Span<float>(parameters.GradientBlock + range.Offset, (int)range.Length).Fill(range.IsMatrix ? 1 : 0);
        }

        foreach (ParameterTensor tensor in parameters.Tensors)
        {
            float expected = tensor.Shape.Length == 2 && tensor.Name != "final_logits_bias" ? 1 : 0;
            Assert.All(tensor.Copy(parameters.GradientBlock), value => Assert.Equal(expected, value));
        }
    }

    [Fact]
    public void Gradients_of_spread_position_biases_add_up_in_their_bucket()
    {
        ModelDescription model = GoldenT5.Description;
        using var parameters = TrainingParameters.Load(model, TrainedModels.Path("t5-v1_0"));
        int distances = (2 * model.MaxSourceLength) - 1;
        for (int head = 0; head < model.Heads; head++)
        {
            for (int i = 0; i < distances; i++)
            {
                parameters.Gradients.Encoder.PositionBias[(head * parameters.Gradients.Encoder.PositionBiasStride) + i] = head + 1;
            }
        }

        parameters.GatherGradients();
        float[] gradient = parameters.Tensors.Single(static tensor => tensor.Name == "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight").Copy(parameters.GradientBlock);
        for (int head = 0; head < model.Heads; head++)
        {
            float[] column = [.. Enumerable.Range(0, model.RelativePositionBuckets).Select(bucket => gradient[(bucket * model.Heads) + head])];
            Assert.Equal(distances * (head + 1), column.Sum());
            Assert.Equal(head + 1, column[0]);
        }

        // Gathering again begins anew.
        parameters.GatherGradients();
        Assert.Equal(gradient, parameters.Tensors.Single(static tensor => tensor.Name == "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight").Copy(parameters.GradientBlock));
    }

    [Fact]
    public void A_scaled_norm_is_trained_as_it_is_stored()
    {
        ModelDescription model = GoldenT5.Description;
        Assert.True(model.ScaleOutput);
        using var parameters = TrainingParameters.Load(model, TrainedModels.Path("t5-v1_0"));
        float scale = (float)(1 / Math.Sqrt(model.ModelDimension));
        for (int i = 0; i < model.ModelDimension; i++)
        {
            parameters.Gradients.Decoder.FinalNorm[i] = i;
        }

        parameters.GatherGradients();
        ParameterTensor norm = parameters.Tensors.Single(static tensor => tensor.Name == "decoder.final_layer_norm.weight");
        Assert.Equal([.. Enumerable.Range(0, model.ModelDimension).Select(i => i * scale)], norm.Copy(parameters.GradientBlock));

        ParameterRange range = parameters.Ranges.Single(static range => range.Name == "decoder.final_norm.weight");
        parameters.WeightBlock[range.Offset + 3] = 5;
        parameters.Derive();
        Assert.Equal(5 * scale, parameters.Weights.Decoder.FinalNorm[3]);
    }
}
