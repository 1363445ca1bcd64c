using System.Text.Json;

namespace KernelGen.Tool.Tests;

public sealed class CheckTests : IDisposable
{
    private const string Bart = "Architecture.Bart, ModelDimension = 48, Heads = 3, FeedForwardDimension = 80, EncoderLayers = 2, DecoderLayers = 2, VocabularySize = 45, MaxSourceLength = 64, MaxTargetLength = 64";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_that_fit_end_with_zero()
    {
        ToolRun run = ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("fits", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_tensor_that_does_not_fit_is_named()
    {
        ToolRun run = ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", $"[EncoderDecoderModel({Bart})]", "--set", "FeedForwardDimension=96", "--set", "VocabularySize=46", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.False(run.Json.GetProperty("fits").GetBoolean());
        string?[] tensors = [.. run.Json.GetProperty("problems").EnumerateArray().Select(static problem => problem.GetProperty("tensor").GetString())];
        IEnumerable<string> expected = new[] { "encoder", "decoder" }
            .SelectMany(static stack => new[] { 0, 1 }.SelectMany(layer => new[] { "fc1.weight", "fc1.bias", "fc2.weight" }.Select(name => $"model.{stack}.layers.{layer}.{name}")))
            .Append("final_logits_bias")
            .Append("model.shared.weight");
        Assert.Equal(expected.Order(StringComparer.Ordinal), tensors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void One_wrong_number_is_said_first()
    {
        ToolRun run = ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "ModelDimension=96");

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Matches("does not fit what --declaration says: [0-9]+ problems", lines[0]);
        Assert.Matches("^ModelDimension = 96, but [0-9]+ tensors say 48[.]$", lines[1]);
        string[] rows = [.. lines.Where(static line => line.StartsWith("model.", StringComparison.Ordinal))];
        Assert.Equal(int.Parse(lines[0].Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture), rows.Length);
        Assert.All(rows, static row => Assert.Matches(@"^model\.[^ ]+ +has shape \[[0-9, ]+\]; expected \[[0-9, ]+\]$", row));
        Assert.Equal("ModelDimension = 96, but " + lines[1].Split(' ')[4] + " tensors say 48", ToolRun.Of(
            "check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "ModelDimension=96", "--json").Json.GetProperty("causes")[0].GetString());
    }

    [Fact]
    public void A_problem_by_itself_is_said_in_full()
    {
        ToolRun run = ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "MaxSourceLength=65");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("1 problem.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Lower MaxSourceLength to 64 or less", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The weights may hold an output projection that the declaration denies.</summary>
    [Fact]
    public void An_output_projection_that_contradicts_the_declaration_is_noticed()
    {
        string path = SafetensorsEdit.AddTensor(ToolRun.Weights("bart"), _folder.File("head.safetensors"), "lm_head.weight", [45, 48]);

        ToolRun check = ToolRun.Of("check", path, "--declaration", Bart);
        ToolRun inspect = ToolRun.Of("inspect", path, "--set", "Heads=3");

        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Equal((0, ""), (inspect.ExitCode, inspect.Error));
        Assert.All(new[] { check.Output, inspect.Output }, static output => Assert.Contains("Note: The weights have an output projection of their own, 'lm_head.weight'", output, StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_layers_and_tensors_are_named()
    {
        ToolRun run = ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "EncoderLayers=3", "--set", "FinalNorm=true", "--json");

        Assert.Equal(1, run.ExitCode);
        string[] tensors = [.. run.Json.GetProperty("problems").EnumerateArray().Select(static problem => problem.GetProperty("tensor").GetString()!)];
        Assert.Contains("model.decoder.layer_norm.weight", tensors);
        Assert.Equal("EncoderLayers = 3, but the file has 2", run.Json.GetProperty("causes")[0].GetString());
    }

    [Fact]
    public void A_declaration_that_cannot_work_is_told_as_the_compiler_tells_it()
    {
        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "Heads=5").AssertRefused("KG0013");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", "Architecture.Bart, Wrong = 3").AssertRefused("Wrong");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", Bart, "--set", "Wrong=5").AssertRefused("'Wrong=5'");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", _folder.Write("Empty.cs", "class Empty;")).AssertRefused("no [EncoderDecoderModel");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", _folder.File("None.cs")).AssertRefused("None.cs");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--config", _folder.File("config.json")).AssertRefused("config.json");
        ToolRun.Of("check", ToolRun.Weights("bart"), "--config", _folder.Write("list.json", "[]")).AssertRefused("KG0042");
    }

    [Fact]
    public void One_of_several_classes_is_chosen_by_name()
    {
        string file = _folder.Write("Models.cs", $"[EncoderDecoderModel({Bart})] partial class Right; [EncoderDecoderModel({Bart}, EmbeddingNorm = false)] partial class Wrong;");

        ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", file).AssertRefused("Right, Wrong");
        Assert.Equal(0, ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", file, "--class", "Right").ExitCode);
        Assert.Equal(1, ToolRun.Of("check", ToolRun.Weights("bart"), "--declaration", file, "--class", "Wrong").ExitCode);
    }

    [Fact]
    public void A_damaged_packed_file_does_not_fit()
    {
        string packed = _folder.File("model.packed");
        Assert.Equal(0, ToolRun.Of("pack", ToolRun.Weights("bart"), "-o", packed, "--declaration", Bart).ExitCode);
        byte[] bytes = File.ReadAllBytes(packed);
        bytes[^100] ^= 1;
        File.WriteAllBytes(packed, bytes);

        ToolRun run = ToolRun.Of("check", packed, "--json");

        Assert.Equal(1, run.ExitCode);
        JsonElement problem = Assert.Single(run.Json.GetProperty("problems").EnumerateArray());
        Assert.Contains("checksum", problem.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
