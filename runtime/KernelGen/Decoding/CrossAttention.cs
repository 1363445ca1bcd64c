namespace KernelGen;

/// <summary>
/// Where the decoder looked: with which probability each head of each decoder layer attended to each source token when a target token was predicted
/// (Bahdanau et al. 2015 call it an alignment).
/// </summary>
/// <remarks>
/// The row of target position i is the attention of the step that predicted token i, so its input were the tokens before it. Where the target ended with
/// the end token, that one has a row too, the last. Values have the same bits on every instruction set and whatever shared the batch.
/// </remarks>
public sealed class CrossAttention : AttentionProbabilities
{
    internal CrossAttention(int layers, int heads, int targetLength, int sourceLength)
        : base(layers, heads, targetLength, sourceLength)
    {
    }

    /// <summary>The number of target tokens, the end token included where there is one: the rows of a head.</summary>
    public int TargetLength => QueryLength;

    /// <summary>The number of source tokens: the columns of a head.</summary>
    public int SourceLength => KeyLength;

    /// <summary>The source position that each target token attends to most, by <see cref="AttentionProbabilities.Average()"/>; of equal ones the first.</summary>
    /// <returns>A source position for each target position.</returns>
    public int[] Align() => Highest(Average());

    /// <summary>
    /// The source position that each target token attends to most, by <see cref="AttentionProbabilities.Average(int)"/>; of equal ones the first. In many
    /// models one of the last layers aligns better than all together.
    /// </summary>
    /// <param name="layer">The decoder layer, from 0.</param>
    /// <returns>A source position for each target position.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public int[] Align(int layer) => Highest(Average(layer));

    private int[] Highest(ReadOnlySpan<float> rows)
    {
        int[] positions = new int[TargetLength];
        for (int row = 0; row < positions.Length; row++)
        {
            ReadOnlySpan<float> probabilities = rows.Slice(row * SourceLength, SourceLength);
            for (int position = 1; position < probabilities.Length; position++)
            {
                if (probabilities[position] > probabilities[positions[row]])
                {
                    positions[row] = position;
                }
            }
        }

        return positions;
    }
}
