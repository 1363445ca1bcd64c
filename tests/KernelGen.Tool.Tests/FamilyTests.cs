using System.Text.Json;

namespace KernelGen.Tool.Tests;

/// <summary>Every command on a folder of each family, with its configuration and by its tensors alone.</summary>
public sealed class FamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Models => ["t5-v1_0", "t5-v1_1", "m2m100", "mbart50", "pegasus"];

    [Theory]
    [InlineData(
        "t5-v1_0",
        "Hugging Face T5",
        """
        [EncoderDecoderModel(Architecture.T5,
            ModelDimension = 28, Heads = 3, HeadDimension = 8, FeedForwardDimension = 44, EncoderLayers = 2,
            DecoderLayers = 2, VocabularySize = 67, MaxSourceLength = 512, MaxTargetLength = 512, ScaleOutput = true)]
        public sealed partial class Model;

        """,
        "MaxSourceLength, MaxTargetLength, ScaleOutput")]
    [InlineData(
        "t5-v1_1",
        "Hugging Face T5",
        """
        [EncoderDecoderModel(Architecture.T5,
            ModelDimension = 30, Heads = 5, HeadDimension = 11, FeedForwardDimension = 37, EncoderLayers = 3,
            DecoderLayers = 2, VocabularySize = 61, MaxSourceLength = 512, MaxTargetLength = 512,
            GatedFeedForward = true, Activation = Activation.GeluTanh)]
        public sealed partial class Model;

        """,
        "Activation, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "m2m100",
        "Hugging Face M2M100",
        """
        [EncoderDecoderModel(Architecture.M2M100,
            ModelDimension = 36, Heads = 1, FeedForwardDimension = 52, EncoderLayers = 2, DecoderLayers = 2,
            VocabularySize = 71, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "mbart50",
        "Hugging Face BART",
        """
        [EncoderDecoderModel(Architecture.Bart,
            ModelDimension = 40, Heads = 1, FeedForwardDimension = 60, EncoderLayers = 2, DecoderLayers = 1,
            VocabularySize = 64, MaxSourceLength = 48, MaxTargetLength = 48, FinalNorm = true,
            NormPlacement = NormPlacement.Pre)]
        public sealed partial class Model;

        """,
        "Heads, NormPlacement")]
    [InlineData(
        "pegasus",
        "Hugging Face PEGASUS",
        """
        [EncoderDecoderModel(Architecture.Pegasus,
            ModelDimension = 32, Heads = 1, FeedForwardDimension = 44, EncoderLayers = 1, DecoderLayers = 2,
            VocabularySize = 120, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    public void Tensors_alone_give_the_declaration(string model, string family, string declaration, string assumed)
    {
        string path = _folder.File("model.safetensors");
        File.Copy(ToolRun.Weights(model), path);

        ToolRun run = ToolRun.Of("inspect", path, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(family, run.Json.GetProperty("family").GetString());
        Assert.Equal(declaration.ReplaceLineEndings("\n"), run.Json.GetProperty("declaration").GetString());
        Assert.Equal(assumed, string.Join(", ", run.Json.GetProperty("settings").EnumerateArray()
            .Where(static setting => setting.GetProperty("isAssumed").GetBoolean())
            .Select(static setting => setting.GetProperty("name").GetString())
            .Order(StringComparer.Ordinal)));
        Assert.Equal((0, ""), (ToolRun.Of("check", path).ExitCode, run.Error));
        ToolRun.Of("pack", path, "-o", _folder.File("model.packed")).AssertRefused("The tensors do not tell");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_configuration_beside_the_weights_declares_them_alone(string model)
    {
        string folder = Path.GetDirectoryName(ToolRun.Weights(model))!;

        ToolRun inspect = ToolRun.Of("inspect", folder, "--json");
        ToolRun check = ToolRun.Of("check", folder, "--json");

        Assert.Equal((0, ""), (inspect.ExitCode, inspect.Error));
        Assert.Equal("[EncoderDecoderModel(\"config.json\")]", inspect.Json.GetProperty("declaration").GetString()!.Split('\n')[0].Replace($"Weights/{model}/", "", StringComparison.Ordinal));
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.True(check.Json.GetProperty("fits").GetBoolean());
        Assert.Empty(check.Json.GetProperty("notices").EnumerateArray());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_packed_file_declares_the_same_model(string model)
    {
        string packed = _folder.File("model.packed");

        ToolRun pack = ToolRun.Of("pack", ToolRun.Weights(model), "-o", packed, "--precision", "int8", "--json");
        ToolRun inspect = ToolRun.Of("inspect", packed, "--json");
        ToolRun check = ToolRun.Of("check", packed);

        Assert.Equal((0, ""), (pack.ExitCode, pack.Error));
        JsonElement error = pack.Json.GetProperty("error");
        Assert.InRange(error.GetProperty("meanDifference").GetDouble(), double.Epsilon, error.GetProperty("largestLogit").GetDouble() / 50);
        Assert.Equal((0, ""), (inspect.ExitCode, inspect.Error));
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Equal(Settings(ToolRun.Of("inspect", ToolRun.Weights(model), "--json")), Settings(inspect));
    }

    [Fact]
    public void Relative_positions_and_the_width_of_heads_are_shown_where_a_model_has_them()
    {
        Dictionary<string, string> t5 = Settings(ToolRun.Of("inspect", ToolRun.Weights("t5-v1_0"), "--json"));
        Dictionary<string, string> pegasus = Settings(ToolRun.Of("inspect", ToolRun.Weights("pegasus"), "--json"));

        Assert.Equal(("8", "32", "128"), (t5["HeadDimension"], t5["RelativePositionBuckets"], t5["RelativePositionDistance"]));
        Assert.DoesNotContain("HeadDimension", pegasus.Keys);
        Assert.DoesNotContain("RelativePositionBuckets", pegasus.Keys);
    }

    [Fact]
    public void Buckets_and_positions_that_a_file_holds_are_read_from_it()
    {
        const string Table = "model.encoder.embed_positions.weight";
        string one = SafetensorsEdit.AddTensor(ToolRun.Weights("pegasus"), _folder.File("one.safetensors"), Table, [40, 32]);
        string both = SafetensorsEdit.AddTensor(one, _folder.File("both.safetensors"), Table.Replace("encoder", "decoder", StringComparison.Ordinal), [50, 32]);
        Dictionary<string, string> pegasus = Settings(ToolRun.Of("inspect", both, "--json"));
        Assert.Equal(("40", "50", "SinusoidalSplit"), (pegasus["MaxSourceLength"], pegasus["MaxTargetLength"], pegasus["PositionalEncoding"]));

        const string Bias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        string t5 = SafetensorsEdit.AddTensor(ToolRun.Weights("t5-v1_0"), _folder.File("t5.safetensors"), Bias, [16, 4], renamed: (Bias, "spare"));
        Dictionary<string, string> settings = Settings(ToolRun.Of("inspect", t5, "--json"));
        Assert.Equal(("4", "16", "6"), (settings["Heads"], settings["RelativePositionBuckets"], settings["HeadDimension"]));
    }

    [Fact]
    public void A_model_of_each_family_is_measured()
    {
        foreach (string model in new[] { "t5-v1_1", "m2m100" })
        {
            ToolRun run = ToolRun.Of("bench", ToolRun.Weights(model), "--seconds", "1", "--max-length", "4", "--source-length", "16", "--json");

            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.NotEmpty(run.Json.GetProperty("speeds").EnumerateArray());
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Check("t5-v1_1", "GatedFeedForward=false", "GatedFeedForward = false, but the file has gates");
        Check("t5-v1_0", "GatedFeedForward=true", "GatedFeedForward = true, but the file has no gates");
        Check("t5-v1_0", "RelativePositionBuckets=16", "RelativePositionBuckets = 16, but 2 tensors say 32");
        Check("t5-v1_0", "HeadDimension=9", "HeadDimension = 9, but 24 tensors say 8");
        Check("m2m100", "EmbeddingNorm=true", "layernorm_embedding.weight");

        static void Check(string model, string setting, string said)
        {
            ToolRun run = ToolRun.Of("check", ToolRun.Weights(model), "--set", setting);
            Assert.Equal((1, ""), (run.ExitCode, run.Error));
            Assert.Contains(said, run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Families_that_are_not_read_are_named()
    {
        string path = SafetensorsEdit.AddTensor(
            ToolRun.Weights("t5-v1_0"), _folder.File("model.safetensors"), "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight", [32, 3]);
        ToolRun.Of("inspect", path).AssertRefused("looks like a Hugging Face UMT5 or LongT5 checkpoint, which no architecture reads. KernelGen reads torch.nn.Transformer, Hugging Face Marian");

        File.Copy(ToolRun.Weights("t5-v1_0"), path, overwrite: true);
        _folder.Write("config.json", """{"model_type": "umt5"}""");
        ToolRun.Of("check", _folder.Path).AssertRefused("KG0043: ");
        _folder.Write("config.json", """{"model_type": "t5", "feed_forward_proj": "maxout"}""");
        ToolRun.Of("inspect", _folder.Path).AssertRefused("KG0045: ");
    }

    private static Dictionary<string, string> Settings(ToolRun run) => run.Json.GetProperty("settings").EnumerateArray()
        .ToDictionary(static setting => setting.GetProperty("name").GetString()!, static setting => setting.GetProperty("value").GetString()!);
}
