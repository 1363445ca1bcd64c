using System.Diagnostics;

namespace KernelGen.Tool.Tests;

/// <summary>What is no file of the kind that is wanted: every command says so in one line, and none waits or falls.</summary>
public sealed class WrongInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Commands => ["inspect", "check", "bench", "pack"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Weights_that_are_none_are_refused(string command)
    {
        Directory.CreateDirectory(_folder.File("empty"));
        Directory.CreateDirectory(_folder.File("other"));
        File.WriteAllText(Path.Combine(_folder.File("other"), "notes.txt"), "Nothing.");

        Run(command, _folder.File("none")).AssertRefused("none");
        Run(command, _folder.File("none/model.safetensors")).AssertRefused("none");
        Run(command, _folder.Write("file", "") + "/model.safetensors").AssertRefused("file");
        Run(command, _folder.File("empty")).AssertRefused("holds no files");
        Run(command, _folder.File("other")).AssertRefused("holds no weights, only 'notes.txt'");
        Run(command, _folder.Write("empty.safetensors", "")).AssertRefused("empty.safetensors");
        Run(command, _folder.Write("page.safetensors", "<html>Not found</html>")).AssertRefused("page.safetensors");
        Run(command, _folder.Write("text.json", "{}")).AssertRefused("text.json");
        Run(command, "").AssertRefused("");
        Run(command, "a\0b").AssertRefused("");
        Run(command, _folder.File("a\nb\u202Ec")).AssertRefused("a b\\u202ec");
        Run(command, new string('x', 5000)).AssertRefused("xxx");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Weights_that_are_a_pipe_or_a_device_are_refused(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Named pipes and devices are told apart on Linux.");
        Run(command, Pipe("pipe")).AssertRefused("is a named pipe; expected a regular file");
        Run(command, "/dev/zero").AssertRefused("is a character device; expected a regular file");
    }

    [Theory]
    [InlineData("--config")]
    [InlineData("--declaration")]
    public void Texts_that_are_none_are_refused(string option)
    {
        ToolRun With(string path) => ToolRun.Of("check", ToolRun.Weights("bart"), option, path);

        With(_folder.Path).AssertRefused("is a folder; expected a regular file");
        With(_folder.File("none.cs")).AssertRefused("none.cs' is not there");
        With(_folder.Write("empty.cs", "")).AssertRefused("");
        With(_folder.Write("noise.cs", "\0\u0001{{{ ]]] \"")).AssertRefused("");
        if (OperatingSystem.IsLinux())
        {
            With(Pipe("pipe.cs")).AssertRefused("is a named pipe");
            With("/dev/zero").AssertRefused("is a character device");
        }

        using (FileStream file = File.Create(_folder.File("long.cs")))
        {
            file.SetLength(1L << 30);
        }

        With(_folder.File("long.cs")).AssertRefused("has 1073741824 bytes, which no such file has");
    }

    [Theory]
    [InlineData("Heads")]
    [InlineData("=3")]
    [InlineData("Heads=")]
    [InlineData("Heads=three")]
    [InlineData("Heads=99999999999")]
    [InlineData("Activation=Mish")]
    [InlineData("Heads=3)] class X; [EncoderDecoderModel(Architecture.Bart")]
    public void Settings_that_are_none_are_refused(string setting) => ToolRun.Of("check", ToolRun.Weights("bart"), "--set", setting).AssertRefused("");

    [Fact]
    public void Output_that_cannot_be_written_is_refused()
    {
        ToolRun To(string path) => ToolRun.Of("pack", ToolRun.Weights("bart"), "--set", "Heads=3", "-o", path);

        To(_folder.Path).AssertRefused("is a folder: give the file to write");
        To(_folder.Write("file", "") + "/model.packed").AssertRefused("cannot be written");
        To("").AssertRefused("");
        To("a\0b").AssertRefused("");
    }

    private ToolRun Run(string command, string weights) => command == "pack"
        ? ToolRun.Of(command, weights, "-o", _folder.File("out.packed"))
        : ToolRun.Of(command, weights);

    private string Pipe(string name)
    {
        string path = _folder.File(name);
        if (!Path.Exists(path))
        {
            using Process process = Process.Start("mkfifo", [path]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }

        return path;
    }
}
