using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Tests;

/// <summary>Arithmetic and bytes, against numbers counted by hand.</summary>
public sealed class ModelCostsTests
{
    private static readonly ModelCosts Base = new(ModelCase.Base.Description, WeightPrecision.Float32);

    [Fact]
    public void Linear_layer_multiplies_each_weight_with_each_row()
    {
        Work work = Base.Linear(512, 2048, 24);
        Assert.Equal(2.0 * 24 * 512 * 2048, work.Flops);
        Assert.Equal(4.0 * 512 * 2048, work.WeightBytes);
    }

    [Fact]
    public void Int8_weights_take_a_quarter_of_the_bytes_for_the_same_arithmetic()
    {
        Work[] whole = [.. Base.Generation(1, 24, 24)];
        Work[] quantised = [.. new ModelCosts(ModelCase.Base.Description, WeightPrecision.Int8).Generation(1, 24, 24)];
        Assert.Equal(whole.Sum(static work => work.Flops), quantised.Sum(static work => work.Flops));
        Assert.Equal(whole.Sum(static work => work.WeightBytes) / 4, quantised.Sum(static work => work.WeightBytes));
    }

    [Fact]
    public void Encoder_layer_has_twelve_squares_of_weights_and_two_products_of_attention()
    {
        const double Weights = 12.0 * 512 * 512;
        Work[] layer = [.. Base.EncoderLayer(32, 24)];
        Assert.Equal((2 * 32 * 24 * Weights) + (4.0 * 32 * 24 * 24 * 512), layer.Sum(static work => work.Flops));
        Assert.Equal(4 * Weights, layer.Sum(static work => work.WeightBytes));
    }

    [Fact]
    public void Decoding_step_of_the_base_model_reads_154_megabytes()
    {
        // Six layers of 14 squares, and 32,000 rows of output projection.
        Assert.Equal(4.0 * ((6 * 14 * 512 * 512) + (32000 * 512)), Base.DecodingBytes);
    }

    [Fact]
    public void Decoding_step_of_a_gated_model_counts_the_gate_and_the_width_of_its_heads()
    {
        // Eight layers, each with six matrices between the model and six heads of 64 columns, and three of the feed-forward block.
        const double Layer = (6.0 * 512 * 384) + (3 * 512 * 1024);
        Assert.Equal(4 * ((8 * Layer) + (32128 * 512)), new ModelCosts(ModelCase.T5Gated.Description, WeightPrecision.Float32).DecodingBytes);
    }

    [Fact]
    public void Generation_of_the_base_model_takes_2_9_gigaflops_a_sentence() =>
        Assert.Equal(2.9e9, Base.Generation(1, 24, 24).Sum(static work => work.Flops), 0.05e9);

    [Fact]
    public void Batch_reads_weights_once()
    {
        Work[] alone = [.. Base.Generation(1, 24, 24)];
        Work[] batch = [.. Base.Generation(32, 24, 24)];
        Assert.Equal(alone.Sum(static work => work.WeightBytes), batch.Sum(static work => work.WeightBytes));
        Assert.Equal(32 * alone.Sum(static work => work.Flops), batch.Sum(static work => work.Flops), 1.0);
    }
}
