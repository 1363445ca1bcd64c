namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>What is wrong with a command line, in words.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Required command was not provided")]
    [InlineData("'--bogus'", "silo", "--bogus")]
    [InlineData("'out' missing", "translate", "a")]
    [InlineData("<out> names no file", "translate", "a", " ")]
    [InlineData("--threads cannot be '0'", "silo", "--threads", "0")]
    [InlineData("--port cannot be '70000'", "silo", "--port", "70000")]
    [InlineData("--address cannot be 'here'", "silo", "--address", "here")]
    [InlineData("--address cannot be '0.0.0.0'", "silo", "--address", "0.0.0.0")]
    [InlineData("--dead-after cannot be '-1'", "silo", "--dead-after", "-1")]
    [InlineData("--dead-after cannot be 'NaN'", "silo", "--dead-after", "NaN")]
    [InlineData("--precision cannot be 'int3'", "silo", "--precision", "int3")]
    [InlineData("--beam cannot be '33'", "translate", "a", "b", "--beam", "33")]
    [InlineData("--shard cannot be '0'", "translate", "a", "b", "--shard", "0")]
    [InlineData("--cluster is a name", "status", "--cluster", " ")]
    [InlineData("--threads says how the silo of this command works; give --silo, too", "translate", "a", "b", "--threads", "1")]
    [InlineData("--database names no file", "status", "--database", " ")]
    [InlineData("--database is neither a path nor a connection string", "status", "--database", "Host=a;Bogus=b")]
    [InlineData("--database is neither a path nor a connection string", "status", "--database", "Database=a")]
    [InlineData("--database is neither a path nor a connection string", "status", "--database", "Host=a;Port=x")]
    public void What_is_wrong_is_said(string complaint, params string[] arguments) => Assert.Contains(complaint, Program.Parse(arguments).Errors[0].Message);

    [Theory]
    [InlineData("silo")]
    [InlineData("silo", "--threads", "4", "--dashboard", "8080", "--dead-after", "2.5", "--address", "10.0.0.7")]
    [InlineData("translate", "a", "b", "--silo", "--threads", "1")]
    [InlineData("status", "--database", "Host=a;Database=b")]
    public void What_is_right_is_taken(params string[] arguments) => Assert.Empty(Program.Parse(arguments).Errors);
}
