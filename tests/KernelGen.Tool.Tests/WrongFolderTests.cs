using System.Text;

namespace KernelGen.Tool.Tests;

/// <summary>Folders, lines and outputs that cannot be used: each is said in one line, and nothing is compiled for them.</summary>
public sealed class WrongFolderTests : IDisposable
{
    private readonly ModelFolders _models;
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public WrongFolderTests(ModelFolders models)
    {
        _models = models;
        _model = TextFolder.Marian(_folder.File("model"));
    }

    public static TheoryData<string> Commands => ["translate", "score", "transcribe", "serve"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_is_no_folder_of_a_model_is_refused(string command)
    {
        Directory.CreateDirectory(_folder.File("empty"));
        Directory.CreateDirectory(_folder.File("notes"));
        File.WriteAllText(_folder.File("notes/notes.txt"), "Nothing.");
        ToolRun Run(string folder) => ToolRun.Of(command, folder, "--no-cache");

        Run(_folder.File("none")).AssertRefused($"There is no folder '{_folder.File("none")}'");
        Run(Path.Combine(_model, "config.json")).AssertRefused("is a file; give the folder of the model");
        Run(_folder.File("empty")).AssertRefused("holds no files");
        Run(_folder.File("notes")).AssertRefused("holds no weights, only 'notes.txt'");
        Run("").AssertRefused("");
        Run("a\0b").AssertRefused("There is no folder");
    }

    [Theory]
    [InlineData("source.spm", null, "source.spm")]
    [InlineData("vocab.json", null, "vocab.json")]
    [InlineData("vocab.json", "{", "vocab.json")]
    [InlineData("source.spm", "no model", "source.spm")]
    [InlineData("config.json", "{ \"model_type\": \"led\" }", "led")]
    [InlineData("config.json", "{", "KG0")]
    [InlineData("config.json", null, "The tensors do not tell Heads")]
    [InlineData("generation_config.json", "{ \"num_beams\": \"many\" }", "num_beams")]
    [InlineData("generation_config.json", "{ \"decoder_start_token_id\": 0 }", "StartToken")]
    [InlineData("model.safetensors", null, "holds none of the names|holds no weights")]
    [InlineData("model.safetensors", "", "model.safetensors")]
    [InlineData("model.safetensors", "version https://git-lfs.github.com/spec/v1\n", "model.safetensors")]
    public void A_folder_of_which_a_file_is_missing_or_damaged_is_refused(string file, string? content, string part)
    {
        string path = Path.Combine(_model, file);
        if (content is null)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllText(path, content);
        }

        ToolRun run = ToolRun.With("The dog.\n", "translate", _model, "--cache", _models.Cache);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(part.Split('|'), one => run.Error.Contains(one, StringComparison.Ordinal));
        Assert.StartsWith("kernelgen: ", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_cut_off_or_of_another_shape_are_refused()
    {
        string weights = Path.Combine(_model, "model.safetensors");
        byte[] all = File.ReadAllBytes(weights);
        File.WriteAllBytes(weights, all[..(all.Length / 2)]);
        ToolRun.With("", "translate", _model, "--cache", _models.Cache).AssertRefused("model.safetensors' is truncated");
        File.Copy(ToolRun.Weights("bart"), weights, overwrite: true);
        ToolRun.With("", "translate", _model, "--cache", _models.Cache).AssertRefused("model.safetensors");
        ToolRun.With("", "translate", _models.Marian, "--cache", _models.Cache, "--weights", "none.packed").AssertRefused("none.packed");
    }

    [Fact]
    public void Lines_that_are_no_text_are_refused_where_they_stand()
    {
        byte[] invalid = [.. "The dog.\nA "u8, 0xC3, (byte)'\n'];
        ToolRun run = ToolRun.With(invalid, "translate", _models.Marian, "--cache", _models.Cache, "--max-length", "4");
        Assert.Equal(_models.Run("The dog.\n", "translate", "--max-length", "4").Output, run.Output);
        Assert.Equal((2, "kernelgen: line 2 of standard input is no valid UTF-8, from its byte 3 on. Convert the text first, with iconv for example.\n"), (run.ExitCode, run.Error));

        byte[] huge = [.. Encoding.UTF8.GetBytes("The dog.\n" + new string('x', 10 << 20))];
        run = ToolRun.With(huge, "translate", _models.Marian, "--cache", _models.Cache, "--max-length", "4");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("kernelgen: line 2 of standard input has more than 1048576 bytes: it is no line of text.", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, _models.Run(new string('x', 100_000), "translate", "--long-lines", "truncate").ExitCode);
    }

    [Fact]
    public void Files_that_cannot_be_read_or_written_are_named()
    {
        _models.Run("", "translate", "-i", _folder.File("none.txt")).AssertRefused("none.txt' cannot be read: there is no such file.");
        _models.Run("", "translate", "-i", _folder.Path).AssertRefused("cannot be read: it is a folder");
        _models.Run("a", "translate", "-o", _folder.File("none/out.txt")).AssertRefused("out.txt' cannot be written: there is no such folder.");
        _models.Run("a", "translate", "-o", _folder.Path).AssertRefused("cannot be written: it is a folder");
        if (OperatingSystem.IsLinux())
        {
            _models.Run("a\n", "translate", "--max-length", "4", "-o", "/dev/full").AssertRefused("'/dev/full' cannot be written: No space left on device");
            Assert.Equal(0, _models.Run("a\n", "translate", "--max-length", "4", "-o", "/dev/null").ExitCode);
        }
    }

    [Theory]
    [InlineData("--beam cannot be '0'", "--beam", "0")]
    [InlineData("--beam cannot be '33'", "--beam", "33")]
    [InlineData("--n-best 3 is more than the 2 hypotheses", "--n-best", "3", "--beam", "2")]
    [InlineData("--max-length cannot be '-1'", "--max-length=-1")]
    [InlineData("--max-length 65 is more than the 64 tokens", "--max-length", "65")]
    [InlineData("--long-lines cannot be '1'", "--long-lines", "1")]
    [InlineData("--precision cannot be 'float8'", "--precision", "float8")]
    [InlineData("--split and --prefix exclude each other", "--split", "--prefix", "x")]
    [InlineData("Did you mean '--beam'?", "--bem", "2")]
    public void Options_that_make_no_sense_are_refused(string part, params string[] options) => _models.Run("", "translate", options).AssertRefused(part);
}
