using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Tests;

public class JsonReaderTests
{
    [Theory]
    [InlineData("""{"a": [1, -2.5e3, true, false, null, "x"], "b": {}}""")]
    [InlineData("\uFEFF { } ")]
    [InlineData("[NaN, Infinity, -Infinity]")]
    [InlineData("\"\\u00e6\\n\\\\\\\"\\/\"")]
    [InlineData("0")]
    public void Reads_what_Python_writes(string text)
    {
        Assert.NotNull(JsonReader.Read(text, out JsonError? error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("", 1, 1, "a value")]
    [InlineData("{\n  \"a\": 1,\n  }", 3, 3, "the name of a member in double quotes")]
    [InlineData("{\"a\" 1}", 1, 6, "':'")]
    [InlineData("{\"a\": 1 \"b\": 2}", 1, 9, "',' or '}'")]
    [InlineData("[1 2]", 1, 4, "',' or ']'")]
    [InlineData("[1,]", 1, 4, "a value")]
    [InlineData("{} x", 1, 4, "the end of the file")]
    [InlineData("01", 1, 2, "the end of the file")]
    [InlineData("1.", 1, 3, "a digit")]
    [InlineData("-", 1, 2, "a digit")]
    [InlineData("1e+", 1, 4, "a digit")]
    [InlineData("tru", 1, 1, "'true'")]
    [InlineData("\"abc", 1, 5, "a closing '\"'")]
    [InlineData("\"a\nb\"", 1, 3, "a closing '\"' before the end of the line (control characters are escaped in JSON)")]
    [InlineData("\"\\u12\"", 1, 3, "one of \" \\ / b f n r t, or u and four hexadecimal digits, after the '\\'")]
    [InlineData("// comment", 1, 1, "a value")]
    public void Says_where_a_text_stops_being_JSON(string text, int line, int column, string expected)
    {
        Assert.Null(JsonReader.Read(text, out JsonError? error));
        Assert.Equal((line, column, expected), (error!.Line, error.Column, error.Message));
        Assert.Equal((line, column), JsonReader.LineAndColumn(text, error.Position));
    }

    [Fact]
    public void Goes_no_deeper_than_its_limit()
    {
        Assert.NotNull(JsonReader.Read(Nested(JsonReader.MaximumDepth), out _));
        Assert.Null(JsonReader.Read(Nested(JsonReader.MaximumDepth + 1), out JsonError? error));
        Assert.Equal("at most 64 levels of arrays and objects", error?.Message);
        Assert.Null(JsonReader.Read(new string('[', 1_000_000), out _));
    }

    [Theory]
    [InlineData("512", true, 512)]
    [InlineData("512.0", true, 512)]
    [InlineData("5.12e2", true, 512)]
    [InlineData("-1", true, -1)]
    [InlineData("2147483647", true, int.MaxValue)]
    [InlineData("2147483648", false, 0)]
    [InlineData("1.5", false, 0)]
    [InlineData("1e999", false, 0)]
    [InlineData("NaN", false, 0)]
    [InlineData("\"512\"", false, 0)]
    [InlineData("true", false, 0)]
    public void Whole_numbers_fit_into_32_bits(string text, bool isInteger, int expected)
    {
        JsonValue value = JsonReader.Read(text, out _)!;

        Assert.Equal(isInteger, value.TryGetInteger(out int number));
        Assert.Equal(expected, number);
    }

    [Fact]
    public void Escapes_are_resolved() => Assert.Equal("æ\n\t\"\\/", JsonReader.Read("\"\\u00e6\\n\\t\\\"\\\\\\/\"", out _)!.Text);

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
