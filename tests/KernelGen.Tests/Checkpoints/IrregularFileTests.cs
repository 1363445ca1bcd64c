using System.Diagnostics;
using KernelGen.Checkpoints;

namespace KernelGen.Tests.Checkpoints;

/// <summary>What a path may name that is no file: opening it would wait, or never end.</summary>
public sealed class IrregularFileTests
{
    [Fact]
    public async Task A_named_pipe_is_refused_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Kinds of files are told apart on Linux.");
        using var folder = new TemporaryFolder();
        string pipe = Path.Combine(folder.Path, "model.safetensors");
        using (var process = Process.Start("mkfifo", [pipe]))
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
        }

        foreach (Action open in new Action[]
        {
            () => SafetensorsFile.Open(pipe),
            () => Checkpoint.Open(pipe),
            () => Checkpoint.Open(folder.Path),
            () => FileMemory.Read(pipe, static (_, _, _) => { }),
        })
        {
            // On a thread of its own: whoever opens the pipe waits for a writer, and would wait forever.
            Task<IOException> refusal = Task.Run(() => Assert.ThrowsAny<IOException>(open));
            Assert.Same(refusal, await Task.WhenAny(refusal, Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)));
            Assert.Contains("is a named pipe; expected a regular file", (await refusal).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_device_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Kinds of files are told apart on Linux.");
        IOException exception = Assert.Throws<IOException>(() => Checkpoint.Open("/dev/zero"));
        Assert.Equal("The file '/dev/zero' is a character device; expected a regular file. Open it yourself, and give the stream.", exception.Message);
    }

    [Fact]
    public void A_link_to_a_file_is_a_file()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("blob", new SafetensorsBuilder().Add("a", [1], [1]).ToArray());
        string link = Path.Combine(folder.Path, "model.safetensors");
        File.CreateSymbolicLink(link, file);
        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
        Assert.Single(checkpoint.Tensors);
    }
}
