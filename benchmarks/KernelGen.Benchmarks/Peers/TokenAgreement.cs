namespace KernelGen.Benchmarks.Peers;

/// <summary>How far the tokens of another contender are those of KernelGen in float32.</summary>
internal sealed class TokenAgreement
{
    /// <summary>What rounding may change of a float32 logit; two that are this near may change places.</summary>
    private const float Tolerance = 1e-3f;

    private readonly int _tokens;
    private readonly int _distinct;
    private readonly int _ties;
    private readonly int _same;

    /// <summary>Compares.</summary>
    /// <param name="model">KernelGen in float32.</param>
    /// <param name="sources">The sources.</param>
    /// <param name="expected">KernelGen's tokens.</param>
    /// <param name="actual">The other's.</param>
    public TokenAgreement(EncoderDecoder model, int[][] sources, int[][] expected, int[][] actual)
    {
        _tokens = expected.Sum(static tokens => tokens.Length);
        _distinct = expected.SelectMany(static tokens => tokens).Distinct().Count();
        int differences = sources.Length - expected.Zip(actual).Count(static pair => pair.First.Length == pair.Second.Length);
        for (int i = 0; i < sources.Length; i++)
        {
            int same = expected[i].AsSpan().CommonPrefixLength(actual[i]);
            _same += same;
            if (same < expected[i].Length)
            {
                differences++;
                _ties += same < actual[i].Length && IsTie(model, sources[i], expected[i], same, actual[i][same]) ? 1 : 0;
            }
        }

        IsSameModel = differences == _ties;
    }

    /// <summary>Whether all tokens are the same, but for those that were chosen between logits that are almost equal, and what follows them.</summary>
    public bool IsSameModel { get; }

    /// <summary>For example <c>767 of 768 (one tie), 305 distinct</c>: tokens that are the same, from the first of a sentence on.</summary>
    public override string ToString() =>
        $"{_same} of {_tokens}{_ties switch { 0 => "", 1 => " (one tie)", _ => $" ({_ties} ties)" }}, {_distinct} distinct";

    private static bool IsTie(EncoderDecoder model, int[] source, int[] expected, int step, int other)
    {
        float[] logits = model.Logits(source, [model.StartToken, .. expected[..step]]);
        ReadOnlySpan<float> last = logits.AsSpan(step * model.TargetVocabularySize);
        return last[expected[step]] - last[other] <= Tolerance;
    }
}
