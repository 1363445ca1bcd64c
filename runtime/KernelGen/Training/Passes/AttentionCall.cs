namespace KernelGen.Training;

/// <summary>Where some sequences' queries, keys and values stand, or their gradients: rows of all sequences one behind the other, the heads side by side.</summary>
internal unsafe struct AttentionRows
{
    /// <summary>The query of the first row.</summary>
    public float* Query;

    /// <summary>From row to row of queries.</summary>
    public int QueryStride;

    /// <summary>The key of the first position.</summary>
    public float* Key;

    /// <summary>The value of the first position.</summary>
    public float* Value;

    /// <summary>From position to position of keys, and of values.</summary>
    public int KeyStride;
}

/// <summary>Where the rows of each sequence begin among the rows of all.</summary>
internal readonly struct SequenceRows(int[] starts, int count)
{
    /// <summary>The number of sequences.</summary>
    public int Count => count;

    /// <summary>The first row of a sequence.</summary>
    public int First(int sequence) => starts[sequence];

    /// <summary>The number of rows of a sequence.</summary>
    public int Length(int sequence) => starts[sequence + 1] - starts[sequence];

    /// <summary>The number of all rows.</summary>
    public int Total => starts[count];

    /// <summary>The most rows that a sequence has.</summary>
    public int Longest
    {
        get
        {
            int longest = 0;
            for (int i = 0; i < count; i++)
            {
                longest = Math.Max(longest, Length(i));
            }

            return longest;
        }
    }
}

/// <summary>The attention of one layer.</summary>
internal unsafe struct AttentionCall
{
    /// <summary>Queries, keys and values.</summary>
    public AttentionRows Rows;

    /// <summary>The sequences of the queries.</summary>
    public SequenceRows Queries;

    /// <summary>The sequences of keys and values.</summary>
    public SequenceRows Positions;

    /// <summary>Whether a row sees only itself and those before it.</summary>
    public bool IsCausal;

    /// <summary>What is added to the score of equal positions in the first head; those further on stand ahead. <see langword="null"/> without relative positions.</summary>
    public float* PositionBias;

    /// <summary>The gradient of that.</summary>
    public float* PositionBiasGradient;

    /// <summary>From head to head of both.</summary>
    public int PositionBiasStride;

    /// <summary>The probability with which an attention probability drops out.</summary>
    public float Dropout;

    /// <summary>Which do.</summary>
    public ulong DropoutKey;

    /// <summary>The number of the place.</summary>
    public int Place;

    /// <summary><c>[rows, attention width]</c>.</summary>
    public float* Context;

    /// <summary>The gradient of the context.</summary>
    public float* ContextGradient;

    /// <summary>Receives the gradients of queries, keys and values.</summary>
    public AttentionRows Gradients;
}
