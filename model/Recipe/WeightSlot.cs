namespace KernelGen.Recipes;

/// <summary>What a slot of packed weights holds.</summary>
internal enum WeightRole
{
    /// <summary>A convolution: a linear layer that reads neighbouring rows as one.</summary>
    Convolution,

    /// <summary>The norm over all rows of what a convolution writes.</summary>
    GroupNorm,

    /// <summary>Token embeddings, in panels.</summary>
    Embedding,

    /// <summary>The output projection, whose padding columns have a bias of minus infinity.</summary>
    Output,

    /// <summary>Rows of positions.</summary>
    Positions,

    /// <summary>A row for each head: what is added to scores for each distance, in ascending order of the key's position less the query's.</summary>
    PositionBias,

    /// <summary>A row for each position: the cosines of the angles by which queries and keys are turned, then the sines.</summary>
    Rotations,

    /// <summary>The norm of embeddings.</summary>
    EmbeddingNorm,

    /// <summary>The first linear layer of a sublayer: queries, keys and values of self-attention; queries of cross-attention; the wider layer of a feed-forward block.</summary>
    Input,

    /// <summary>Keys and values of cross-attention, which the encoder's output gives once for a source.</summary>
    KeysAndValues,

    /// <summary>The last linear layer of a sublayer, to which the residual stream is added.</summary>
    Result,

    /// <summary>The norm of a sublayer.</summary>
    Norm,

    /// <summary>The norm at the end of a stack.</summary>
    FinalNorm,
}

/// <summary>A piece of packed weights that kernels read as one, and the tensors that it is packed from.</summary>
internal sealed class WeightSlot
{
    /// <summary>Its number among the slots of the model.</summary>
    public required int Index { get; init; }

    /// <summary>What it holds.</summary>
    public required WeightRole Role { get; init; }

    /// <summary>The stack that it belongs to; the decoder for the output projection.</summary>
    public required Stack Stack { get; init; }

    /// <summary>The number of its layer; -1 outside layers.</summary>
    public int Layer { get; init; } = -1;

    /// <summary>The number of its sublayer within the layer.</summary>
    public int Sublayer { get; init; } = -1;

    /// <summary>What it is packed from, one behind the other in output columns; nothing where it is computed.</summary>
    public required ModelTensor[] Tensors { get; init; }

    /// <summary>Input columns of a linear layer as they are packed; of a table the width of a row.</summary>
    public required int Inputs { get; init; }

    /// <summary>Output columns of a linear layer as they are packed; of a table the number of rows.</summary>
    public required int Outputs { get; init; }

    /// <summary>The number of its shape among <see cref="ModelRecipe.Shapes"/>; -1 where it is no linear layer.</summary>
    public int Shape { get; init; } = -1;

    /// <summary>What a convolution reads and writes; <see langword="null"/> elsewhere.</summary>
    public Convolution? Convolution { get; init; }

    /// <summary>Whether its weights are floats in every precision.</summary>
    public bool IsAlwaysFloat32 => Convolution is { ReadsSamples: true };

    /// <summary>
    /// Whether its weights may have 4 bits, with groups of inputs that have a scale each (<see cref="KernelGen.Layout.Int4Layout"/>): layers of sublayers whose inputs have 8 bits, and no multipliers.
    /// </summary>
    public bool MayHaveFourBits { get; init; }

    /// <summary>Whether output columns stand head by head, each with the room of whole panels.</summary>
    public bool HasHeadsAsOutputs { get; init; }

    /// <summary>Whether input columns do.</summary>
    public bool HasHeadsAsInputs { get; init; }

    /// <summary>Whether it is a linear layer, whose weights are stored in the precision that was asked for.</summary>
    public bool IsLinear => Role is WeightRole.Convolution or WeightRole.Output or WeightRole.Input or WeightRole.KeysAndValues or WeightRole.Result;

    /// <summary>Whether every decoding step reads it.</summary>
    public bool IsReadInEachStep => IsLinear && Stack == Stack.Decoder && Role != WeightRole.KeysAndValues;
}
