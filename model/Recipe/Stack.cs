namespace KernelGen.Recipes;

/// <summary>The two halves of a model.</summary>
internal enum Stack
{
    /// <summary>What reads the source.</summary>
    Encoder,

    /// <summary>What writes the target.</summary>
    Decoder,
}
