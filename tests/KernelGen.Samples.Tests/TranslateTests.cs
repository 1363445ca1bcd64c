using System.Text.Json;
using KernelGen.Tests;

namespace KernelGen.Samples.Tests;

/// <summary>The translator's command line: every sentence is translated, what is unknown is named, and what is wrong is said in one line.</summary>
public sealed class TranslateTests : IDisposable
{
    private const string Dog = "The dog chases the cat.";
    private const string Cat = "The cat chases the dog.";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_sentence_of_a_line_is_translated()
    {
        string longest = string.Concat(Enumerable.Repeat("狗追猫，", 40)) + "猫追狗。";
        ChildProgram program = await ChildProgram.Run("Translate", $"狗追猫。猫追狗。\n\n{longest}\n狗追猫。", []);
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        string[] lines = program.Output.Split('\n');
        Assert.Equal($"{Dog} {Cat}", lines[0]);
        Assert.Equal("", lines[1]);
        Assert.True(lines[2].Length > 100);
        Assert.Equal([Dog, ""], lines[3..]);
    }

    [Fact]
    public async Task A_translation_is_one_line_whatever_breaks_the_text_has()
    {
        ChildProgram program = await ChildProgram.Run("Translate", "", "狗追猫。\n猫追狗。\u2028狗追猫。");
        Assert.Equal(new ChildProgram(0, $"{Dog} {Cat} {Dog}\n", ""), program);
    }

