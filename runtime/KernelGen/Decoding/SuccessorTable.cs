namespace KernelGen.Decoding;

/// <summary>
/// Which token lately followed each token, and how reliably: one integer for each token of the vocabulary. Any number of threads may read and learn at
/// once: an entry is read and written whole, and what is lost in a race is one lesson.
/// </summary>
internal sealed class SuccessorTable(int vocabularySize)
{
    /// <summary>Bits of an entry that hold the confidence; those above hold the successor.</summary>
    private const int ConfidenceBits = 4;

    private const int MaxConfidence = (1 << ConfidenceBits) - 1;

    private readonly int[] _entries = new int[vocabularySize];

    /// <summary>What followed a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="successor">The token that followed it, where the confidence is not 0.</param>
    /// <returns>The confidence: 0 where the token was not seen, at most 15.</returns>
    public int Confidence(int token, out int successor)
    {
        int entry = _entries[token];
        successor = entry >> ConfidenceBits;
        return entry & MaxConfidence;
    }

    /// <summary>One token followed another: a right successor is trusted one more, a wrong one half as much, and replaced once it is hardly trusted.</summary>
    public void Learn(int token, int next)
    {
        int confidence = Confidence(token, out int successor);
        _entries[token] = confidence > 0 && successor == next ? Entry(next, Math.Min(confidence + 1, MaxConfidence))
            : confidence <= 1 ? Entry(next, 1)
            : Entry(successor, confidence / 2);
    }

    private static int Entry(int successor, int confidence) => (successor << ConfidenceBits) | confidence;
}
