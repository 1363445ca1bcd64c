using System.Numerics.Tensors;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Whether KernelGen and an ONNX Runtime model do the same work: the tokens of one source, and the logits that they were chosen from.</summary>
internal sealed class TokenComparison
{
    /// <summary>What rounding may change of a float32 logit; two that are this near may change places.</summary>
    public const float Tolerance = 1e-3f;

    /// <summary>Runs both models.</summary>
    public TokenComparison(PeerCase peer, EncoderDecoder model, OnnxRuntimePeer onnxRuntime, int[] source)
    {
        Hypothesis hypothesis = model.Generate(source, PeersReport.Options).Hypotheses[0];
        int[] tokens = [.. hypothesis.Tokens];
        float[] otherLogits = new float[PeerCase.TargetLength * peer.VocabularySize];
        int[] otherTokens = onnxRuntime.Generate(source, otherLogits);
        MetEndToken = hypothesis.FinishReason == FinishReason.EndToken || otherTokens[^1] == PeerCase.EndToken;
        if (MetEndToken)
        {
            return;
        }

        Agreeing = tokens.AsSpan().CommonPrefixLength(otherTokens);
        Distinct = tokens.Distinct().Count();
        float[] logits = model.Logits(source, [PeerCase.StartToken, .. tokens[..^1]]);
        float[] difference = new float[peer.VocabularySize];

        // Up to the first token that differs, both models have seen the same target.
        int comparable = Math.Min(Agreeing + 1, tokens.Length);
        for (int step = 0; step < comparable; step++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(step * peer.VocabularySize, peer.VocabularySize);
            ReadOnlySpan<float> otherRow = otherLogits.AsSpan(step * peer.VocabularySize, peer.VocabularySize);
            TensorPrimitives.Subtract(row, otherRow, difference);
            LargestDifference = Math.Max(LargestDifference, Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference)));
            SmallestMargin = Math.Min(SmallestMargin, Margin(row, tokens[step]));
        }

        if (Agreeing < tokens.Length)
        {
            int first = Agreeing * peer.VocabularySize;
            IsTie = logits[first + tokens[Agreeing]] - logits[first + otherTokens[Agreeing]] <= Tolerance;
        }
    }

    /// <summary>Whether one of them met the end token; then nothing else here is set.</summary>
    public bool MetEndToken { get; }

    /// <summary>The tokens that are the same, from the first on.</summary>
    public int Agreeing { get; }

    /// <summary>Whether the first token that differs was chosen between logits that are almost equal.</summary>
    public bool IsTie { get; }

    /// <summary>The different tokens among those that KernelGen generated.</summary>
    public int Distinct { get; }

    /// <summary>The largest difference of two logits, as long as both models have seen the same target.</summary>
    public float LargestDifference { get; }

    /// <summary>From KernelGen's best to its second-best logit, in the step where they are nearest.</summary>
    public float SmallestMargin { get; } = float.PositiveInfinity;

    private static float Margin(ReadOnlySpan<float> logits, int best) =>
        logits[best] - Math.Max(Max(logits[..best]), Max(logits[(best + 1)..]));

    private static float Max(ReadOnlySpan<float> logits) => logits.IsEmpty ? float.NegativeInfinity : TensorPrimitives.Max(logits);
}
