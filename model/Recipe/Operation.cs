namespace KernelGen.Recipes;

/// <summary>What a sublayer computes between its norm and its residual addition.</summary>
internal abstract class Operation;

/// <summary>Multi-head attention (Vaswani et al. 2017, section 3.2).</summary>
/// <param name="isCross">Whether keys and values are those of the encoder's output; otherwise they are those of the stack itself.</param>
/// <param name="isCausal">Whether a position sees only itself and those before it.</param>
/// <param name="hasPositionBias">Whether a learned number for each distance and head is added to scores.</param>
/// <param name="isRotary">Whether queries and keys are turned by their positions.</param>
internal sealed class AttentionOperation(bool isCross, bool isCausal, bool hasPositionBias, bool isRotary) : Operation
{
    /// <summary>Whether keys and values are those of the encoder's output; otherwise they are those of the stack itself.</summary>
    public bool IsCross => isCross;

    /// <summary>Whether a position sees only itself and those before it.</summary>
    public bool IsCausal => isCausal;

    /// <summary>Whether a learned number for each distance and head is added to scores.</summary>
    public bool HasPositionBias => hasPositionBias;

    /// <summary>Whether queries and keys are turned by their positions.</summary>
    public bool IsRotary => isRotary;
}

/// <summary>Two linear layers with an activation between them; or, gated, an activated linear layer times another one, and then a third.</summary>
/// <param name="isGated">Whether it is gated.</param>
/// <param name="function">The activation.</param>
internal sealed class FeedForwardOperation(bool isGated, Activation function) : Operation
{
    /// <summary>The activation.</summary>
    public Activation Function => function;

    /// <summary>Whether it is gated.</summary>
    public bool IsGated => isGated;
}
