using System.Text.Json;

namespace KernelGen.Tool.Tests;

public sealed class InspectTests : IDisposable
{
    private const string Config = """
        {
          "model_type": "marian", "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
          "encoder_ffn_dim": 96, "decoder_ffn_dim": 96, "vocab_size": 70, "max_position_embeddings": 64, "activation_function": "swish",
          "scale_embedding": true, "decoder_start_token_id": 69, "eos_token_id": 0, "pad_token_id": 69
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "vanilla-head-64",
        "torch.nn.Transformer",
        """
        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 128, Heads = 2, FeedForwardDimension = 256, EncoderLayers = 1, DecoderLayers = 1,
            VocabularySize = 100, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "vanilla-pre-norm-odd-dimensions",
        "torch.nn.Transformer",
        """
        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 20, Heads = 1, FeedForwardDimension = 36, EncoderLayers = 2, DecoderLayers = 1,
            SourceVocabularySize = 33, TargetVocabularySize = 41, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "marian",
        "Hugging Face Marian",
        """
        [EncoderDecoderModel(Architecture.Marian,
            ModelDimension = 64, Heads = 1, FeedForwardDimension = 96, EncoderLayers = 2, DecoderLayers = 2,
            VocabularySize = 70, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "bart",
        "Hugging Face BART",
        """
        [EncoderDecoderModel(Architecture.Bart,
            ModelDimension = 48, Heads = 1, FeedForwardDimension = 80, EncoderLayers = 2, DecoderLayers = 2,
            VocabularySize = 45, MaxSourceLength = 64, MaxTargetLength = 64)]
        public sealed partial class Model;

        """,
        "Heads")]
    public void ACheckpointGivesTheDeclarationOfItsDimensions(string model, string family, string declaration, string assumed)
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights(model), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(family, run.Json.GetProperty("family").GetString());
        Assert.Equal(declaration.ReplaceLineEndings("\n"), run.Json.GetProperty("declaration").GetString());
        Assert.Equal(assumed, string.Join(", ", run.Json.GetProperty("settings").EnumerateArray()
            .Where(static setting => setting.GetProperty("isAssumed").GetBoolean())
            .Select(static setting => setting.GetProperty("name").GetString())));
    }

    [Fact]
    public void TensorsAreListedWithTypesAndShapes()
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights("bart"));

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"model\.shared\.weight +F32 +\[45, 48\] +8,640", run.Output);
        Assert.Contains("public sealed partial class Model;", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public void AConfigurationBesideTheWeightsDeclaresThem()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);

        ToolRun run = ToolRun.Of("inspect", _folder.File("model.safetensors"), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("[EncoderDecoderModel(\"config.json\")]\npublic sealed partial class Model;\n", run.Json.GetProperty("declaration").GetString());
        JsonElement heads = run.Json.GetProperty("settings").EnumerateArray().Single(static setting => setting.GetProperty("name").GetString() == "Heads");
        Assert.Equal("4", heads.GetProperty("value").GetString());
        Assert.Equal(_folder.File("config.json"), run.Json.GetProperty("additionalFile").GetString());
    }

    [Fact]
    public void ASettingOnTheCommandLineWins()
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights("vanilla-head-64"), "--set", "heads=8", "--set", "Activation=Gelu", "--json");

        string declaration = run.Json.GetProperty("declaration").GetString()!;
        Assert.Contains("Heads = 8", declaration, StringComparison.Ordinal);
        Assert.Contains("Activation = Activation.Gelu", declaration, StringComparison.Ordinal);
    }

    [Fact]
    public void APackedFileShowsItsHeaderAndItsDeclaration()
    {
        string packed = _folder.File("model.packed");
        ToolRun.Of("pack", ToolRun.Weights("bart"), "-o", packed, "--precision", "int8", "--set", "Heads=3");

        ToolRun run = ToolRun.Of("inspect", packed, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("packed", run.Json.GetProperty("format").GetString());
        Assert.Equal("int8", run.Json.GetProperty("packed").GetProperty("precision").GetString());
        Assert.Equal("3", run.Json.GetProperty("packed").GetProperty("fields").GetProperty("Heads").GetString());
        Assert.Contains("Heads = 3", run.Json.GetProperty("declaration").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoFileOfWeightsIsRefused()
    {
        ToolRun.Of("inspect", _folder.File("none.safetensors")).AssertRefused("none.safetensors");
        ToolRun.Of("inspect", _folder.Write("text.safetensors", "These are no weights at all.")).AssertRefused("not a safetensors file");
        ToolRun.Of("inspect", _folder.Write("empty.safetensors", "")).AssertRefused("empty.safetensors");
        ToolRun.Of("inspect", _folder.Path).AssertRefused(_folder.Path);
    }
}
