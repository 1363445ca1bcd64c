using KernelGen.Samples.Pronounce;
using KernelGen.Tests;

namespace KernelGen.Samples.Tests;

/// <summary>The sample that says how words are pronounced, and trains the model for it.</summary>
public sealed class PronounceTests : IDisposable
{
    private const string Expected = "HH EH L OW\nW ER L D\nSH IY Z\nK AE P CH AH\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Words_are_pronounced_in_any_case_as_arguments_and_as_lines()
    {
        ChildProgram asArguments = await ChildProgram.Run("Pronounce", "", "hello", "WORLD", "she’s", "Captcha");
        Assert.Equal(new ChildProgram(0, Expected, ""), asArguments);
        ChildProgram asLines = await ChildProgram.Run("Pronounce", "HELLO\r\n world \nshe's\ncaptcha", []);
        Assert.Equal(new ChildProgram(0, Expected, ""), asLines);
        Assert.Equal(new ChildProgram(0, "T R EY N\n", ""), await ChildProgram.Run("Pronounce", "", "--", "train"));
    }

    /// <summary>Some words of dev.tsv that the model never saw; the README has the share of all. Those of test.tsv are for the end.</summary>
    [Fact]
    public void Words_that_the_model_never_saw_are_pronounced_rightly_for_the_most_part()
    {
        PronunciationDictionary train = Read("train"), dev = Read("dev");
        Stream weights = typeof(Pronouncer).Assembly.GetManifestResourceStream("model.safetensors")!;
        using var model = Pronouncer.Load(weights);
        var unseen = PronunciationDictionary.Of(dev.Lines.Where(line => !train.Pronunciations.ContainsKey(line.Word)));
        double wrong = WordErrors.Of(model, unseen, Search.Options, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine($"{100 * wrong:F2} % of {unseen.Pronunciations.Count} words are wrong");
        Assert.InRange(wrong, 0.1, 0.28);

        static PronunciationDictionary Read(string part) => PronunciationDictionary.Read(Path.Combine(AppContext.BaseDirectory, "dictionary", $"{part}.tsv"));
    }

    [Fact]
    public void No_word_of_the_test_is_anywhere_else()
    {
        Assert.Equal(11_994, Words("test").Count());
        Assert.Empty(Words("test").Intersect(Words("train").Concat(Words("dev")).Concat(Words("../terms/train"))));

        static IEnumerable<string> Words(string part) => PronunciationDictionary.Read(Path.Combine(AppContext.BaseDirectory, "dictionary", $"{part}.tsv")).Pronunciations.Keys;
    }

    [Fact]
    public async Task A_word_too_long_is_named_and_the_others_are_pronounced()
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "", new string('a', 63), "", new string('a', 64), "hello", "狗");
        Assert.Equal(1, program.ExitCode);
        string[] lines = program.Output.Split('\n');
        Assert.NotEqual("", lines[0]);
        Assert.Equal(["", "", "HH EH L OW", "", ""], lines[1..]);
        Assert.Equal(
            "Pronounce: word 3 has 64 letters; at most 63 can be pronounced at once\nPronounce: word 5 has letters that the model does not know: 狗 (letter 1); they are left out\n",
            program.Error);
    }

    [Fact]
    public async Task Letters_that_the_model_does_not_know_are_named()
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "hello\nh🙂el\u202Elo\u0007\n", []);
        Assert.Equal(new ChildProgram(0, "HH EH L OW\nHH EH L OW\n", "Pronounce: word 2 has letters that the model does not know: 🙂 (letter 2), \uFFFD (letter 5), \uFFFD (letter 8); they are left out\n"), program);
    }

    [Fact]
    public async Task A_model_is_trained_from_a_dictionary_and_pronounces()
    {
        Dictionary("CAT\tK AE T\nDOG\tD AO G\nACT\tAE K T\nGOD\tG AA D\n");
        string output = Path.Combine(_folder.FullName, "run");
        string[] arguments = ["train", "--dictionary", _folder.FullName, "--output", output, "--epochs", "30", "--threads", "1"];
        ChildProgram program = await ChildProgram.Run("Pronounce", "", arguments);
        Assert.Equal(0, program.ExitCode);
        Assert.Matches("^[0-9.]+ % of the words of dev.tsv are wrong; the model is .*model.safetensors\n$", program.Output);
        Assert.StartsWith("step 30: validation loss ", program.Error);
        Assert.Contains("% of words wrong", program.Error);
        Assert.Equal(["model.safetensors", "training.csv", "training.state", "training.svg"], Directory.GetFiles(output).Select(Path.GetFileName).Order());
        string[] log = File.ReadAllLines(Path.Combine(output, "training.csv"));
        Assert.StartsWith("step,loss,", log[0]);
        Assert.StartsWith("30,", log[^1]);
        Assert.StartsWith("<svg ", File.ReadAllText(Path.Combine(output, "training.svg")));

        Assert.Equal(0, (await ChildProgram.Run("Pronounce", "", "--model", Path.Combine(output, "model.safetensors"), "cat")).ExitCode);

        ChildProgram again = await ChildProgram.Run("Pronounce", "", arguments);
        Assert.Equal((0, program.Output), (again.ExitCode, again.Output));
        Assert.Equal($"The run goes on from {Path.Combine(output, "training.state")}, step 30.\n", again.Error);
        Assert.Equal(log, File.ReadAllLines(Path.Combine(output, "training.csv")));
    }

    [Theory]
    [InlineData("CAT K AE T\n", "is not a word, a tab and phonemes")]
    [InlineData("CAT\tK QQ T\n", "'QQ' is no phoneme")]
    [InlineData("", "no pairs")]
    public async Task A_dictionary_that_is_none_is_refused(string dictionary, string complaint)
    {
        Dictionary(dictionary);
        ChildProgram program = await ChildProgram.Run("Pronounce", "", "train", "--dictionary", _folder.FullName, "--output", Path.Combine(_folder.FullName, "run"), "--threads", "1");
        Assert.Equal((1, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, complaint);
    }

    [Theory]
    [InlineData(1, "not/there", "--model", "not/there", "word")]
    [InlineData(2, "--model", "--model")]
    [InlineData(2, "--model names no file", "--model", "", "word")]
    [InlineData(2, "--model", "--model", "a", "--model", "b", "word")]
    [InlineData(2, "'--bogus'", "--bogus")]
    [InlineData(2, "--epochs is at least 1", "train", "--epochs", "0")]
    [InlineData(2, "'x'", "train", "--threads", "x")]
    [InlineData(2, "'word'", "train", "word")]
    [InlineData(2, "train takes no words", "word", "train")]
    [InlineData(1, "has no train.tsv", "train", "--dictionary", "not/there")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        ChildProgram program = await ChildProgram.Run("Pronounce", "", arguments);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        AssertOneLine(program.Error, complaint);
    }

    private void Dictionary(string lines)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "train.tsv"), lines);
        File.WriteAllText(Path.Combine(_folder.FullName, "dev.tsv"), lines);
    }

    private static void AssertOneLine(string error, string complaint)
    {
        Assert.StartsWith("Pronounce: ", error);
        Assert.Contains(complaint, error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
    }
}
