namespace KernelGen;

/// <summary>What is added to each embedding so that the model can tell positions apart.</summary>
public enum PositionalEncoding
{
    /// <summary>Nothing is added.</summary>
    None,

    /// <summary>The paper's, interleaved: <c>PE(pos, 2i) = sin(pos / 10000^(2i/d))</c>, <c>PE(pos, 2i+1)</c> the cosine.</summary>
    Sinusoidal,

    /// <summary>Marian's: the sines in the first half of the dimension, the cosines in the second.</summary>
    SinusoidalSplit,

    /// <summary>A learned table, row <c>position + PositionOffset</c>.</summary>
    Learned,

    /// <summary>
    /// fairseq's sinusoidal table, as M2M100 has it: sines in the first half of the dimension, cosines in the second, frequencies <c>10000^(-i/(d/2 - 1))</c>, row
    /// <c>position + PositionOffset</c>. It is computed.
    /// </summary>
    SinusoidalFairseq,

    /// <summary>
    /// T5's (Raffel et al. 2020): nothing is added to embeddings, but a learned number for each distance and head to the scores of self-attention; the same in all
    /// layers of a stack. Distances share buckets, the wider the farther.
    /// </summary>
    Relative,

    /// <summary>
    /// Rotary (Su et al. 2021): nothing is added to embeddings, but in self-attention each two neighbouring numbers of a query or a key, as far as
    /// <c>RotaryDimension</c> reaches in its head, are turned by an angle that grows with the position.
    /// </summary>
    Rotary,
}
