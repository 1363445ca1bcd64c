namespace KernelGen;

/// <summary>Where the tokens of a source and of a target looked among themselves, in each head of each layer.</summary>
/// <remarks>
/// Neither has padding: in a list of sources of several lengths, too, pad tokens are left out before anything is computed, so they are neither rows nor columns.
/// </remarks>
public sealed class SelfAttention
{
    internal SelfAttention(AttentionProbabilities encoder, AttentionProbabilities decoder)
    {
        Encoder = encoder;
        Decoder = decoder;
    }

    /// <summary>Of the encoder, <c>[encoder layers, heads, source length, source length]</c>: every source token sees all of the source.</summary>
    public AttentionProbabilities Encoder { get; }

    /// <summary>
    /// Of the decoder, <c>[decoder layers, heads, target length, target length]</c>. Row i is of the step that predicts target token i: there the decoder
    /// reads token i - 1, the start token first, and column j is of what it reads at position j. The causal mask hides what comes later: columns behind i
    /// are exactly 0.
    /// </summary>
    public AttentionProbabilities Decoder { get; }

    /// <summary>The shapes of both.</summary>
    public override string ToString() => $"encoder: {Encoder}; decoder: {Decoder}";
}
