namespace KernelGen.Samples.Translate;

/// <summary>A head of cross-attention, as people count: from 1.</summary>
/// <param name="Layer">The decoder layer.</param>
/// <param name="Head">The head.</param>
internal sealed record AttentionHead(int Layer, int Head);
