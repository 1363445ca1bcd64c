namespace KernelGen;

/// <summary>How the weights of linear layers are stored. Embeddings, positions, biases and norms are float32 in each.</summary>
public enum WeightPrecision
{
    /// <summary>32-bit floats, as computed with.</summary>
    Float32,

    /// <summary>
    /// The upper half of a 32-bit float, rounded to the nearest, ties to even: 8 bits of precision, half the memory. Arithmetic is float32.
    /// </summary>
    BFloat16,

    /// <summary>
    /// 8-bit integers with a scale for each output column, a quarter of the memory. Inputs are quantised to 8 bits row by row as they come; products are
    /// summed exactly.
    /// </summary>
    Int8,

    /// <summary>
    /// 4-bit integers with a scale for each 32 inputs of an output column, in the layers whose weights bear it (<see cref="ModelLoadOptions.Int4Budget"/>); all others, and the output projection, are
    /// stored as with <see cref="Int8"/>. Inputs are quantised as there. Models less than 256 wide have no layer with 4-bit weights.
    /// </summary>
    Int4,
}
