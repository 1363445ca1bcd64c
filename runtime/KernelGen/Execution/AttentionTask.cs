namespace KernelGen.Execution;

/// <summary>What rows attend to.</summary>
internal enum AttentionKind
{
    /// <summary>Source tokens to all of their source.</summary>
    Encoder,

    /// <summary>Target tokens to those before them.</summary>
    Decoder,

    /// <summary>The last tokens of hypotheses of one source, each to those before it.</summary>
    Hypotheses,

    /// <summary>Target tokens to the source.</summary>
    Cross,
}

/// <summary>The attention of the rows of one sequence, or of hypotheses of one source, in one layer. Independent of all others of the layer.</summary>
internal unsafe struct AttentionTask
{
    /// <summary>Rows that every instruction set's tiles divide, so that blocks of them leave no remainder.</summary>
    public const int BlockRows = 48;

    /// <summary>Products of queries and keys after which a call looks whether it is cancelled; they take about a tenth of a millisecond.</summary>
    private const long BlockProducts = 1 << 22;

    /// <summary>
    /// The same for rows that see many positions, whose keys and values kernels copy head by head before: so many that copying costs little. They take a hundredth of a second: some 400 rows of 30 seconds
    /// of sound, in a model 512 wide.
    /// </summary>
    private const long LongBlockProducts = 5L << 26;

    /// <summary>Positions from which on there are many.</summary>
    private const int ManyPositions = 512;

    public AttentionKind Kind;

    /// <summary>Queries, keys and values of the rows; in cross-attention queries alone.</summary>
    public float* Input;

    public int Rows;

    /// <summary>The key cache; not used in the encoder, whose keys and values are needed only here.</summary>
    public float* Keys;

    /// <summary>The value cache.</summary>
    public float* Values;

    /// <summary>How many positions the cache holds before these rows.</summary>
    public int Cached;

    /// <summary>With relative positions, what is added to the score of the first row and the first position in the first head; otherwise <see langword="null"/>.</summary>
    public float* PositionBias;

    /// <summary>From head to head of it.</summary>
    public int PositionBiasStride;

    /// <summary>The places of the tokens of each hypothesis, the last ones included.</summary>
    public int* Places;

    /// <summary>From hypothesis to hypothesis of <see cref="Places"/>.</summary>
    public int PlacesStride;

    /// <summary>The place behind the last that is in use.</summary>
    public int EndPlace;

    public float* Output;

    /// <summary>How many rows are attended to before a call looks whether it is cancelled.</summary>
    /// <param name="visible">The most positions that a row sees.</param>
    /// <param name="width">The width of all heads.</param>
    public static int RowsAtOnce(int visible, int width) =>
        (int)Math.Max(1, (visible < ManyPositions ? BlockProducts : LongBlockProducts) / ((long)visible * width) / BlockRows) * BlockRows;
}
