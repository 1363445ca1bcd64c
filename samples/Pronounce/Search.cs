namespace KernelGen.Samples.Pronounce;

/// <summary>How the best pronunciation is searched.</summary>
internal static class Search
{
    /// <summary>Beam search; a word has few phonemes, so that it costs a millisecond.</summary>
    public static GenerationOptions Options { get; } = new() { BeamSize = 5 };
}
