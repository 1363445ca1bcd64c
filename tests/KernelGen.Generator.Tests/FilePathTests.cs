using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Tests;

public class FilePathTests
{
    [Theory]
    [InlineData("/p/config.json", "config.json", "/p/config.json")]
    [InlineData("/p/config.json /p/a/config.json", "config.json", "/p/config.json")]
    [InlineData("/p/a/config.json", "config.json", "/p/a/config.json")]
    [InlineData("/p/a/config.json", "a\\config.json", "/p/a/config.json")]
    [InlineData("/p/a/config.json", "./a/config.json", "/p/a/config.json")]
    [InlineData("/models/a/config.json", "../models/a/config.json", "/models/a/config.json")]
    [InlineData("/elsewhere/models/a/config.json", "../models/a/config.json", "/elsewhere/models/a/config.json")]
    [InlineData("/p/a/config.json /p/b/config.json", "config.json", "/p/a/config.json /p/b/config.json")]
    [InlineData("/p/a/config.json /p/b/config.json", "b/config.json", "/p/b/config.json")]
    [InlineData("/p/a/config.json", "/p/a/config.json", "/p/a/config.json")]
    [InlineData("/p/a/Config.json /p/b/config.json", "config.json", "/p/b/config.json")]
    [InlineData("/p/a/Config.JSON", "config.json", "/p/a/Config.JSON")]
    [InlineData("/p/myconfig.json", "config.json", "")]
    [InlineData("/p/config.json", "", "")]
    [InlineData("/p/config.json", "..", "")]
    public void A_trailing_part_of_a_path_is_enough(string files, string written, string expected) =>
        Assert.Equal(expected, string.Join(" ", FilePath.Find(files.Split(' '), "/p/", written)));

    [Fact]
    public void Backslashes_are_separators() => Assert.Equal("C:/project/a/config.json", FilePath.Normalize(@"C:\project\b\..\a\config.json"));
}
