namespace KernelGen;

/// <summary>
/// Where the decoder looked: with which probability each head of each decoder layer attended to each source token when a target token was predicted
/// (Bahdanau et al. 2015 call it an alignment).
/// </summary>
/// <remarks>
/// The row of target position i is the attention of the step that predicted token i, so its input were the tokens before it. Where the target ended with
/// the end token, that one has a row too, the last. Values have the same bits on every instruction set and whatever shared the batch.
/// </remarks>
public sealed class CrossAttention
{
    private readonly float[] _probabilities;

    internal CrossAttention(int layers, int heads, int targetLength, int sourceLength)
    {
        Layers = layers;
        Heads = heads;
        TargetLength = targetLength;
        SourceLength = sourceLength;
        _probabilities = new float[checked(layers * heads * targetLength * sourceLength)];
    }

    /// <summary>The number of decoder layers.</summary>
    public int Layers { get; }

    /// <summary>The number of heads in a layer.</summary>
    public int Heads { get; }

    /// <summary>The number of target tokens, the end token included where there is one.</summary>
    public int TargetLength { get; }

    /// <summary>The number of source tokens.</summary>
    public int SourceLength { get; }

    /// <summary>All probabilities, <c>[layers, heads, target length, source length]</c>, row by row.</summary>
    internal Span<float> Probabilities => _probabilities;

    /// <summary>The probabilities over the source tokens, which sum to 1.</summary>
    /// <param name="layer">The decoder layer, from 0.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="position">The target position, from 0: that of the token that was predicted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer, head or position.</exception>
    public ReadOnlySpan<float> this[int layer, int head, int position]
    {
        get
        {
            Check(layer, Layers, nameof(layer));
            Check(head, Heads, nameof(head));
            Check(position, TargetLength, nameof(position));
            return _probabilities.AsSpan(((((layer * Heads) + head) * TargetLength) + position) * SourceLength, SourceLength);
        }
    }

    /// <summary>The mean over all heads of all layers.</summary>
    /// <returns><c>[target length, source length]</c>, row by row; each row sums to 1.</returns>
    public float[] Average() => Mean(_probabilities, Layers * Heads);

    /// <summary>The mean over the heads of one layer: in many models one of the last layers aligns better than all together.</summary>
    /// <param name="layer">The decoder layer, from 0.</param>
    /// <returns><c>[target length, source length]</c>, row by row; each row sums to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public float[] Average(int layer)
    {
        Check(layer, Layers, nameof(layer));
        int size = Heads * TargetLength * SourceLength;
        return Mean(_probabilities.AsSpan(layer * size, size), Heads);
    }

    /// <summary>The source position that each target token attends to most, by <see cref="Average()"/>; of equal ones the first.</summary>
    /// <returns>A source position for each target position.</returns>
    public int[] Align() => Highest(Average());

    /// <summary>The source position that each target token attends to most, by <see cref="Average(int)"/>; of equal ones the first.</summary>
    /// <param name="layer">The decoder layer, from 0.</param>
    /// <returns>A source position for each target position.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public int[] Align(int layer) => Highest(Average(layer));

    private static void Check(int index, int count, string parameter)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(parameter, index, $"The {parameter} is {index}; it goes from 0 to {count - 1}.");
        }
    }

    /// <summary>The mean of matrices that stand one behind the other, summed in their order.</summary>
    private float[] Mean(ReadOnlySpan<float> matrices, int count)
    {
        float[] mean = new float[TargetLength * SourceLength];
        for (int i = 0; i < mean.Length; i++)
        {
            double sum = 0;
            for (int matrix = 0; matrix < count; matrix++)
            {
                sum += matrices[(matrix * mean.Length) + i];
            }

            mean[i] = (float)(sum / count);
        }

        return mean;
    }

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
