using System.Numerics.Tensors;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Speech;

/// <summary>
/// What transcription asks of each token, without a tokenizer: some hundred tokens are forbidden, and text is where all timestamps together are more probable than any other token.
/// </summary>
/// <param name="model">The model, whose last tokens are timestamps.</param>
internal sealed class TimestampLikeRule(ModelDescription model)
{
    private const int Timestamps = 1501, Forbidden = 100;

    private readonly int _firstTimestamp = model.TargetVocabularySize - Timestamps;

    /// <summary>A <see cref="TokenConstraint"/>.</summary>
    public void Apply(GenerationStep step, AllowedTokens allowed)
    {
        Span<float> logits = allowed.Logits;
        for (int token = 0; token < Forbidden; token++)
        {
            logits[_firstTimestamp - 1 - (token * step.Position)] = float.NegativeInfinity;
        }

        ReadOnlySpan<float> timestamps = logits[_firstTimestamp..];
        float highest = TensorPrimitives.Max(timestamps);
        double sum = 0;
        foreach (float timestamp in timestamps)
        {
            sum += Math.Exp(timestamp - highest);
        }

        if (highest + Math.Log(sum) > TensorPrimitives.Max<float>(logits[.._firstTimestamp]))
        {
            logits[.._firstTimestamp].Fill(float.NegativeInfinity);
        }
    }
}
