namespace KernelGen.Audio;

/// <summary>A head of the cross-attention of a decoder layer.</summary>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="Head">The head in it, from 0.</param>
internal readonly record struct AttentionHead(int Layer, int Head);
