using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Tests;

/// <summary>What ONNX graphs are given in place of a model's weights.</summary>
public sealed class GraphWeightsTests
{
    private const int Width = 512, Positions = 512, Heads = 8;

    [Fact]
    public void Graphs_of_m2m100_scale_scores_by_their_query_projection()
    {
        var weights = new RandomWeights(CaseOf(ModelCase.M2M100));
        var graphs = new GraphWeights(weights, ModelCase.M2M100.Description);
        float[] Projection(string name) => weights[$"decoder.layers.3.self_attn.{name}_proj.weight"].Values;
        float[] expected = [.. Projection("q").Select(static value => value / 8), .. Projection("k"), .. Projection("v")];
        Assert.True(graphs["model.decoder.layers.3.self_attn.qkv.weight"].AsSpan().SequenceEqual(expected));
        Assert.Equal(weights["decoder.layers.3.encoder_attn.q_proj.bias"].Values[7] / 8, graphs["model.decoder.layers.3.encoder_attn.q_proj.bias"][7]);
    }

    [Fact]
    public void Positions_of_m2m100_begin_with_the_third_row_and_have_all_sines_first()
    {
        float[] table = new GraphWeights(new RandomWeights(CaseOf(ModelCase.M2M100)), ModelCase.M2M100.Description)["pos_encoding"];
        Assert.Equal(Positions * Width, table.Length);
        Assert.Equal((float)Math.Sin(2), table[0]);
        Assert.Equal((float)Math.Cos(2), table[Width / 2]);
        Assert.Equal((float)Math.Sin(3e-4), table[Width + (Width / 2) - 1], 1e-9f);
    }

    [Fact]
    public void Position_bias_of_t5_is_that_of_the_distance_which_ends_with_none_in_the_decoder()
    {
        var weights = new RandomWeights(CaseOf(ModelCase.T5Small));
        var graphs = new GraphWeights(weights, ModelCase.T5Small.Description);
        float[] decoder = weights["decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"].Values;
        float[] encoder = weights["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"].Values;
        const int Head = 5;
        Assert.Equal(decoder[Head], graphs["decoder.position_bias"][(Head * Positions) + Positions - 1]);
        Assert.Equal(decoder[(3 * Heads) + Head], graphs["decoder.position_bias"][(Head * Positions) + Positions - 4]);

        // Of 32 buckets the upper half are those of keys behind the query.
        float[] bias = graphs["encoder.position_bias"];
        Assert.Equal(encoder[(2 * Heads) + Head], bias[(((Head * Positions) + 10) * Positions) + 8]);
        Assert.Equal(encoder[(18 * Heads) + Head], bias[(((Head * Positions) + 10) * Positions) + 12]);
    }

    [Fact]
    public void Scaled_output_of_t5_stands_in_the_last_norm()
    {
        var weights = new RandomWeights(CaseOf(ModelCase.T5Small));
        float[] scaled = new GraphWeights(weights, ModelCase.T5Small.Description)["decoder.final_layer_norm.weight"];
        Assert.Equal(weights["decoder.final_layer_norm.weight"].Values[3] / Math.Sqrt(Width), scaled[3], 1e-6);
    }

    [Fact]
    public void Checkpoint_has_query_key_and_value_in_one_tensor_where_its_family_has_them_so()
    {
        var weights = new RandomWeights(CaseOf(ModelCase.Small));
        WeightTensor joined = Assert.Single(weights.Checkpoint, static tensor => tensor.Name == "encoder.layers.1.self_attn.in_proj_weight");
        Assert.Equal([768, 256], joined.Shape);
        Assert.True(joined.Values.AsSpan().SequenceEqual(new GraphWeights(weights, ModelCase.Small.Description)["encoder.layers.1.self_attn.in_proj.weight"]));
    }

    private static RandomCase CaseOf(ModelCase model) => RandomCase.All.Single(random => random.Model == model);
}
