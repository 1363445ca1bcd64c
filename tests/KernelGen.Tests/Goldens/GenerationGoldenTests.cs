using System.Text;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Goldens;

/// <summary>Generation with options of generation_config.json files against an independent implementation of what Transformers do.</summary>
public sealed class GenerationGoldenTests
{
    private const double Tolerance = 1e-3;

    public static TheoryData<string, InstructionSet> Cases => GenerationGolden.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokens_and_scores_are_those_of_Transformers(string name, InstructionSet instructionSet)
    {
        GenerationGolden golden = GenerationGolden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        List<string> wrong = [];
        foreach (OptionSet set in golden.Sets)
        {
            var configuration = GenerationConfiguration.Parse(Encoding.UTF8.GetBytes(set.Json));
            Assert.Empty(configuration.UnsupportedKeys);
            GenerationOptions options = configuration.Options with { ReturnTokenLogProbabilities = true };
            GenerationResult[] together = model.Generate([.. set.Cases.Select(static answer => answer.Source)], options);
            for (int i = 0; i < set.Cases.Length; i++)
            {
                string what = $"{name}, {set.Name}, case {i}";
                ResultAssert.Same(together[i], model.Generate(set.Cases[i].Source, options), $"{what} alone");
                if (Difference(set.Cases[i], together[i]) is { } difference)
                {
                    wrong.Add($"{what}: {difference}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {golden.Sets.Sum(static set => set.Cases.Length)} cases differ.\n{string.Join("\n", wrong)}");
    }

    private static string? Difference(GenerationAnswer expected, GenerationResult actual)
    {
        if (actual.Hypotheses.Length != expected.Tokens.Length)
        {
            return $"{actual.Hypotheses.Length} hypotheses instead of {expected.Tokens.Length}";
        }

        for (int i = 0; i < expected.Tokens.Length; i++)
        {
            Hypothesis hypothesis = actual.Hypotheses[i];
            int[] tokens = hypothesis.EndToken is { } end ? [.. hypothesis.Tokens, end] : [.. hypothesis.Tokens];
            double score = hypothesis.Score ?? hypothesis.TokenLogProbabilities.Sum();
            if (!tokens.SequenceEqual(expected.Tokens[i]) || !(Math.Abs(score - expected.Scores[i]) <= Tolerance))
            {
                return $"hypothesis {i} is [{string.Join(" ", tokens)}] {score} instead of [{string.Join(" ", expected.Tokens[i])}] {expected.Scores[i]}";
            }
        }

        return null;
    }
}
