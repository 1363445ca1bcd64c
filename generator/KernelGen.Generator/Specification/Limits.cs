namespace KernelGen.Generator.Specification;

/// <summary>The largest dimensions that kernels are generated for. With <see cref="BufferElements"/> they keep every index in 32-bit arithmetic.</summary>
internal static class Limits
{
    public const int ModelDimension = 16_384;
    public const int FeedForwardDimension = 65_536;
    public const int Layers = 256;
    public const int VocabularySize = 1_000_000;
    public const int SequenceLength = 65_536;

    /// <summary>The most tokens that are suppressed by the declaration: each is written into the code.</summary>
    public const int SuppressedTokens = 4_096;

    /// <summary>The most elements that one weight matrix or one buffer may have.</summary>
    public const long BufferElements = int.MaxValue;

    /// <summary>Rows are padded to a multiple of this many elements.</summary>
    public const int RowAlignment = 16;
}
