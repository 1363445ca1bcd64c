using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Sources as the rows of a rectangular array: padding is not computed, and shows in no bit.</summary>
public sealed class RectangularArrayTests
{
    public static TheoryData<string> Models => DeclaredModels.Names;

    [Theory]
    [MemberData(nameof(Models))]
    public void Padded_rows_have_the_bits_of_the_list_without_padding(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 3)), InstructionSet.Portable);
        var samples = new Samples(1);
        int columns = Math.Min(20, model.MaxSourceLength);
        int real = model.PadToken == 0 ? 1 : 0;
        int[][] sources = [.. Enumerable.Range(1, columns)
            .Select(length => Array.ConvertAll(samples.Tokens(length, model.SourceVocabularySize), token => token == model.PadToken ? real : token))];
        foreach (GenerationOptions options in new GenerationOptions[] { new() { MaxLength = 6, ReturnScores = true }, new() { MaxLength = 5, BeamSize = 3, HypothesisCount = 3 } })
        {
            GenerationResult[] expected = model.Generate(sources, options);
            foreach (int width in new[] { columns, columns + 7 })
            {
                AssertSame(expected, model.Generate(Padded(sources, width, model.PadToken), options), $"{name}, {options}");
                AssertSame(expected, model.Generate(Padded(sources, width, -1), -1, options), $"{name}, {options}, padded with -1");
            }
        }
    }

    [Fact]
    public void Bad_arrays_are_refused_by_row_and_column()
    {
        using GoldenBart model = GoldenBart.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenBart.Description)));
        Assert.Equal(1, model.PadToken);
        AssertRefused(new[,] { { 5, 1, 1 }, { 1, 1, 1 } }, "Row 1 holds nothing but the pad token 1");
        AssertRefused(new[,] { { 5, 6, 7 }, { 5, 1, 7 } }, "Row 1 has the pad token 1 in column 1, before the token in column 2");
        AssertRefused(new[,] { { 1, 6, 1 } }, "Row 0 has the pad token 1 in column 0, before the token in column 1");
        AssertRefused(new[,] { { 5, 6, 1 }, { 5, 45, 1 } }, "Token 1 of source 1 is 45");
        AssertRefused(new int[2, 0], "The array has 2 rows and no columns");
        AssertRefused(Padded([[.. Enumerable.Repeat(7, 65)]], 70, 1), "Source 0 has 65 tokens");
        Assert.Equal("sources", Assert.Throws<ArgumentNullException>(() => model.Generate((int[,])null!)).ParamName);
        Assert.Empty(model.Generate(new int[0, 5]));

        void AssertRefused(int[,] sources, string message)
        {
            ArgumentException exception = Assert.ThrowsAny<ArgumentException>(() => model.Generate(sources));
            Assert.Equal("sources", exception.ParamName);
            Assert.Contains(message, exception.Message);
        }
    }

    private static int[,] Padded(int[][] sources, int width, int padToken)
    {
        int[,] rows = new int[sources.Length, width];
        for (int row = 0; row < sources.Length; row++)
        {
            for (int column = 0; column < width; column++)
            {
                rows[row, column] = column < sources[row].Length ? sources[row][column] : padToken;
            }
        }

        return rows;
    }

    private static void AssertSame(GenerationResult[] expected, GenerationResult[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            ResultAssert.Same(expected[i], actual[i], $"{what}: row {i}");
        }
    }
}
