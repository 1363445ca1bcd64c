using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;
using static KernelGen.Generator.Tests.SpecificationTest;

namespace KernelGen.Generator.Tests;

/// <summary>Declarations of models whose source is audio.</summary>
public class SpeechDeclarationTests
{
    [Fact]
    public void A_configuration_file_of_whisper_says_all()
    {
        ModelSpecification model = Specify(
            DeclareByFile(),
            """
            { "model_type": "whisper", "d_model": 1280, "encoder_attention_heads": 20, "decoder_attention_heads": 20, "encoder_ffn_dim": 5120, "decoder_ffn_dim": 5120, "encoder_layers": 32,
              "decoder_layers": 4, "vocab_size": 51866, "num_mel_bins": 128, "max_source_positions": 1500, "max_target_positions": 448, "activation_function": "gelu",
              "scale_embedding": false, "decoder_start_token_id": 50258, "eos_token_id": 50257, "pad_token_id": 50257 }
            """);
        Assert.Equal((Architecture.Whisper, 1280, 20, 5120, 32, 4), (model.Architecture, model.ModelDimension, model.Heads, model.FeedForwardDimension, model.EncoderLayers, model.DecoderLayers));
        Assert.Equal((128, 0, 51866, 1500, 448), (model.SourceChannels, model.SourceVocabularySize, model.TargetVocabularySize, model.MaxSourceLength, model.MaxTargetLength));
        Assert.Equal((50258, 50257, 50257), (model.StartToken, model.EndToken, model.PadToken));
        Assert.False(model.KeyBias);
        Assert.True(model.TieEmbeddings);
    }

    [Fact]
    public void Convolutions_are_linear_kernels_over_rows_that_overlap()
    {
        var plan = new ModelPlan(Specify(Declare(Architecture.Whisper) with { ModelDimension = 384, Heads = 6, SourceChannels = 128 }));

        // Both have as many inputs as another linear layer, or one another, and yet tiles of their own.
        LinearPlan[] convolutions = [.. plan.Linears.Where(static linear => linear.Kind == "Convolution")];
        Assert.Equal(["Convolution384To384Gelu", "Convolution1152To384Gelu"], convolutions.Select(static linear => linear.Name));
        Assert.Equal([(384, 128, 384), (1152, 768, 384)], convolutions.Select(static linear => (linear.Input, linear.InputStride, linear.OutputStride)));
        Assert.Equal(plan.Linears.Count, plan.Linears.Select(static linear => linear.Name).Distinct().Count());
        Assert.All(plan.Linears.GroupBy(static linear => linear.TileName), static same => Assert.Single(same.Select(static linear => linear.Tiles).Distinct()));
    }

    [Theory]
    [InlineData(Architecture.Bart, 80, null, null, "SourceChannels = 80", "the source of Architecture.Bart is tokens")]
    [InlineData(Architecture.Whisper, null, 70, null, "SourceVocabularySize = 70", "the source is audio, which has no tokens; set TargetVocabularySize")]
    [InlineData(Architecture.Moonshine, null, null, true, "Trainable = true", "models whose source is samples of sound cannot be trained; those that read frames, as Architecture.Whisper does, can")]
    public void What_does_not_go_with_audio_is_refused(Architecture architecture, int? channels, int? vocabulary, bool? trainable, string setting, string reason)
    {
        Declaration declaration = Declare(architecture) with { SourceChannels = channels, Trainable = trainable };
        declaration = vocabulary is null ? declaration : declaration with { VocabularySize = null, SourceVocabularySize = vocabulary, TargetVocabularySize = 51865 };
        Problem problem = Assert.Single(Build(declaration).Problems, static problem => problem.Kind == ProblemKind.SettingsDoNotGoTogether);
        Assert.Equal(setting, problem.Details[0]);
        Assert.Contains(reason, problem.Details[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_vocabulary_is_that_of_the_target()
    {
        Declaration declaration = Declare(Architecture.Whisper);
        Assert.Equal(Specify(declaration), Specify(declaration with { VocabularySize = null, TargetVocabularySize = declaration.VocabularySize }));
        Problem problem = Assert.Single(Build(declaration with { VocabularySize = null }).Problems);
        Assert.Equal((ProblemKind.DimensionMissing, "VocabularySize"), (problem.Kind, problem.Details.Last()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1 << 20)]
    public void Channels_out_of_range_are_refused(int channels) => Assert.Contains(
        Build(Declare(Architecture.Whisper) with { SourceChannels = channels }).Problems,
        static problem => problem.Kind is ProblemKind.DimensionNotPositive or ProblemKind.DimensionTooLarge);

    [Theory]
    [InlineData(Architecture.Whisper, "EncoderDecoder", "SpeechModel")]
    [InlineData(Architecture.Marian, "SpeechModel", "EncoderDecoder")]
    public void The_base_class_is_that_of_the_kind_of_source(Architecture architecture, string named, string expected)
    {
        Assert.Empty(Build(Declare(architecture) with { BaseClass = expected }).Problems);
        Problem problem = Assert.Single(Build(Declare(architecture) with { BaseClass = named }).Problems);
        Assert.Equal(ProblemKind.OtherBaseClass, problem.Kind);
        Assert.Equal(expected, problem.Details.Last());
    }

    [Theory]
    [InlineData(Architecture.Whisper)]
    [InlineData(Architecture.Moonshine)]
    public void The_attribute_of_speech_says_what_the_other_one_says(Architecture architecture)
    {
        Declaration declaration = Declare(architecture) with { BaseClass = "SpeechModel" };
        Assert.Equal(Specify(declaration), Specify(declaration with { IsOfSpeech = true }));
    }

    [Fact]
    public void The_attribute_of_speech_takes_no_other_family()
    {
        Problem problem = Assert.Single(Build(Declare(Architecture.Bart) with { IsOfSpeech = true }).Problems);
        Assert.Equal((ProblemKind.SettingsDoNotGoTogether, "Architecture.Bart"), (problem.Kind, problem.Details[0]));
        Assert.Contains("choose Architecture.Whisper or Architecture.Moonshine, or declare the model with [EncoderDecoderModel]", problem.Details[1], StringComparison.Ordinal);
        problem = Assert.Single(Build(DeclareByFile() with { IsOfSpeech = true }, """{ "model_type": "marian" }""").Problems);
        Assert.Equal(ProblemKind.UnknownModelType, problem.Kind);
        Assert.Equal("moonshine, whisper, the models of speech that [SpeechToTextModel] takes", problem.Details.Last());
    }
}
