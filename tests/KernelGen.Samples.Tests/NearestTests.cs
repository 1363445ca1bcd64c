using System.Reflection;
using KernelGen.Checkpoints;
using KernelGen.Samples.Translate;
using KernelGen.Tests;
using Encoder = KernelGen.Samples.Nearest.Encoder;

namespace KernelGen.Samples.Tests;

/// <summary>The encoder that is put together by hand of single kernels, and its command line.</summary>
public class NearestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(128)]
    public void Its_encoder_gives_what_that_of_the_model_gives(int length)
    {
        int[] tokens = [.. Enumerable.Range(0, length).Select(static i => 3 + (i * 37 % 2600))];
        using Translator model = Translator.Load(Weights(typeof(Translator).Assembly));
        using SafetensorsFile file = SafetensorsFile.Open(Weights(typeof(Encoder).Assembly));
        using var encoder = new Encoder(file);

        float[] expected = model.Encode(tokens), actual = encoder.Encode(tokens);

        // The sines of its positions are those of the operating system, which may be others in their last bit.
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(expected.Zip(actual, static (a, b) => Math.Abs(a - b)).Max() < 1e-5);
    }

    [Fact]
    public async Task The_nearest_sentence_comes_first()
    {
        ChildProgram program = await ChildProgram.Run("Nearest", "我喜欢喝茶。\n\n狗追猫。\n", "狗追猫。");
        Assert.Equal((0, ""), (program.ExitCode, program.Error));
        Assert.Equal(2, program.Output.Count(static letter => letter == '\n'));
        Assert.StartsWith("1.000  狗追猫。\n", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentence_that_is_too_long_is_refused()
    {
        ChildProgram program = await ChildProgram.Run("Nearest", "", "狗", new string('狗', 500));
        Assert.Equal(1, program.ExitCode);
        Assert.Contains("the encoder takes 1 to 128", program.Error, StringComparison.Ordinal);
    }

    private static Stream Weights(Assembly assembly) => assembly.GetManifestResourceStream("model.safetensors")!;
}
