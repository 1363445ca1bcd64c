using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>Where the packed weights of one sublayer are. What its operation does not have is nowhere.</summary>
internal unsafe struct PackedSublayer
{
    /// <summary>Its first linear layer.</summary>
    public LinearWeights Input;

    /// <summary>Keys and values of cross-attention.</summary>
    public LinearWeights KeysAndValues;

    /// <summary>Its last linear layer.</summary>
    public LinearWeights Result;

    /// <summary>γ, then β.</summary>
    public float* Norm;
}

/// <summary>Where the packed weights of encoder or decoder are.</summary>
internal sealed unsafe class PackedStack
{
    private readonly PackedSublayer[] _sublayers;

    /// <summary>Makes room for the places of a stack.</summary>
    public PackedStack(StackRecipe recipe)
    {
        Recipe = recipe;
        _sublayers = new PackedSublayer[recipe.Layers * recipe.Layer.Length];
    }

    /// <summary>The operations that the weights are for.</summary>
    public StackRecipe Recipe { get; }

    /// <summary>The table of token embeddings, in panels.</summary>
    public float* Embedding { get; set; }

    /// <summary>The rows of positions, from position 0; <see langword="null"/> where positions are not encoded.</summary>
    public float* Positions { get; set; }

    /// <summary>What relative positions add to scores, a row for each head; <see langword="null"/> where they are not relative.</summary>
    public float* PositionBias { get; set; }

    /// <summary>The angles by which queries and keys are turned, a row for each position; <see langword="null"/> where positions are not rotary.</summary>
    public float* Rotations { get; set; }

    /// <summary>From head to head of <see cref="PositionBias"/>.</summary>
    public int PositionBiasStride { get; set; }

    /// <summary>The norm of embeddings; <see langword="null"/> where there is none.</summary>
    public float* EmbeddingNorm { get; set; }

    /// <summary>The norm at the end; <see langword="null"/> where there is none.</summary>
    public float* FinalNorm { get; set; }

    /// <summary>The weights of a sublayer.</summary>
    public ref PackedSublayer this[int layer, int sublayer] => ref _sublayers[(layer * Recipe.Layer.Length) + sublayer];
}
