using KernelGen.Tests;

namespace KernelGen.Samples.Tests;

/// <summary>The program that trains the translator's model.</summary>
public sealed class TrainTranslatorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_with_its_vocabularies_comes_out_and_an_interrupted_run_goes_on()
    {
        string data = Path.GetDirectoryName(SharedFolder.Require("data/zh-en/train.tsv"))!;
        File.Copy(Path.Combine(data, "train.tsv"), Path.Combine(_folder.FullName, "train.tsv"));
        File.Copy(Path.Combine(data, "svo.tsv"), Path.Combine(_folder.FullName, "svo.tsv"));
        await File.WriteAllLinesAsync(Path.Combine(_folder.FullName, "dev.tsv"), File.ReadLines(Path.Combine(data, "dev.tsv")).Take(20), TestContext.Current.CancellationToken);
        string output = Path.Combine(_folder.FullName, "run");
        ChildProgram program = await ChildProgram.Run("TrainTranslator", "", "--data", _folder.FullName, "--output", output, "--steps", "3", "--threads", "1");
        Assert.Equal(0, program.ExitCode);
        Assert.Matches($"^BLEU on dev.tsv [0-9.]+; the model is in {output}\n$", program.Output);
        Assert.Equal(["model.safetensors", "source.spm", "target.spm", "training.csv", "training.state", "training.svg"], Directory.GetFiles(output).Select(Path.GetFileName).Order());

        ChildProgram more = await ChildProgram.Run("TrainTranslator", "", "--data", _folder.FullName, "--output", output, "--steps", "3", "--threads", "2");
        Assert.Equal((0, program.Output), (more.ExitCode, more.Output));
        Assert.Equal($"The run goes on from {Path.Combine(output, "training.state")}, step 3.\n", more.Error);
    }

    [Theory]
    [InlineData(2, "--data", "--steps", "3")]
    [InlineData(2, "--steps is at least 1", "--data", "TEMP", "--steps", "0")]
    [InlineData(2, "'x'", "--data", "TEMP", "--threads", "x")]
    [InlineData(2, "'more'", "--data", "TEMP", "more")]
    [InlineData(1, "train.tsv", "--data", "TEMP")]
    [InlineData(1, "Line 1 of ", "--data", "TEMP/lines")]
    [InlineData(1, "VocabularySize is 2640, but this text makes no more than ", "--data", "TEMP/few", "--output", "TEMP/run")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        foreach ((string name, string line) in new[] { ("lines", "no tab\n"), ("few", "狗追猫。\tThe dog chases the cat.\n") })
        {
            DirectoryInfo folder = _folder.CreateSubdirectory(name);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "train.tsv"), line, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dev.tsv"), line, TestContext.Current.CancellationToken);
        }

        ChildProgram program = await ChildProgram.Run("TrainTranslator", "", [.. arguments.Select(argument => argument.Replace("TEMP", _folder.FullName))]);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        Assert.StartsWith("TrainTranslator: ", program.Error);
        Assert.Contains(complaint, program.Error);
        Assert.Equal(program.Error.Length - 1, program.Error.IndexOf('\n'));
    }
}
