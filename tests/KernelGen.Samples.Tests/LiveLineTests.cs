using System.Text;
using KernelGen.Samples.Transcribe;

namespace KernelGen.Samples.Tests;

/// <summary>What a terminal shows of live words.</summary>
public sealed class LiveLineTests
{
    [Theory]
    [InlineData(40, " Hello wor", " world", "Hello wor", " world")]
    [InlineData(40, "", " Hello", "", "Hello")]
    [InlineData(13, " one two three", " four", "o three", " four")]
    [InlineData(5, " one", " two three", "", "hree")]
    [InlineData(8, " 狗追猫", " 猫", "追猫", " 猫")]
    [InlineData(40, " a\nb\e[31mc", "", "a b\uFFFD[31mc", "")]
    public void The_end_of_what_is_said_fits_into_a_line(int width, string final, string partial, string shown, string faint)
    {
        using var terminal = new MemoryStream();
        var line = new LiveLine(terminal, () => width);
        line.Show(final, partial);
        Assert.Equal($"\r{shown}\e[2m{faint}\e[0m\e[K", Encoding.UTF8.GetString(terminal.ToArray()));
    }

    [Fact]
    public void The_line_is_erased_once()
    {
        using var terminal = new MemoryStream();
        var line = new LiveLine(terminal, static () => 40);
        line.Erase();
        line.Show("a", "");
        line.Erase();
        line.Erase();
        Assert.Equal("\ra\e[2m\e[0m\e[K\r\e[K", Encoding.UTF8.GetString(terminal.ToArray()));
    }
}
