namespace KernelGen.Recipes;

/// <summary>What a tensor of a checkpoint is in its model.</summary>
internal enum TensorRole
{
    /// <summary>The convolution that reads the frames of a source, <c>[outputs, channels, frames]</c>.</summary>
    FirstConvolution,

    /// <summary>The convolution that reads what the first one writes, <c>[outputs, model dimension, rows]</c>.</summary>
    SecondConvolution,

    /// <summary>The convolution that reads what the second one writes, <c>[model dimension, its outputs, rows]</c>.</summary>
    ThirdConvolution,

    /// <summary>The norm over all rows of what a convolution writes.</summary>
    GroupNorm,

    /// <summary>The table of token embeddings of a stack, <c>[vocabulary, model dimension]</c>.</summary>
    Embedding,

    /// <summary>The output projection, <c>[target vocabulary, model dimension]</c>.</summary>
    Output,

    /// <summary>The bias of the output projection, <c>[1, target vocabulary]</c>.</summary>
    OutputBias,

    /// <summary>A table of learned positions, <c>[at least offset + longest sequence, model dimension]</c>.</summary>
    Positions,

    /// <summary>A table of relative positions, <c>[buckets, heads]</c>.</summary>
    PositionBias,

    /// <summary>The norm of embeddings.</summary>
    EmbeddingNorm,

    /// <summary>The query projection of attention; its rows go head by head, as do those of key and value.</summary>
    Query,

    /// <summary>The key projection.</summary>
    Key,

    /// <summary>The value projection.</summary>
    Value,

    /// <summary>The projection of all heads back to the model dimension.</summary>
    AttentionOutput,

    /// <summary>The linear layer that is activated in a gated feed-forward block.</summary>
    Gate,

    /// <summary>The first linear layer of a feed-forward block; of a gated one that which the gate is multiplied with.</summary>
    Expand,

    /// <summary>The second linear layer of a feed-forward block.</summary>
    Contract,

    /// <summary>The norm of a sublayer.</summary>
    Norm,

    /// <summary>The norm at the end of a stack.</summary>
    FinalNorm,
}
