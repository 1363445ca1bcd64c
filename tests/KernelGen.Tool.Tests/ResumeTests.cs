using System.Text;

namespace KernelGen.Tool.Tests;

/// <summary>Files that were cut off anywhere are completed; files of other work are left as they are.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int LineCount = 50;

    private readonly ModelFolders _models;
    private readonly TemporaryFolder _folder = new();
    private readonly string _input;
    private readonly string _output;

    public ResumeTests(ModelFolders models)
    {
        _models = models;
        _input = _folder.Write("in.txt", string.Concat(Enumerable.Range(0, LineCount).Select(static i => i % 7 == 3 ? "\n" : $"The dog {i}.\n")));
        _output = _folder.File("out.txt");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--n-best", "3")]
    [InlineData("--json")]
    public void A_file_that_was_cut_off_anywhere_is_completed(params string[] options)
    {
        string[] translate = ["--max-length", "4", "--beam", "3", .. options];
        Assert.Equal(0, Run(translate).ExitCode);
        byte[] all = File.ReadAllBytes(_output);
        int[] cuts = [0, 1, 2, all.Length / 9, all.Length / 2, (all.Length / 2) + 1, (all.Length / 2) + 2, (all.Length / 2) + 3, all.Length - 2, all.Length - 1, all.Length];
        foreach (int cut in cuts)
        {
            File.WriteAllBytes(_output, all[..cut]);
            ToolRun run = Run([.. translate, "--resume"]);
            Assert.Equal((0, ""), (run.ExitCode, run.Output));
            Assert.Equal(all, File.ReadAllBytes(_output));
        }

        File.Delete(_output);
        Assert.Equal(0, Run([.. translate, "--resume", "--batch", "3"]).ExitCode);
        Assert.Equal(all, File.ReadAllBytes(_output));
    }

    [Fact]
    public void A_file_of_other_work_is_refused_and_left_as_it_is()
    {
        Assert.Equal(0, Run("--max-length", "4").ExitCode);
        byte[] all = File.ReadAllBytes(_output);

        // Other options, another input, more lines than there are.
        Refused("its results of line 35 are not what this command writes", "--max-length", "5");
        File.WriteAllText(_input, File.ReadAllText(_input).Replace("The dog 49.", "?", StringComparison.Ordinal));
        Refused("its results of line 50 are not what this command writes", "--max-length", "4");
        File.WriteAllText(_input, string.Concat(Enumerable.Range(0, 5).Select(static i => $"The dog {i}.\n")));
        Refused("it has the results of more lines than the input", "--max-length", "4");
        Refused("its lines do not begin with the numbers of lines of the input", "--n-best", "2");
        File.WriteAllText(_output, "{ \"notes\": \"of somebody else, without any line break\" }");
        all = File.ReadAllBytes(_output);
        Refused("its results of line 1 are not what this command writes", "--max-length", "4");
        Refused("its results of line 1 are not what this command writes", "--n-best", "2");

        void Refused(string why, params string[] options)
        {
            Run([.. options, "--resume"]).AssertRefused(why);
            Assert.Equal(all, File.ReadAllBytes(_output));
        }
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_only_where_that_is_asked_for()
    {
        Assert.Equal(0, Run("--max-length", "4").ExitCode);
        byte[] all = File.ReadAllBytes(_output);
        Run("--max-length", "4").AssertRefused("is there already. --resume goes on where it ends, --overwrite begins anew.");
        Assert.Equal(all, File.ReadAllBytes(_output));
        File.AppendAllText(_output, "more");
        Assert.Equal(0, Run("--max-length", "4", "--overwrite").ExitCode);
        Assert.Equal(all, File.ReadAllBytes(_output));
        File.WriteAllText(_output, "");
        Assert.Equal(0, Run("--max-length", "4").ExitCode);

        Run("--resume", "--overwrite").AssertRefused("--resume and --overwrite exclude each other");
        _models.Run("", "translate", "--resume").AssertRefused("--resume goes with --output");
        _models.Run("", "translate", "-i", _input, "-o", Path.Combine(_folder.Path, ".", "in.txt"), "--overwrite").AssertRefused("is the file that is read");
        Assert.Equal(LineCount, File.ReadAllLines(_input, Encoding.UTF8).Length);
    }

    [Fact]
    public void What_came_before_a_line_that_cannot_be_used_stays()
    {
        string before = string.Concat(File.ReadAllLines(_input)[..20].Select(static line => line + "\n"));
        string expected = _models.Run(before, "translate", "--max-length", "4").Output;
        File.WriteAllBytes(_input, [.. Encoding.UTF8.GetBytes(before), 0xFF, (byte)'\n', .. "More.\n"u8]);
        ToolRun run = Run("--max-length", "4", "--batch", "4");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains($"line 21 of '{_input}' is no valid UTF-8, from its byte 1 on", run.Error, StringComparison.Ordinal);
        Assert.Equal(expected, File.ReadAllText(_output));

        // Once the line is mended, the work goes on.
        File.WriteAllText(_input, before + "Mended.\nMore.\n");
        Assert.Equal(0, Run("--max-length", "4", "--resume").ExitCode);
        Assert.Equal(22, File.ReadAllLines(_output).Length);
    }

    private ToolRun Run(params string[] options) => _models.Run("", "translate", ["-i", _input, "-o", _output, .. options]);
}
