using System.Text;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Benchmarks.Speech;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Tests;

/// <summary>What models of speech are given to other libraries, and what is counted of them.</summary>
public sealed class SpeechTests
{
    private static readonly ModelDescription Base = SpeechCase.Base.Description;

    [Theory]
    [InlineData("encoder.conv1.weight", "encoder.conv1.weight")]
    [InlineData("encoder.embed_positions.weight", "encoder.positional_embedding")]
    [InlineData("encoder.layer_norm.bias", "encoder.ln_post.bias")]
    [InlineData("decoder.layer_norm.weight", "decoder.ln.weight")]
    [InlineData("decoder.embed_tokens.weight", "decoder.token_embedding.weight")]
    [InlineData("encoder.layers.3.self_attn_layer_norm.weight", "encoder.blocks.3.attn_ln.weight")]
    [InlineData("decoder.layers.5.encoder_attn_layer_norm.bias", "decoder.blocks.5.cross_attn_ln.bias")]
    [InlineData("decoder.layers.5.final_layer_norm.bias", "decoder.blocks.5.mlp_ln.bias")]
    [InlineData("decoder.layers.0.encoder_attn.k_proj.weight", "decoder.blocks.0.cross_attn.key.weight")]
    [InlineData("decoder.layers.0.self_attn.out_proj.bias", "decoder.blocks.0.attn.out.bias")]
    [InlineData("decoder.layers.0.self_attn.q_proj.bias", "decoder.blocks.0.attn.query.bias")]
    [InlineData("encoder.layers.0.fc1.weight", "encoder.blocks.0.mlp.0.weight")]
    [InlineData("encoder.layers.0.fc2.bias", "encoder.blocks.0.mlp.2.bias")]
    public void Tensors_have_the_names_that_OpenAI_gave_them(string theirs, string openAI) => Assert.Equal(openAI, GgmlFile.NameOf(theirs));

    [Fact]
    public void A_file_of_whisper_cpp_has_a_header_and_then_each_tensor_with_its_shape_turned_around()
    {
        string path = Path.GetTempFileName();
        try
        {
            GgmlFile.Write(path, Base, [new WeightTensor("encoder.layers.0.fc1.weight", [2, 3], [1, 2, 3, 4, 5, 6]), new WeightTensor("encoder.conv1.bias", [2], [7, 8])]);
            using var reader = new BinaryReader(File.OpenRead(path));
            int[] header = [.. Enumerable.Range(0, 14).Select(_ => reader.ReadInt32())];
            Assert.Equal([0x67676d6c, 51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1, 80, 201], header);
            reader.BaseStream.Position += 80 * 201 * sizeof(float);
            Assert.Equal(0, reader.ReadInt32());

            const string Matrix = "encoder.blocks.0.mlp.0.weight", Bias = "encoder.conv1.bias";
            Assert.Equal([2, Matrix.Length, 1, 3, 2], Enumerable.Range(0, 5).Select(_ => reader.ReadInt32()));
            Assert.Equal(Matrix, Encoding.ASCII.GetString(reader.ReadBytes(Matrix.Length)));
            Assert.Equal([1, 2, 3, 4, 5, 6], Enumerable.Range(0, 6).Select(_ => (float)reader.ReadHalf()));
            Assert.Equal([2, Bias.Length, 0, 1, 2], Enumerable.Range(0, 5).Select(_ => reader.ReadInt32()));
            Assert.Equal(Bias, Encoding.ASCII.GetString(reader.ReadBytes(Bias.Length)));
            Assert.Equal([7, 8], Enumerable.Range(0, 2).Select(_ => reader.ReadSingle()));
            Assert.Equal(reader.BaseStream.Length, reader.BaseStream.Position);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Graphs_of_whisper_have_keys_with_a_bias_of_zeros_and_scale_scores_by_their_queries()
    {
        var weights = new RandomWeights(Base, seed: 1);
        float[] bias = new GraphWeights(weights, Base)["model.encoder.layers.2.self_attn.qkv.bias"];
        Assert.Equal(3 * 512, bias.Length);
        Assert.Equal(weights["encoder.layers.2.self_attn.q_proj.bias"].Values[9] / 8, bias[9]);
        Assert.All(bias[512..1024], static value => Assert.Equal(0, value));
        Assert.Equal(weights["encoder.layers.2.self_attn.v_proj.bias"].Values[9], bias[1024 + 9]);
    }

    [Fact]
    public void Encoder_of_base_takes_97_billion_operations_of_which_attention_takes_28()
    {
        var costs = new ModelCosts(Base, WeightPrecision.Float32);
        double convolutions = (2.0 * 3000 * 240 * 512) + (2.0 * 1500 * 1536 * 512);
        double layer = (2.0 * 1500 * 12 * 512 * 512) + (4.0 * 1500 * 1500 * 512);
        double keysAndValues = 2.0 * 1500 * 6 * 2 * 512 * 512;
        Assert.Equal(convolutions + (6 * layer) + keysAndValues, costs.Encoding(1, 1500).Sum(static work => work.Flops));
        Assert.Equal(6 * 2 * 1500 * 512 * 4, costs.SourceCacheBytes(1500));
    }

    [Fact]
    public void Frames_are_transposed_for_those_who_read_channel_after_channel() =>
        Assert.Equal([1, 3, 5, 2, 4, 6], OnnxRuntimeSpeech.Transposed([1, 2, 3, 4, 5, 6], channels: 2));
}
