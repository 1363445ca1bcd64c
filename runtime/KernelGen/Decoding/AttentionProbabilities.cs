using System.Globalization;

namespace KernelGen;

/// <summary>
/// With which probability each head of each layer of a stack attended to each token: softmax of the scaled scores ("Attention Is All You Need", section
/// 3.2.1), as the kernels weigh values with it.
/// </summary>
/// <remarks>
/// A row is of a token that attends (a query), a column of a token that is attended to (a key). What a mask hides has a probability of exactly 0. Values have
/// the same bits on every instruction set and whatever shared the batch.
/// </remarks>
public class AttentionProbabilities
{
    private readonly float[] _probabilities;

    /// <exception cref="ArgumentException">There are more probabilities than an array holds.</exception>
    internal AttentionProbabilities(int layers, int heads, int queryLength, int keyLength)
    {
        // Exact wherever it matters; the formatting of wider integers would be 14 kB of a native program.
        double count = (double)layers * heads * queryLength * keyLength;
        if (count > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The attention of {queryLength} tokens to {keyLength} in {layers} layers of {heads} heads has {count:F0} probabilities; a result holds at most {Array.MaxLength}. Ask for fewer tokens.");
        }

        Layers = layers;
        Heads = heads;
        QueryLength = queryLength;
        KeyLength = keyLength;
        _probabilities = new float[(int)count];
    }

    /// <summary>The number of layers.</summary>
    public int Layers { get; }

    /// <summary>The number of heads in a layer.</summary>
    public int Heads { get; }

    /// <summary>The number of tokens that attend: the rows of a head.</summary>
    public int QueryLength { get; }

    /// <summary>The number of tokens that are attended to: the columns of a head.</summary>
    public int KeyLength { get; }

    /// <summary>All probabilities, <c>[layers, heads, query length, key length]</c>, row by row.</summary>
    internal Span<float> Probabilities => _probabilities;

    /// <summary>The probabilities over the tokens that are attended to, which sum to 1.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="position">The position of the token that attends, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer, head or position.</exception>
    public ReadOnlySpan<float> this[int layer, int head, int position]
    {
        get
        {
            Check(layer, Layers, nameof(layer));
            Check(head, Heads, nameof(head));
            Check(position, QueryLength, nameof(position));
            return _probabilities.AsSpan(((((layer * Heads) + head) * QueryLength) + position) * KeyLength, KeyLength);
        }
    }

    /// <summary>The mean over all heads of all layers.</summary>
    /// <returns><c>[query length, key length]</c>, row by row; each row sums to 1.</returns>
    public float[] Average() => Mean(_probabilities, Layers * Heads);

    /// <summary>The mean over the heads of one layer.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <returns><c>[query length, key length]</c>, row by row; each row sums to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public float[] Average(int layer)
    {
        Check(layer, Layers, nameof(layer));
        int size = Heads * QueryLength * KeyLength;
        return Mean(_probabilities.AsSpan(layer * size, size), Heads);
    }

    /// <summary>The shape: <c>3 layers of 4 heads, 9 × 12 tokens</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Layers} layers of {Heads} heads, {QueryLength} × {KeyLength} tokens");

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
        float[] mean = new float[QueryLength * KeyLength];
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
}
