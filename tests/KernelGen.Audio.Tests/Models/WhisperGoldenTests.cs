namespace KernelGen.Audio.Tests.Models;

/// <summary>A small Whisper against an independent reference in double precision.</summary>
public sealed class WhisperGoldenTests
{
    private const double Tolerance = 5e-5;

    private static readonly SpeechGolden Golden = SpeechGolden.Whisper;

    public static TheoryData<InstructionSet> Sets => [.. Enum.GetValues<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Encoder_output_and_logits_are_within_the_tolerance(InstructionSet instructionSet)
    {
        using GoldenWhisper model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            GoldenAssert.Close(Golden.Expected[$"memory.{i}"].Values, model.EncoderOutput(Golden.Frames(i)), Tolerance);
            using EncodedSpeech speech = model.Encode(Golden.Frames(i));
            GoldenAssert.Close(Golden.Expected[$"logits.{i}"].Values, speech.Logits(Golden.TargetPrefixes[i]), Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Greedy_tokens_and_their_log_probabilities_are_the_golden_ones(InstructionSet instructionSet)
    {
        using GoldenWhisper model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Frames(i));
            int[] forced = Golden.ForcedPrefixes[i];
            Hypothesis whole = Assert.Single(speech.Generate(Options(i) with { ForcedPrefix = [.. forced], MaxLength = Golden.MaxNewTokens }).Hypotheses);
            Hypothesis free = Assert.Single(speech.Generate(
                Options(i) with { Prompt = [Golden.Start, .. forced], MaxLength = Golden.MaxNewTokens - forced.Length }).Hypotheses);
            SpeechGolden.Answer expected = Golden.Greedy[i];
            Assert.Equal(expected.Tokens[..^1], whole.Tokens);
            Assert.Equal(expected.Tokens[forced.Length..^1], free.Tokens);
            Assert.Equal(expected.LogProbability, whole.Score!.Value * expected.Tokens.Length, 1e-3);
            Assert.Equal(expected.LogProbabilityOfFreeTokens, free.Score!.Value * (expected.Tokens.Length - forced.Length), 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Hypotheses_of_beam_search_are_the_golden_ones(InstructionSet instructionSet)
    {
        using GoldenWhisper model = Load(instructionSet);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech speech = model.Encode(Golden.Frames(i), new SpeechEncodingOptions { MaxHypotheses = Golden.BeamSize });
            int[] forced = Golden.ForcedPrefixes[i];
            GenerationOptions options = Options(i) with { BeamSize = Golden.BeamSize, HypothesisCount = Golden.BeamSize };
            GoldenAssert.Hypotheses(Golden.Beam[i], 0, speech.Generate(options with { ForcedPrefix = [.. forced], MaxLength = Golden.MaxNewTokens }), model.EndToken);
            GoldenAssert.Hypotheses(
                Golden.BeamOfFreeTokens[i],
                forced.Length,
                speech.Generate(options with { Prompt = [Golden.Start, .. forced], MaxLength = Golden.MaxNewTokens - forced.Length }),
                model.EndToken);
        }
    }

    private static GenerationOptions Options(int source) => new()
    {
        ReturnScores = true,
        SuppressedTokens = [.. Golden.Suppressed],
        BeginSuppressedTokens = [.. Golden.BeginSuppressed],
    };

    private static GoldenWhisper Load(InstructionSet instructionSet)
    {
        Assert.SkipUnless(KernelGen.InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return GoldenWhisper.Load(Golden.ModelPath, new ModelLoadOptions { InstructionSet = instructionSet });
    }
}
