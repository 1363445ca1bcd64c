using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Generator.Tests;

/// <summary>The plan alone, without a compilation: strides, costs and tiles.</summary>
public class PlanningTests
{
    public static TheoryData<string, int> Registers => new() { { "Avx512", 32 }, { "Avx2", 16 }, { "Portable", 32 } };

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(512, 512)]
    [InlineData(1023, 1040)]
    [InlineData(1024, 1040)]
    [InlineData(2048, 2064)]
    public void Rows_of_a_linear_input_are_never_a_multiple_of_4096_bytes_apart(int width, int stride)
    {
        ModelPlan plan = Plan(modelDimension: 16, heads: 1, feedForward: width);
        Assert.Equal(stride, plan.FeedForwardStride);
        Assert.Equal(stride, Linear(plan, "feed_forward", WeightRole.Result).InputStride);
        Assert.Equal(stride, Linear(plan, "feed_forward", WeightRole.Input).OutputStride);
    }

    [Fact]
    public void Costs_are_counted()
    {
        ModelPlan plan = Plan(modelDimension: 256, heads: 4, feedForward: 512);
        Assert.Equal(2L * 256 * 768, Linear(plan, "self_attention", WeightRole.Input).FlopsPerRow);
        Assert.Equal(4L * ((256 * 768) + 768), Linear(plan, "self_attention", WeightRole.Input).WeightBytes);
        Assert.Equal(4L * ((256 * 3008) + 3008), plan.Logits.WeightBytes);
        Assert.Equal(4L * 256 * 10, plan.Attention.Flops(visible: 10));
    }

    [Theory]
    [InlineData(20, 5, 16)]
    [InlineData(64, 1, 64)]
    [InlineData(33, 3, 16)]
    [InlineData(72, 1, 80)]
    public void Each_head_has_whole_panels(int modelDimension, int heads, int headWidth)
    {
        ModelPlan plan = Plan(modelDimension, heads, feedForward: 8);
        Assert.Equal(headWidth, plan.Attention.HeadWidth);
        Assert.Equal(3 * heads * headWidth, Linear(plan, "self_attention", WeightRole.Input).Output);
        Assert.Equal(heads * headWidth, Linear(plan, "self_attention", WeightRole.Result).Input);
        Assert.All(VectorSet.All, vectors =>
        {
            int panels = headWidth / VectorSet.PanelWidth;
            Assert.Equal(0, panels % plan.Attention.WeightedSumPanels(vectors));
            TileShape sums = plan.Attention.WeightedSumTiles(vectors);
            Assert.Equal(0, panels % sums.Panels);
            Assert.All(sums.Tiles, tile => Assert.Equal(0, sums.Panels % tile.Panels));
        });
    }

    [Fact]
    public void The_scratch_is_enough_for_every_instruction_set()
    {
        ModelPlan plan = Plan(modelDimension: 64, heads: 2, feedForward: 8);
        Assert.Equal(128, plan.Attention.ScoreStride);
        Assert.All(VectorSet.All, vectors => Assert.InRange(AttentionPlan.BlockRows(vectors) * (128 + 32), 1, plan.AttentionScratch));
    }

    /// <summary>A tile that needs more registers than there are spills in its inner loop: sums, the weights of a step, and one input.</summary>
    [Theory]
    [MemberData(nameof(Registers))]
    public void Tiles_fit_into_the_registers(string name, int registers)
    {
        VectorSet vectors = VectorSet.All.Single(set => set.Name == name);
        Assert.Equal(1, vectors.LowRows.Last());
        Assert.Equal(vectors.LowRows.OrderByDescending(static rows => rows), vectors.LowRows);
        Assert.InRange(Used(vectors.TallRows, vectors.Panels), 1, registers);
        Assert.InRange(Used(vectors.TallInt8Rows, vectors.Panels) + (vectors == VectorSet.Portable ? 0 : 2), 1, registers);
        Assert.All(
            TileShape.Linear(vectors, vectors.TallRows, vectors.LowPanels, 64).Tiles.Concat(AttentionPlan.ScoreTiles(vectors).Tiles),
            tile => Assert.InRange(Used(tile.Rows, tile.Panels), 1, registers));

        int Used(int rows, int panels) => ((rows + (rows > 1 ? 1 : 0)) * panels * vectors.VectorsPerPanel) + 1;
    }

    /// <summary>There, inputs are multiplied lane by lane: a tile holds a vector of inputs of each row and two of weights beside its sums.</summary>
    [Fact]
    public void Portable_tiles_fit_into_the_registers_of_Arm64()
    {
        VectorSet vectors = VectorSet.Portable;
        Assert.InRange(Used(vectors.TallRows, vectors.Panels), 1, 32);
        Assert.InRange(Used(vectors.LowRows[0], vectors.LowPanels), 1, 32);

        int Used(int rows, int panels) => (rows * ((panels * vectors.VectorsPerPanel) + 1)) + 2;
    }

    /// <summary>No matter what the inputs are, nothing of a sum is lost: every four inputs together are at most 258, every weight at most 63.</summary>
    [Fact]
    public void Sums_of_multiplied_bytes_fit_in_32_bits()
    {
        for (int inputs = 1; inputs <= Limits.FeedForwardDimension; inputs++)
        {
            long multiplier = Math.Min(Int8Layout.ScaledBytes.LargestMultiplier, Int8Layout.MaxMultipliedInputs / inputs);
            long fours = Int8Layout.ScaledBytes.PaddedInputs(inputs) / 4;
            Assert.InRange(multiplier * fours * 258 * Int8Layout.ScaledBytes.LargestWeight, 1, int.MaxValue);
        }
    }

    /// <summary>The groups of panels are covered by whole tiles, fit into the layer, and waste little.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(2000)]
    public void Groups_of_panels_fit_into_the_layer(int panels)
    {
        Assert.All(VectorSet.All.SelectMany(static vectors => new[] { (vectors, vectors.LowPanels), (vectors, vectors.LowInt8Panels) }), tiles =>
        {
            (VectorSet vectors, int lowPanels) = tiles;
            TileShape shape = TileShape.Linear(vectors, vectors.TallRows, lowPanels, panels);
            Assert.InRange(shape.Panels, 1, panels);
            Assert.All(shape.Tiles, tile => Assert.Equal(0, shape.Panels % tile.Panels));
            Assert.InRange(((panels + shape.Panels - 1) / shape.Panels * shape.Panels) - panels, 0, Math.Max(1, panels / 5));
        });
    }

    internal static ModelPlan Plan(int modelDimension, int heads, int feedForward) => new(SpecificationTest.Specify(SpecificationTest.Declare(Architecture.Vanilla) with
    {
        ModelDimension = modelDimension,
        Heads = heads,
        FeedForwardDimension = feedForward,
        EncoderLayers = 1,
        DecoderLayers = 1,
        VocabularySize = 3000,
        MaxSourceLength = 100,
        MaxTargetLength = 128,
        TieEmbeddings = true,
    }));

    /// <summary>The kernel of a sublayer's layer.</summary>
    private static LinearPlan Linear(ModelPlan plan, string sublayer, WeightRole role) =>
        plan.Linears[plan.Recipe.Slots.First(slot => slot.Layer == 0 && slot.Stack == Stack.Encoder && slot.Role == role && plan.Recipe.Encoder.Layer[slot.Sublayer].Name == sublayer).Shape];
}
