using System.Globalization;
using System.Text.Json;

namespace KernelGen.Tool.Tests;

public sealed class PackTests : IDisposable
{
    private const string Declaration = """
        namespace Anything;

        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 128, Heads = 2, FeedForwardDimension = 256, EncoderLayers = 1, DecoderLayers = 1,
            VocabularySize = 100, MaxSourceLength = 64, MaxTargetLength = 64)]
        internal sealed partial class Translator;
        """;

    private const string WideDeclaration = """
        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 256, Heads = 4, FeedForwardDimension = 512, EncoderLayers = 3, DecoderLayers = 3,
            SourceVocabularySize = 2744, TargetVocabularySize = 3000, MaxSourceLength = 128, MaxTargetLength = 128, TieEmbeddings = true)]
        internal sealed partial class Translator;
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Float32_is_exact()
    {
        JsonElement error = Pack("float32").GetProperty("error");

        Assert.Equal(0, error.GetProperty("largestDifference").GetDouble());
        Assert.Equal(0, error.GetProperty("differingTokens").GetInt32());
        Assert.Equal(0, error.GetProperty("differingSources").GetInt32());
        Assert.True(error.GetProperty("tokens").GetInt32() >= 32);
    }

    [Fact]
    public void Smaller_weights_are_smaller_and_their_error_is_measured()
    {
        JsonElement bfloat16 = Pack("bfloat16");
        JsonElement int8 = Pack("int8");

        Assert.True(int8.GetProperty("outputBytes").GetInt64() < bfloat16.GetProperty("outputBytes").GetInt64());
        foreach (JsonElement report in new[] { bfloat16, int8 })
        {
            JsonElement error = report.GetProperty("error");
            double mean = error.GetProperty("meanDifference").GetDouble();
            double largest = error.GetProperty("largestDifference").GetDouble();
            Assert.InRange(mean, double.Epsilon, largest);
            Assert.InRange(largest, mean, error.GetProperty("largestLogit").GetDouble() / 10);
        }
    }

    [Fact]
    public void The_packed_file_fits_its_declaration()
    {
        Pack("int8");

        Assert.Equal(0, ToolRun.Of("check", _folder.File("int8.packed"), "--declaration", _folder.File("Translator.cs")).ExitCode);
        Assert.Equal(1, ToolRun.Of("check", _folder.File("int8.packed"), "--declaration", _folder.File("Translator.cs"), "--set", "Activation=Gelu").ExitCode);
    }

    /// <summary>A model of 256 dimensions, whose layers may have 4 bits; those that bear less error than the budget have.</summary>
    [Fact]
    public void Layers_have_4_bits_where_the_budget_bears_their_error()
    {
        string declaration = _folder.Write("Wide.cs", WideDeclaration);
        ToolRun PackWide(params string[] more) => ToolRun.Of(["pack", ToolRun.Weights("zh-en"), "-o", _folder.File("int4.packed"), "--precision", "int4", "--declaration", declaration, .. more]);
        JsonElement report = PackWide("--json").Json;
        JsonElement[] layers = [.. report.GetProperty("layers").EnumerateArray()];

        // Three layers of an encoder with four products each, and three of a decoder with seven.
        Assert.Equal(33, layers.Length);
        Assert.All(layers, static layer => Assert.InRange(layer.GetProperty("error").GetDouble(), 0.01, 1));
        Assert.Equal("encoder 0, self attention, first", layers[0].GetProperty("name").GetString());
        double middle = layers.Select(static layer => layer.GetProperty("error").GetDouble()).Order().ElementAt(16);
        string budget = middle.ToString("R", CultureInfo.InvariantCulture);
        JsonElement[] some = [.. PackWide("--budget", budget, "--json").Json.GetProperty("layers").EnumerateArray()];
        Assert.All(some, layer => Assert.Equal(layer.GetProperty("error").GetDouble() <= middle ? 4 : 8, layer.GetProperty("bits").GetInt32()));
        Assert.Equal(17, some.Count(static layer => layer.GetProperty("bits").GetInt32() == 4));

        ToolRun shown = PackWide("--budget", budget);
        Assert.Contains("17 of 33 layers have 4 bits; the output projection has 8.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("decoder 2, cross attention, keys and values", shown.Output, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("check", _folder.File("int4.packed"), "--declaration", declaration).ExitCode);
    }

    [Fact]
    public void Narrow_models_have_8_bits()
    {
        JsonElement int4 = Pack("int4");

        Assert.Empty(int4.GetProperty("layers").EnumerateArray());
        Assert.Equal(Pack("int8").GetProperty("error").GetProperty("meanDifference").GetDouble(), int4.GetProperty("error").GetProperty("meanDifference").GetDouble());
        ToolRun shown = ToolRun.Of("pack", ToolRun.Weights("vanilla-head-64"), "-o", _folder.File("int4.packed"), "--precision", "int4", "--declaration", _folder.File("Translator.cs"));
        Assert.Contains("all have 8", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int8", "0.1", "--budget is for --precision int4")]
    [InlineData("int4", "-1", "--budget is -1")]
    [InlineData("int4", "NaN", "--budget is NaN")]
    [InlineData("int4", "some", "--budget")]
    [InlineData("int2", "0.1", "--precision cannot be 'int2'")]
    public void A_budget_that_means_nothing_is_refused(string precision, string budget, string expected) => ToolRun
        .Of("pack", ToolRun.Weights("bart"), "-o", _folder.File("refused.packed"), "--set", "Heads=3", "--precision", precision, "--budget", budget).AssertRefused(expected);

    [Fact]
    public void What_the_file_does_not_tell_is_not_guessed() =>
        ToolRun.Of("pack", ToolRun.Weights("vanilla-head-64"), "-o", _folder.File("guess.packed")).AssertRefused("--set Heads=2");

    [Fact]
    public void A_checkpoint_is_not_overwritten_and_a_packed_file_not_packed_again()
    {
        Pack("int8");
        string copy = _folder.File("copy.safetensors");
        File.Copy(ToolRun.Weights("bart"), copy);

        ToolRun.Of("pack", copy, "-o", copy, "--set", "Heads=3").AssertRefused("checkpoint itself");
        ToolRun.Of("pack", _folder.File("int8.packed"), "-o", _folder.File("again.packed")).AssertRefused("packed already");
        ToolRun.Of("pack", copy, "-o", _folder.File("none/model.packed"), "--set", "Heads=3").AssertRefused("cannot be written");
    }

    [Fact]
    public void A_model_of_speech_is_packed_measured_and_declared_by_its_file()
    {
        string packed = _folder.File("speech.packed");
        ToolRun run = ToolRun.Of(["pack", "-o", packed, "--precision", "int8", "--json", .. ToolRun.Speech]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement error = run.Json.GetProperty("error");
        Assert.Equal(8, error.GetProperty("sources").GetInt32());
        Assert.InRange(error.GetProperty("largestDifference").GetDouble(), double.Epsilon, error.GetProperty("largestLogit").GetDouble() / 10);
        string declaration = ToolRun.Of(["inspect", packed, "--json", .. ToolRun.Speech[1..]]).Json.GetProperty("declaration").GetString()!;
        Assert.StartsWith("[SpeechToTextModel(Architecture.Whisper,", declaration, StringComparison.Ordinal);
        Assert.Contains(" VocabularySize = 101,", declaration, StringComparison.Ordinal);
        Assert.DoesNotContain("SourceVocabularySize", declaration, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("check", packed, "--declaration", _folder.Write("Speech.cs", declaration)).ExitCode);
        string configuration = _folder.Write(
            "config.json",
            """
            {
              "model_type": "whisper", "d_model": 30, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 44, "decoder_ffn_dim": 44,
              "encoder_layers": 2, "decoder_layers": 2, "vocab_size": 101, "num_mel_bins": 80, "max_source_positions": 50, "max_target_positions": 40,
              "decoder_start_token_id": 31, "eos_token_id": 30, "pad_token_id": 30
            }
            """);
        string ofConfiguration = ToolRun.Of("inspect", packed, "--config", configuration, "--json").Json.GetProperty("declaration").GetString()!;
        Assert.StartsWith("[SpeechToTextModel(\"config.json\")]", ofConfiguration, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("check", packed, "--config", configuration).ExitCode);
    }

    private JsonElement Pack(string precision)
    {
        string declaration = _folder.Write("Translator.cs", Declaration);
        ToolRun run = ToolRun.Of("pack", ToolRun.Weights("vanilla-head-64"), "-o", _folder.File(precision + ".packed"), "--precision", precision, "--declaration", declaration, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(precision, run.Json.GetProperty("precision").GetString());
        return run.Json;
    }
}
