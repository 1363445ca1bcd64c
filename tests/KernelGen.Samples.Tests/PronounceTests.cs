using System.Text.Json.Nodes;
using KernelGen.Tests;
using KernelGen.Tests.Translation;

namespace KernelGen.Samples.Tests;

/// <summary>The sample that says how words are pronounced, with a model of other people's where it is there, and without.</summary>
public sealed class PronounceTests
{
    [Fact]
    public async Task Words_are_pronounced_as_by_the_reference()
    {
        string folder = ModelFolder();
        string[][] words = [.. File.ReadLines(SharedFolder.Require("models/g2p-en-us/words.tsv")).Where(static line => !line.StartsWith('#')).Take(40).Select(static line => line.Split('\t'))];
        string expected = string.Concat(words.Select(static columns => columns[2] + "\n"));

        ChildProgram asArguments = await ChildProgram.Run("Pronounce", "", ["--model", folder, .. words.Select(static columns => columns[0])]);
        Assert.Equal(new ChildProgram(0, expected, ""), asArguments);
        ChildProgram asLines = await ChildProgram.Run("Pronounce", string.Join('\n', words.Select(static columns => columns[0])), "--model", folder);
        Assert.Equal(new ChildProgram(0, expected, ""), asLines);
    }

    [Fact]
    public async Task A_word_too_long_is_named_and_the_others_are_pronounced()
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "", "--model", ModelFolder(), new string('a', 62), "", new string('a', 63), "wreck", "狗");
        Assert.Equal(1, program.ExitCode);
        string[] lines = program.Output.Split('\n');
        Assert.Equal(["", "", "ɹˈɛk"], lines[1..4]);
        Assert.Equal(6, lines.Length);
        Assert.Equal(
            "Pronounce: word 3 has 63 letters; at most 62 can be pronounced at once\nPronounce: word 5 has letters that the model does not know: 狗 (letter 1); what is said for them is a guess\n",
            program.Error);
    }

    [Fact]
    public async Task Letters_that_the_model_does_not_know_are_named()
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "wreck\nw🙂re\u202Eck\u0007\n", "--model", ModelFolder());
        Assert.Equal(0, program.ExitCode);
        Assert.Equal("Pronounce: word 2 has letters that the model does not know: 🙂 (letter 2), \uFFFD (letter 5), \uFFFD (letter 8); what is said for them is a guess\n", program.Error);
    }

    [Theory]
    [InlineData("d_model", "256", "d_model is 256")]
    [InlineData("encoder_layers", "null", "encoder_layers is null")]
    [InlineData("model_type", "\"t5\"", "model_type is \"t5\"")]
    [InlineData("grapheme_chars", "7", "grapheme_chars is 7")]
    [InlineData("phoneme_chars", "\"ab\"", "phoneme_chars is 2 characters")]
    public async Task A_model_of_another_shape_is_refused(string name, string value, string complaint)
    {
        JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(SharedFolder.Require("models/g2p-en-us/config.json"), TestContext.Current.CancellationToken))!;
        configuration[name] = JsonNode.Parse(value);
        await Refuses(folder => File.WriteAllText(Path.Combine(folder, "config.json"), configuration.ToJsonString()), complaint);
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{}", "model_type is missing")]
    public Task A_configuration_that_is_none_is_refused(string json, string complaint) =>
        Refuses(folder => File.WriteAllText(Path.Combine(folder, "config.json"), json), complaint);

    [Fact]
    public Task A_folder_without_a_model_is_refused() => Refuses(static _ => { }, "has no config.json");

    [Fact]
    public async Task Weights_that_are_none_are_refused()
    {
        string configuration = SharedFolder.Require("models/g2p-en-us/config.json");
        await Refuses(
            folder =>
            {
                File.Copy(configuration, Path.Combine(folder, "config.json"));
                File.WriteAllText(Path.Combine(folder, "model.safetensors"), "none");
            },
            "model.safetensors");
    }

    [Theory]
    [InlineData(1, "is no folder", "--model", "not/there", "word")]
    [InlineData(2, "--model", "word")]
    [InlineData(2, "--model names no folder", "--model", "", "word")]
    [InlineData(2, "--model", "--model")]
    [InlineData(2, "--model", "--model", "a", "--model", "b", "word")]
    [InlineData(2, "'--bogus'", "--model", "not/there", "--bogus")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "", arguments);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, complaint);
    }

    private static string ModelFolder() => Path.GetDirectoryName(SharedFolder.Require("models/g2p-en-us/model.safetensors"))!;

    private static async Task Refuses(Action<string> fill, string complaint)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            fill(folder.FullName);
            ChildProgram program = await ChildProgram.Run("Pronounce", "", "--model", folder.FullName, "word");
            Assert.Equal((1, ""), (program.ExitCode, program.Output));
            AssertOneLine(program.Error, complaint);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertOneLine(string error, string complaint)
    {
        Assert.StartsWith("Pronounce: ", error);
        Assert.Contains(complaint, error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
    }
}
