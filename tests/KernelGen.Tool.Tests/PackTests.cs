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
