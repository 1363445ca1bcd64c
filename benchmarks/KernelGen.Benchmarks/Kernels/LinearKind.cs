namespace KernelGen.Benchmarks.Kernels;

/// <summary>The linear layers of a model.</summary>
internal enum LinearKind
{
    /// <summary>The three projections of self-attention at once.</summary>
    QueryKeyValue,

    /// <summary>The projection of what attention gives, with its residual.</summary>
    AttentionOutput,

    /// <summary>The query projection of cross-attention.</summary>
    CrossQuery,

    /// <summary>The key and value projections of cross-attention.</summary>
    CrossKeyValue,

    /// <summary>The first layer of a feed-forward block, with its activation.</summary>
    FeedForwardExpand,

    /// <summary>The second layer of a feed-forward block, with its residual.</summary>
    FeedForwardContract,

    /// <summary>The output projection.</summary>
    Logits,
}
