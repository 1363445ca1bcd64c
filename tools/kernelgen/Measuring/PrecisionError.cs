using KernelGen.Execution;

namespace KernelGen.Tool.Measuring;

/// <summary>How far a model is from its checkpoint in float32, on random sources.</summary>
/// <param name="Sources">The number of sources.</param>
/// <param name="Logits">The number of logits that were compared: those of every step of the targets that float32 generates.</param>
/// <param name="LargestLogit">The largest magnitude of a logit in float32, to compare the differences with.</param>
/// <param name="LargestDifference">The largest difference of a logit.</param>
/// <param name="MeanDifference">The mean magnitude of the differences.</param>
/// <param name="Tokens">The number of tokens that float32 generates greedily.</param>
/// <param name="DifferingTokens">How many of them would be others, each after the same tokens before it.</param>
/// <param name="DifferingSources">For how many sources greedy generation gives another target.</param>
internal sealed record PrecisionError(
    int Sources, long Logits, double LargestLogit, double LargestDifference, double MeanDifference, int Tokens, int DifferingTokens, int DifferingSources)
{
    private const int MaxTargetLength = 32;

    /// <summary>Measures.</summary>
    /// <param name="exact">The checkpoint in float32.</param>
    /// <param name="model">The model to compare with it.</param>
    /// <param name="description">What both are.</param>
    public static PrecisionError Measure(MeasuredModel exact, MeasuredModel model, ModelDescription description)
    {
        var options = new GenerationOptions { MaxLength = Math.Min(MaxTargetLength, description.MaxTargetLength) };
        GenerationResult[] expected = exact.Generate(options);
        GenerationResult[] found = model.Generate(options);
        long count = 0;
        double largestLogit = 0, largest = 0, sum = 0;
        int tokens = 0, differingTokens = 0, differingSources = 0;
        for (int i = 0; i < exact.Count; i++)
        {
            ReadOnlySpan<int> target = expected[i].Hypotheses[0].Tokens.AsSpan();
            differingSources += target.SequenceEqual(found[i].Hypotheses[0].Tokens.AsSpan()) ? 0 : 1;

            // The end token is a choice, too, but stands in no target.
            int steps = Math.Min(target.Length + 1, options.MaxLength!.Value);
            int[] prefix = [description.StartToken, .. target[..(steps - 1)]];
            float[] exactLogits = exact.Logits(i, prefix);
            float[] modelLogits = model.Logits(i, prefix);
            count += exactLogits.Length;
            for (int j = 0; j < exactLogits.Length; j++)
            {
                double difference = Math.Abs((double)exactLogits[j] - modelLogits[j]);
                largest = Math.Max(largest, difference);
                largestLogit = Math.Max(largestLogit, Math.Abs(exactLogits[j]));
                sum += difference;
            }

            tokens += steps;
            for (int step = 0; step < steps; step++)
            {
                Range row = (step * description.TargetVocabularySize)..((step + 1) * description.TargetVocabularySize);
                differingTokens += Best(exactLogits.AsSpan(row), description) == Best(modelLogits.AsSpan(row), description) ? 0 : 1;
            }
        }

        return new PrecisionError(exact.Count, count, largestLogit, largest, sum / count, tokens, differingTokens, differingSources);
    }

    private static int Best(ReadOnlySpan<float> logits, ModelDescription description)
    {
        int best = -1;
        for (int token = 0; token < logits.Length; token++)
        {
            if ((best < 0 || logits[token] > logits[best]) && !description.SuppressedTokens.Contains(token))
            {
                best = token;
            }
        }

        return best;
    }
}
