using System.Text;
using CsCheck;

namespace KernelGen.Audio.Tests;

public class SpeechGenerationFileTests
{
    private static readonly WindowShape Shape = new(80, 3000, 1500, 448, 51865, 4, 6);

    [Fact]
    public void Heads_and_what_a_model_hears_are_read()
    {
        SpeechGenerationFile file = Read("""{ "alignment_heads": [[2, 5], [3, 0], [2, 5]], "is_multilingual": false, "max_length": 448 }""");
        Assert.Equal([new(2, 5), new(3, 0)], file.AlignmentHeads);
        Assert.False(file.IsMultilingual);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "alignment_heads": null, "is_multilingual": null }""")]
    public void What_is_missing_is_not_there(string json)
    {
        SpeechGenerationFile file = Read(json);
        Assert.Empty(file.AlignmentHeads);
        Assert.Null(file.IsMultilingual);
    }

    [Fact]
    public void Without_heads_all_of_the_upper_layers_are_taken() =>
        Assert.Equal([new(1, 0), new(1, 1), new(2, 0), new(2, 1)], AlignmentHeads.OfUpperLayers(Shape with { DecoderLayers = 3, DecoderHeads = 2 }));

    [Theory]
    [InlineData("", "file is no valid JSON")]
    [InlineData("[]", "file is Array; expected one JSON object")]
    [InlineData("{ \"alignment_heads\": 3 }", "file: alignment_heads, entry 0, is no head")]
    [InlineData("{ \"alignment_heads\": [[1, 2], [4, 0]] }", "file: alignment_heads, entry 1, is no head")]
    [InlineData("{ \"alignment_heads\": [[1, 6]] }", "file: alignment_heads, entry 0, is no head")]
    [InlineData("{ \"alignment_heads\": [[1, -1]] }", "file: alignment_heads, entry 0, is no head")]
    [InlineData("{ \"alignment_heads\": [[1]] }", "file: alignment_heads, entry 0, is no head")]
    [InlineData("{ \"alignment_heads\": [[1, 0.5]] }", "file: alignment_heads, entry 0, is no head")]
    [InlineData("{ \"is_multilingual\": \"yes\" }", "file: is_multilingual is String; expected true or false")]
    public void What_is_not_usable_is_named(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 60].Sample(static bytes =>
    {
        try
        {
            SpeechGenerationFile.Read(bytes, "file", Shape);
        }
        catch (InvalidDataException problem)
        {
            Assert.StartsWith("file", problem.Message, StringComparison.Ordinal);
        }
    });

    private static SpeechGenerationFile Read(string json) => SpeechGenerationFile.Read(Encoding.UTF8.GetBytes(json), "file", Shape);
}
