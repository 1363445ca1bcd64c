namespace KernelGen.Samples.Pronounce;

/// <summary>How the best pronunciation is searched.</summary>
internal static class Search
{
    /// <summary>Beam search, which finds better pronunciations than greedy search, and takes longer.</summary>
    public static GenerationOptions Options { get; } = new() { BeamSize = 5 };
}
