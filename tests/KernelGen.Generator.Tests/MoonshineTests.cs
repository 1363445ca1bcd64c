using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

/// <summary>How Moonshine is declared: its files say what no other's do.</summary>
public class MoonshineTests
{
    private const string Base = "\"hidden_size\": 416, \"intermediate_size\": 1664, \"encoder_num_hidden_layers\": 8, \"decoder_num_hidden_layers\": 8, \"partial_rotary_factor\": 0.62";

    [Fact]
    public void A_file_that_says_nothing_is_the_tiny_model()
    {
        ModelSpecification model = Read("");
        Assert.Equal((Architecture.Moonshine, 288, 8, 36, 1152), (model.Architecture, model.ModelDimension, model.Heads, model.HeadDimension, model.FeedForwardDimension));
        Assert.Equal((6, 6, 32768, 2665, 512), (model.EncoderLayers, model.DecoderLayers, model.TargetVocabularySize, model.MaxSourceLength, model.MaxTargetLength));
        Assert.Equal((PositionalEncoding.Rotary, 32, 10000.0), (model.PositionalEncoding, model.RotaryDimension, model.RotaryBase));
        Assert.Equal((Activation.Gelu, Activation.Silu, false, true), (model.Activation, model.DecoderActivation, model.GatedFeedForward, model.DecoderGatedFeedForward));
        Assert.Equal((1, true, false, false), (model.SourceChannels, model.LinearBias, model.AttentionBias, model.NormShift));
        Assert.Equal((1, 2), (model.StartToken, model.EndToken));
    }

    [Theory]
    [InlineData(Base, 32)]
    [InlineData("\"partial_rotary_factor\": 0.5", 18)]
    [InlineData("\"partial_rotary_factor\": 0.7", 25)]
    [InlineData("\"partial_rotary_factor\": 1, \"rope_scaling\": null", 36)]
    public void A_file_says_which_part_of_a_head_is_turned(string members, int expected) => Assert.Equal(expected, Read(members).RotaryDimension);

    [Fact]
    public void What_a_file_says_of_activations_and_angles_counts()
    {
        ModelSpecification model = Read("\"encoder_hidden_act\": \"relu\", \"decoder_hidden_act\": \"gelu_new\", \"rope_theta\": 500.5");
        Assert.Equal((Activation.Relu, Activation.GeluTanh, 500.5), (model.Activation, model.DecoderActivation, model.RotaryBase));
    }

    [Theory]
    [InlineData("\"encoder_num_key_value_heads\": 4", "encoder_num_key_value_heads")]
    [InlineData("\"decoder_num_key_value_heads\": \"many\"", "decoder_num_key_value_heads")]
    [InlineData("\"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling")]
    [InlineData("\"rope_parameters\": {\"rope_theta\": 1}", "rope_parameters")]
    [InlineData("\"partial_rotary_factor\": 1.5", "partial_rotary_factor")]
    [InlineData("\"partial_rotary_factor\": \"all\"", "partial_rotary_factor")]
    [InlineData("\"partial_rotary_factor\": 0.01", "RotaryDimension = 0")]
    [InlineData("\"rope_theta\": 0", "rope_theta")]
    [InlineData("\"attention_bias\": true", "AttentionBias = true")]
    [InlineData("\"decoder_hidden_act\": \"mish\"", "decoder_hidden_act")]
    public void What_is_not_supported_is_refused(string members, string named)
    {
        SpecificationResult result = Build(DeclareByFile(), $"{{\"model_type\": \"moonshine\", {members}}}");
        Assert.Null(result.Specification);
        Assert.Contains(result.Problems, problem => problem.Details.Any(detail => detail.Contains(named, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_attribute_wins_over_what_a_file_says_of_angles()
    {
        SpecificationResult result = Build(DeclareByFile() with { RotaryDimension = 16 }, """{"model_type": "moonshine", "rope_parameters": {"rope_theta": 10000}}""");
        Assert.Empty(result.Problems);
        Assert.Equal(16, result.Specification!.RotaryDimension);
    }

    [Theory]
    [InlineData(288, 8, null, 32)]
    [InlineData(416, 8, null, 32)]
    [InlineData(46, 2, null, 22)]
    [InlineData(46, 2, 21, 21)]
    public void Without_a_file_32_numbers_are_turned_or_the_whole_head(int dimension, int heads, int? declared, int expected) =>
        Assert.Equal(expected, Specify(Declare(Architecture.Moonshine) with { ModelDimension = dimension, Heads = heads, RotaryDimension = declared }).RotaryDimension);

    [Fact]
    public void No_more_than_a_head_can_be_turned()
    {
        Declaration declaration = Declare(Architecture.Moonshine) with { ModelDimension = 46, RotaryDimension = 23 };
        Problem problem = Assert.Single(Build(declaration).Problems);
        Assert.Equal((ProblemKind.SettingsDoNotGoTogether, Place.Of("RotaryDimension")), (problem.Kind, problem.Place));
    }

    [Theory]
    [InlineData("SourceChannels")]
    [InlineData("Trainable")]
    [InlineData("EmbeddingNorm")]
    [InlineData("OutputBias")]
    public void What_its_checkpoints_do_not_have_is_refused(string property)
    {
        Declaration declaration = Declare(Architecture.Moonshine) with
        {
            SourceChannels = property == "SourceChannels" ? 2 : null,
            Trainable = property == "Trainable" ? true : null,
            EmbeddingNorm = property == "EmbeddingNorm" ? true : null,
            OutputBias = property == "OutputBias" ? true : null,
        };
        Assert.Equal(Place.Of(property), Assert.Single(Build(declaration).Problems).Place);
    }

    [Fact]
    public void A_model_of_tokens_with_rotary_positions_cannot_be_trained()
    {
        Declaration declaration = Declare(Architecture.Vanilla) with { PositionalEncoding = (int)PositionalEncoding.Rotary };
        Assert.Equal(4, Specify(declaration).RotaryDimension);
        Assert.Equal(Place.Of("Trainable"), Assert.Single(Build(declaration with { Trainable = true }).Problems).Place);
    }

    private static ModelSpecification Read(string members) => Specify(DeclareByFile(), $"{{\"model_type\": \"moonshine\"{(members.Length > 0 ? ", " : "")}{members}}}");
}
