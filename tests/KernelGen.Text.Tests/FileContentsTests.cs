using System.Diagnostics;

namespace KernelGen.Text.Tests;

/// <summary>What a path may name that is no file, and what a file may hold that a message may not.</summary>
public sealed class FileContentsTests
{
    [Fact]
    public async Task A_named_pipe_is_refused_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Kinds of files are told apart on Linux.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("kernelgen-");
        try
        {
            string pipe = Path.Combine(folder.FullName, "vocabulary.json");
            using (var process = Process.Start("mkfifo", [pipe]))
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(0, process.ExitCode);
            }

            // On a thread of its own: whoever opens the pipe waits for a writer, and would wait forever.
            Task<IOException> refusal = Task.Run(() => Assert.Throws<IOException>(() => VocabularyTokenizer.Load(pipe)));
            Assert.Same(refusal, await Task.WhenAny(refusal, Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)));
            Assert.Contains("is a named pipe; expected a regular file", (await refusal).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_device_without_end_is_refused_before_it_is_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Kinds of files are told apart on Linux.");
        long before = GC.GetAllocatedBytesForCurrentThread();
        IOException exception = Assert.Throws<IOException>(() => FileContents.Read("/dev/zero"));
        Assert.Equal("The file '/dev/zero' is a character device; expected a regular file. Open it yourself, and give the stream.", exception.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_folder_is_said_to_be_one() =>
        Assert.Contains("is a folder; expected a regular file", Assert.Throws<IOException>(() => FileContents.Read(Path.GetTempPath())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("plain \u72d7 \U0001F600 e\u0301", "plain \u72d7 \U0001F600 e\u0301")]
    [InlineData("\u001b[31m\r\n\0\u0085", "\\u001b[31m\\u000d\\u000a\\u0000\\u0085")]
    [InlineData("a\u202eb\u2066c\u200fd\ufeff", "a\\u202eb\\u2066c\\u200fd\\ufeff")]
    [InlineData("a\u2028b\u2029", "a\\u2028b\\u2029")]
    [InlineData("tag \U000E0041", "tag \\udb40\\udc41")]
    [InlineData("", "")]
    public void What_disturbs_a_message_is_escaped(string text, string expected) => Assert.Equal(expected, ShownText.Of(text, 100));

    [Fact]
    public void Halves_of_surrogate_pairs_are_escaped_and_pairs_are_not_cut()
    {
        Assert.Equal("a\\ud83db\\ude00", ShownText.Of("a\ud83db\ude00", 100));
        Assert.Equal("abc...", ShownText.Of("abc\U0001F600", 4));
        Assert.Equal("abc\U0001F600", ShownText.Of("abc\U0001F600", 5));
        Assert.Equal("abc...", ShownText.Of("abcd", 3));
        Assert.Equal("\"a\\u202e\"", VocabularyFile.Quote("a\u202e"));
    }
}
