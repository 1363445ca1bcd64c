namespace KernelGen.Recipes;

/// <summary>What a sublayer computes between its norm and its residual addition.</summary>
internal abstract class Operation;

/// <summary>Multi-head attention (Vaswani et al. 2017, section 3.2).</summary>
/// <param name="isCross">Whether keys and values are those of the encoder's output; otherwise they are those of the stack itself.</param>
/// <param name="isCausal">Whether a position sees only itself and those before it.</param>
internal sealed class AttentionOperation(bool isCross, bool isCausal) : Operation
{
    /// <summary>Whether keys and values are those of the encoder's output; otherwise they are those of the stack itself.</summary>
    public bool IsCross => isCross;

    /// <summary>Whether a position sees only itself and those before it.</summary>
    public bool IsCausal => isCausal;
}

/// <summary>Two linear layers with an activation between them.</summary>
internal sealed class FeedForwardOperation : Operation;
