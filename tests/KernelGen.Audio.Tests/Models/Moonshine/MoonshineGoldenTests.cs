namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>A small Moonshine against an independent reference in double precision.</summary>
public sealed class MoonshineGoldenTests
{
    private const double Tolerance = 1e-4;

    private static readonly SpeechGolden Golden = SpeechGolden.Moonshine;

    public static TheoryData<InstructionSet> Sets => [.. Enum.GetValues<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Encoder_output_and_logits_are_within_the_tolerance(InstructionSet instructionSet)
    {
        using GoldenMoonshine model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            GoldenAssert.Close(Golden.Expected[$"memory.{i}"].Values, model.EncoderOutput(Golden.Samples(i)), Tolerance);
            using EncodedSpeech speech = model.Encode(Golden.Samples(i));
            GoldenAssert.Close(Golden.Expected[$"logits.{i}"].Values, speech.Logits(Golden.TargetPrefixes[i]), Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Greedy_tokens_and_their_log_probabilities_are_the_golden_ones(InstructionSet instructionSet)
    {
        using GoldenMoonshine model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Samples(i));
            Hypothesis found = Assert.Single(speech.Generate(new GenerationOptions { ReturnScores = true, MaxLength = Golden.MaxNewTokens }).Hypotheses);
            SpeechGolden.Answer expected = Golden.Greedy[i];
            Assert.Equal(GoldenAssert.WithoutEnd(expected.Tokens, model.EndToken), found.Tokens);
            Assert.Equal(expected.LogProbability, found.Score!.Value * expected.Tokens.Length, 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Hypotheses_of_beam_search_are_the_golden_ones(InstructionSet instructionSet)
    {
        using GoldenMoonshine model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Samples(i), new SpeechEncodingOptions { MaxHypotheses = Golden.BeamSize });
            GenerationResult found = speech.Generate(new GenerationOptions
            {
                ReturnScores = true,
                BeamSize = Golden.BeamSize,
                HypothesisCount = Golden.BeamSize,
                MaxLength = Golden.MaxNewTokens,
            });
            GoldenAssert.Hypotheses(Golden.Beam[i], 0, found, model.EndToken);
        }
    }

    private static GoldenMoonshine Load(InstructionSet instructionSet)
    {
        Assert.SkipUnless(KernelGen.InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return GoldenMoonshine.Load(Golden.ModelPath, new ModelLoadOptions { InstructionSet = instructionSet });
    }
}
