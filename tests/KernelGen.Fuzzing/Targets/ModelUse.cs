namespace KernelGen.Fuzzing.Targets;

/// <summary>Generates with a model whose weights may be anything.</summary>
internal static class ModelUse
{
    private static readonly int[] Source = [3, 4, 5, 2, 8, 0, 1];

    private static readonly GenerationOptions Greedy = new() { MaxLength = 5 };
    private static readonly GenerationOptions Parallel = new() { MaxLength = 5, ParallelGreedy = true };
    private static readonly GenerationOptions Scored = new() { MaxLength = 5, ReturnScores = true, ReturnCrossAttention = true };
    private static readonly GenerationOptions Beam = new() { MaxLength = 5, BeamSize = 3, HypothesisCount = 2, NoRepeatNGramSize = 2, RepetitionPenalty = 1.2 };
    private static readonly GenerationOptions Sampled = new() { MaxLength = 5, HypothesisCount = 2, Sampling = new SamplingOptions { Seed = 1, TopP = 0.9, TopK = 5, Temperature = 0.7 } };

    /// <summary>One of the ways to use a model.</summary>
    public static void Run(EncoderDecoder model, int variant)
    {
        try
        {
            ReadOnlySpan<int> source = Source.AsSpan(0, 1 + (variant % Source.Length));
            switch (variant % 8)
            {
                case 0:
                    Check(model, model.Generate(source, Parallel));
                    break;
                case 1:
                    Check(model, model.Generate(source, Scored));
                    break;
                case 2:
                    Check(model, model.Generate(source, Beam));
                    break;
                case 3:
                    Check(model, model.Generate(source, Sampled));
                    break;
                case 4:
                    Array.ForEach(model.Generate([source.ToArray(), Source], Greedy), result => Check(model, result));
                    break;
                case 5:
                    model.Score(source, [1, 2, 3]);
                    model.Logits(source, [model.StartToken, 1]);
                    break;
                case 6:
                    model.CrossAttention(source, [1, 2, 3]).Align();
                    break;
                default:
                    Check(model, model.Generate(source, Greedy));
                    break;
            }
        }
        catch (InvalidOperationException exception) when (exception.Message.Contains("weights", StringComparison.Ordinal))
        {
            // Beam search and sampling find no token where logits are not finite, and say so.
        }
    }

    /// <summary>Checks what a model generated.</summary>
    public static void Check(EncoderDecoder model, GenerationResult result)
    {
        foreach (Hypothesis hypothesis in result.Hypotheses)
        {
            foreach (int token in hypothesis.Tokens)
            {
                if ((uint)token >= (uint)model.TargetVocabularySize)
                {
                    throw new FindingException($"The model generated the token {token}; its vocabulary has {model.TargetVocabularySize}.");
                }
            }
        }
    }
}