    [Fact]
    public async Task Json_has_each_sentence_with_its_place_and_what_is_unknown()
    {
        ChildProgram program = await ChildProgram.Run("Translate", "", "--json", " 狗追猫。猫追狗。", "🙂狗。龘靐", " ");
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        JsonElement[] lines = [.. program.Output.Split('\n').SkipLast(1).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal($"{Dog} {Cat}", lines[0].GetProperty("translation").GetString());
        JsonElement[] sentences = [.. lines[0].GetProperty("sentences").EnumerateArray()];
        Assert.Equal([("狗追猫。", 1), ("猫追狗。", 5)], sentences.Select(static one => (one.GetProperty("source").GetString(), one.GetProperty("start").GetInt32())));
        Assert.All(sentences, static one => Assert.Equal(["source", "start", "hypotheses"], one.EnumerateObject().Select(static property => property.Name)));

        sentences = [.. lines[1].GetProperty("sentences").EnumerateArray()];
        Assert.Equal([("🙂", 0)], Unknown(sentences[0]));
        Assert.False(sentences[0].TryGetProperty("allUnknown", out _));
        Assert.Equal([("龘靐", 4)], Unknown(sentences[1]));
        Assert.True(sentences[1].GetProperty("allUnknown").GetBoolean());
        Assert.Equal(0, lines[2].GetProperty("sentences").GetArrayLength());

        static IEnumerable<(string? Text, int Start)> Unknown(JsonElement sentence) =>
            sentence.GetProperty("unknown").EnumerateArray().Select(static one => (one.GetProperty("text").GetString(), one.GetProperty("start").GetInt32()));
    }

    [Fact]
    public async Task Unknown_characters_are_named_with_their_places()
    {
        ChildProgram program = await ChildProgram.Run("Translate", "", "狗追猫。", "狗🙂追龘。", "龘靐", "猫\u202E。");
        Assert.Equal(0, program.ExitCode);
        Assert.Equal(
            """
            Translate: line 2 holds what the model does not know: 🙂 (character 2), 龘 (character 4); there it guesses
            Translate: line 3 holds no character that the model knows; the translation has nothing to do with it
            Translate: line 4 holds what the model does not know: \uFFFD (character 2); there it guesses

            """.Replace("\\uFFFD", "\uFFFD"),
            program.Error);
        Assert.Equal(5, program.Output.Split('\n').Length);
    }

    [Fact]
    public async Task A_file_of_unknown_lines_does_not_flood_the_terminal()
    {
        ChildProgram program = await ChildProgram.Run("Translate", string.Concat(Enumerable.Repeat("龘狗\n", 25)), []);
        string[] warnings = program.Error.Split('\n');
        Assert.Equal(12, warnings.Length);
        Assert.Equal("Translate: line 10 holds what the model does not know: 龘 (character 1); there it guesses", warnings[9]);
        Assert.Equal("Translate: 15 more lines hold what the model does not know", warnings[10]);
    }

    [Theory]
    [InlineData("a.png", 2, "--attention writes SVG, and a.png is named as something else: give it a name that ends with .svg")]
    [InlineData("A.SVG", 0, "")]
    [InlineData("picture", 0, "")]
    public async Task Attention_is_an_svg_file(string name, int exitCode, string complaint)
    {
        string path = Path.Combine(_folder.FullName, name);
        ChildProgram program = await ChildProgram.Run("Translate", "", "--attention", path, "狗追猫。");
        Assert.Equal((exitCode, complaint.Length == 0 ? "" : $"Translate: {complaint.Replace("a.png", path)}\n"), (program.ExitCode, program.Error));
        Assert.Equal(exitCode == 0, File.Exists(path));
        if (exitCode == 0)
        {
            Assert.StartsWith("<svg ", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(2, "--attention names no file", "--attention", "", "狗")]
    [InlineData(2, "--file names no file", "--file", "")]
    [InlineData(2, "--output names no file", "--output", " ", "狗")]
    [InlineData(2, "--model names no file", "--model", "", "狗")]
    [InlineData(2, "--pack names no file", "--pack", "")]
    [InlineData(2, "--file", "--file")]
    [InlineData(2, "--file", "--file", "a", "--file", "b")]
    [InlineData(2, "--json takes no value", "--json=yes", "狗")]
    [InlineData(2, "--time takes no value", "--time:yes", "狗")]
    [InlineData(2, "--beam cannot be '-1'", "--beam", "-1", "狗")]
    [InlineData(2, "--beam cannot be ''", "--beam", "", "狗")]
    [InlineData(2, "--n-best cannot be '1.5'", "--n-best", "1.5", "狗")]
    [InlineData(2, "--head cannot be '0.1'", "--attention", "a.svg", "--head", "0.1", "狗")]
    [InlineData(2, "--head cannot be '99999999999.1'", "--attention", "a.svg", "--head", "99999999999.1", "狗")]
    [InlineData(2, "--precision cannot be ''", "--precision", "", "狗")]
    [InlineData(2, "--isa cannot be ''", "--isa", "", "狗")]
    [InlineData(2, "--attention draws one sentence", "--attention", "a.svg")]
    [InlineData(1, "this text is taken apart into 2", "--attention", "TEMP/a.svg", "狗追猫。猫追狗。")]
    [InlineData(1, "--head 3.5 is not there", "--attention", "TEMP/a.svg", "--head", "3.5", "狗")]
    [InlineData(1, "is empty", "--explain", " ")]
    [InlineData(1, "cannot be written", "--attention", "TEMP", "狗")]
    [InlineData(1, "cannot be written", "--attention", "TEMP/none/a.svg", "狗")]
    [InlineData(1, "cannot be written", "--output", "TEMP", "狗")]
    [InlineData(1, "cannot be read", "--file", "TEMP")]
    [InlineData(1, "cannot be read", "--file", "TEMP/none.txt")]
    [InlineData(1, "TEMP", "--model", "TEMP", "狗")]
    [InlineData(1, "none.packed", "--model", "TEMP/none.packed", "狗")]
    [InlineData(1, "TEMP", "--pack", "TEMP")]
    [InlineData(1, "--model names it, too", "--model", "TEMP/same", "--output", "TEMP/same", "狗")]
    [InlineData(1, "--output names it, too", "--output", "TEMP/same.svg", "--attention", "TEMP/same.svg", "狗")]
    [InlineData(1, "--file names it, too", "--file", "TEMP/same", "--pack", "TEMP/../TEMP/same")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        string folder = _folder.FullName;
        arguments = [.. arguments.Select(argument => argument.Replace("/../TEMP", $"/../{_folder.Name}").Replace("TEMP", folder))];
        ChildProgram program = await ChildProgram.Run("Translate", "", arguments);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        Assert.StartsWith("Translate: ", program.Error);
        Assert.Contains(complaint.Replace("TEMP", folder), program.Error);
        Assert.Equal(program.Error.Length - 1, program.Error.IndexOf('\n'));
        Assert.DoesNotContain("   at ", program.Error);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Weights_are_packed_over_the_file_that_they_come_from()
    {
        string packed = Path.Combine(_folder.FullName, "model.packed");
        Assert.Equal(0, (await ChildProgram.Run("Translate", "", "--pack", packed)).ExitCode);
        byte[] before = await File.ReadAllBytesAsync(packed, TestContext.Current.CancellationToken);
        Assert.Equal(new ChildProgram(0, Dog + "\n", ""), await ChildProgram.Run("Translate", "", "--model", packed, "--pack", packed, "狗追猫。"));
        Assert.Equal(before, await File.ReadAllBytesAsync(packed, TestContext.Current.CancellationToken));
    }
}
