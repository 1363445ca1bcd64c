namespace KernelGen.Execution;

/// <summary>What rows attend to.</summary>
internal enum AttentionKind
{
    /// <summary>Source tokens to all of their source.</summary>
    Encoder,

    /// <summary>Target tokens to those before them.</summary>
    Decoder,

    /// <summary>Target tokens to the source.</summary>
    Cross,
}

/// <summary>The attention of the rows of one sequence, or of hypotheses of one source, in one layer. Independent of all others of the layer.</summary>
internal unsafe struct AttentionTask
{
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

    public float* Output;
}
