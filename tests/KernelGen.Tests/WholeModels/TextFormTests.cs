using System.Globalization;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>What a model and its results are as text, which debuggers and logs show.</summary>
public sealed class TextFormTests
{
    public static TheoryData<string> Names => DeclaredModels.Names;

    /// <summary>The parameters are the numbers of the checkpoint, of which positions that the model does not use are none.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_model_says_what_it_is(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSet.Portable, WeightPrecision.BFloat16);

        long parameters = tensors.Sum(tensor => tensor.Key.EndsWith("encoder.embed_positions.weight", StringComparison.Ordinal) ? description.MaxSourceLength * (long)description.ModelDimension
            : tensor.Key.EndsWith("decoder.embed_positions.weight", StringComparison.Ordinal) ? description.MaxTargetLength * (long)description.ModelDimension
            : tensor.Value.Values.Length);
        string text = model.ToString();
        Assert.StartsWith($"{description.Name}: {description.Architecture}, {description.ModelDimension} wide, {description.Heads} heads, ", text);
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $"; {parameters:N0} parameters, BFloat16, Portable"), text);
    }

    [Fact]
    public void Results_say_what_they_hold()
    {
        using var model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int[] source = [4, 5, 6];
        int[] target = [7, 8];

        GenerationResult greedy = model.Generate(source, new GenerationOptions { MaxLength = 4, ForcedPrefix = [7, 8, 9, 10] });
        Assert.Equal("[7, 8, 9, 10], ended by Length", greedy.ToString());
        Assert.Equal(greedy.ToString(), greedy.Hypotheses[0].ToString());
        string longer = model.Generate(source, new GenerationOptions { MaxLength = 20, ForcedPrefix = [.. Enumerable.Range(7, 20)] }).ToString();
        Assert.Equal("[7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, … 20 tokens], ended by Length", longer);

        GenerationResult best = model.Generate(source, new GenerationOptions { BeamSize = 3, HypothesisCount = 3, MaxLength = 4 });
        Assert.Equal($"{best.Hypotheses[0]} and 2 more", best.ToString());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"], score {best.Hypotheses[0].Score:0.####}"), best.ToString());
        Assert.Equal("[], score 0", Hypothesis.Empty.ToString());

        ScoreResult score = model.Score(source, target);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"log-probability {score.LogProbability:0.####} of 2 tokens"), score.ToString());
        Assert.Equal("2 layers of 4 heads, 2 × 3 tokens", model.CrossAttention(source, target).ToString());
        Assert.Equal("encoder: 2 layers of 4 heads, 3 × 3 tokens; decoder: 2 layers of 4 heads, 2 × 2 tokens", model.SelfAttention(source, target).ToString());
        Assert.Equal("3 tokens, 64 wide", model.EmbedSource(source).ToString());
        Assert.Equal("token 5 at 2", new GeneratedToken(2, 5, null).ToString());
        Assert.Equal("token 5 at 2, log-probability -0.25", new GeneratedToken(2, 5, -0.25f).ToString());
    }

    /// <summary>A number reads the same wherever the program runs.</summary>
    [Fact]
    public void The_culture_changes_nothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("0,25", $"{0.25}");
            Assert.Equal("token 5 at 2, log-probability -0.25", new GeneratedToken(2, 5, -0.25f).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
