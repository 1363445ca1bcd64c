using System.Text.Json;
using KernelGen.Execution;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Goldens;

/// <summary>Whole models against an independent PyTorch reference.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names => Golden.Names;

    public static TheoryData<string, InstructionSet> Cases => Golden.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Names))]
    public void Declaration_and_presets_say_what_the_golden_says(string name)
    {
        Golden golden = Golden.Named(name);
        ModelDescription model = golden.Model.Description;
        JsonElement settings = golden.Settings;
        int Integer(string key) => settings.GetProperty(key).GetInt32();
        bool Flag(string key) => settings.GetProperty(key).GetBoolean();
        string Text(string key) => settings.GetProperty(key).GetString()!;

        Assert.Equal(Integer("start_id"), model.StartToken);
        Assert.Equal(Integer("end_id"), model.EndToken);
        Assert.Equal(Integer("pad_id"), model.PadToken);
        int[] suppressed = settings.TryGetProperty("suppress", out JsonElement tokens) ? [.. tokens.EnumerateArray().Select(static token => token.GetInt32())] : [];
        Assert.Equal(suppressed, model.SuppressedTokens);
        if (golden.IsDeclaredByFile)
        {
            return;
        }

        Assert.Equal(Text("family"), model.Architecture == Architecture.Vanilla ? "torch" : model.Architecture.ToString().ToLowerInvariant());
        Assert.Equal(Integer("model_dimension"), model.ModelDimension);
        Assert.Equal(Integer("heads"), model.Heads);
        Assert.Equal(Integer("feed_forward_dimension"), model.FeedForwardDimension);
        Assert.Equal(Integer("encoder_layers"), model.EncoderLayers);
        Assert.Equal(Integer("decoder_layers"), model.DecoderLayers);
        Assert.Equal(Integer("source_vocabulary"), model.SourceVocabularySize);
        Assert.Equal(Integer("target_vocabulary"), model.TargetVocabularySize);
        Assert.Equal(Integer("max_source_length"), model.MaxSourceLength);
        Assert.Equal(Integer("max_target_length"), model.MaxTargetLength);
        Assert.Equal(Flag("pre_norm"), model.NormPlacement == NormPlacement.Pre);
        Assert.Equal(Flag("final_norm"), model.FinalNorm);
        Assert.Equal(Flag("scale_embedding"), model.ScaleEmbedding);
        Assert.Equal(settings.GetProperty("layer_norm_epsilon").GetDouble(), model.LayerNormEpsilon);
        Assert.Equal(Text("activation"), model.Activation == Activation.Silu ? "swish" : model.Activation.ToString().ToLowerInvariant());
        Assert.Equal(
            Text("positions"),
            model.PositionalEncoding switch
            {
                PositionalEncoding.Sinusoidal => "sinusoidal interleaved",
                PositionalEncoding.SinusoidalSplit => "sinusoidal split",
                _ => $"learned, offset {model.PositionOffset}",
            });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Oracle_in_double_precision_agrees_with_the_golden(string name)
    {
        Golden golden = Golden.Named(name);
        var oracle = new ReferenceModel(golden.Model.Description, TensorFile.Read(golden.ModelPath));
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            double[][] memory = oracle.Encode(golden.Sources[i]);
            double[][] logits = oracle.Logits(golden.Sources[i], golden.TargetPrefixes[i]);
            AssertClose(golden, [.. memory.SelectMany(static row => row)], golden.Expected[$"memory.{i}"].Values, $"memory {i}");
            AssertClose(golden, [.. logits.SelectMany(static row => row)], golden.Expected[$"logits.{i}"].Values, $"logits {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encoder_output_and_logits_are_within_the_tolerance(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            float[] memory = model.Encode(golden.Sources[i]);
            float[] logits = model.Logits(golden.Sources[i], golden.TargetPrefixes[i]);
            AssertClose(golden, DoubleKernels.Widen(golden.Expected[$"memory.{i}"].Values), memory, $"memory {i}");
            AssertClose(golden, DoubleKernels.Widen(golden.Expected[$"logits.{i}"].Values), logits, $"logits {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Greedy_tokens_are_the_golden_ones(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        int endToken = golden.Model.Description.EndToken;
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            int[] expected = golden.Greedy[i].Tokens;
            bool ends = expected[^1] == endToken;
            GenerationResult result = model.Generate(golden.Sources[i], new GenerationOptions { MaxLength = golden.MaxNewTokens, ForcedPrefix = [.. golden.ForcedPrefixes[i]] });
            Hypothesis hypothesis = Assert.Single(result.Hypotheses);
            Assert.Equal(ends ? expected[..^1] : expected, hypothesis.Tokens);
            Assert.Equal(ends ? FinishReason.EndToken : FinishReason.Length, hypothesis.FinishReason);
            Assert.Null(hypothesis.Score);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_probability_of_greedy_tokens_is_within_1e_3(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            GreedyAnswer expected = golden.Greedy[i];
            var options = new GenerationOptions { MaxLength = golden.MaxNewTokens, ReturnScores = true, ForcedPrefix = [.. golden.ForcedPrefixes[i]] };
            Hypothesis hypothesis = model.Generate(golden.Sources[i], options).Hypotheses[0];
            Assert.Equal(expected.LogProbability, hypothesis.Score!.Value * expected.Tokens.Length, 1e-3);

            // The golden shares the probability of suppressed tokens out among the others, as generation and scoring do.
            ScoreResult score = model.Score(golden.Sources[i], expected.Tokens);
            Assert.Equal(expected.Tokens.Length, score.TokenLogProbabilities.Length);
            Assert.Equal(expected.LogProbability, score.LogProbability, 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hypotheses_of_beam_search_are_the_golden_ones(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        int endToken = golden.Model.Description.EndToken;
        var options = new GenerationOptions
        {
            MaxLength = golden.MaxNewTokens,
            BeamSize = golden.BeamSize,
            HypothesisCount = golden.BeamSize,
            LengthPenalty = golden.LengthPenalty,
        };

        // Sources whose targets begin alike can be generated for together.
        bool isTogether = golden.ForcedPrefixes.All(prefix => prefix.SequenceEqual(golden.ForcedPrefixes[0]));
        GenerationResult[]? together = isTogether ? model.Generate(golden.Sources, Beginning(0)) : null;
        Assert.Equal(golden.Beam.Count, golden.Sources.Length);
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            GenerationResult result = model.Generate(golden.Sources[i], Beginning(i));
            BeamAnswer[] expected = golden.Beam[i];
            Assert.Equal(expected.Length, result.Hypotheses.Length);
            for (int j = 0; j < expected.Length; j++)
            {
                Hypothesis hypothesis = result.Hypotheses[j];
                bool ends = expected[j].Tokens[^1] == endToken;
                Assert.Equal(ends ? expected[j].Tokens[..^1] : expected[j].Tokens, hypothesis.Tokens);
                Assert.Equal(ends ? FinishReason.EndToken : FinishReason.Length, hypothesis.FinishReason);
                Assert.Equal(expected[j].Score, hypothesis.Score!.Value, 1e-3);
            }

            if (together is not null)
            {
                ResultAssert.Same(together[i], result, $"{name}: source {i} alone");
            }
        }

        GenerationOptions Beginning(int source) => options with { ForcedPrefix = [.. golden.ForcedPrefixes[source]] };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Streamed_tokens_are_the_generated_ones(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        for (int i = 0; i < golden.Sources.Length; i++)
        {
            var options = new GenerationOptions { MaxLength = golden.MaxNewTokens, ForcedPrefix = [.. golden.ForcedPrefixes[i]] };
            List<GeneratedToken> streamed = [.. model.Stream(golden.Sources[i], options)];
            Assert.Equal(model.Generate(golden.Sources[i], options).Hypotheses[0].Tokens, streamed.Select(static token => token.Token));
            Assert.Equal(Enumerable.Range(0, streamed.Count), streamed.Select(static token => token.Index));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_instruction_set_gives_the_same_bits(string name)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder portable = golden.Load(InstructionSet.Portable);
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            using EncoderDecoder model = golden.Load(instructionSet);
            Assert.Equal(instructionSet, model.InstructionSet);
            for (int i = 0; i < golden.Sources.Length; i++)
            {
                BitAssert.Equal(portable.Encode(golden.Sources[i]), model.Encode(golden.Sources[i]), $"{name}, {instructionSet}: memory {i}");
                BitAssert.Equal(
                    portable.Logits(golden.Sources[i], golden.TargetPrefixes[i]),
                    model.Logits(golden.Sources[i], golden.TargetPrefixes[i]),
                    $"{name}, {instructionSet}: logits {i}");
                BitAssert.Equal(
                    [.. portable.Score(golden.Sources[i], golden.Greedy[i].Tokens).TokenLogProbabilities],
                    [.. model.Score(golden.Sources[i], golden.Greedy[i].Tokens).TokenLogProbabilities],
                    $"{name}, {instructionSet}: log-probabilities {i}");
            }
        }
    }

    private static void AssertClose(Golden golden, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, string what) =>
        Closeness.AssertClose(expected, actual, golden.Tolerance, $"{golden.Name}: {what}");
}
