namespace KernelGen.Training;

/// <summary>A source, and the target that a model is to learn for it.</summary>
/// <param name="Source">The tokens of the source, at least one, as the model will be given them: with an end token, where it is to see one.</param>
/// <param name="Target">
/// The tokens of the target, at least one, without the start token. The end token is appended where it is not the last; of a target that is to be empty it is the only one.
/// </param>
public readonly record struct TokenPair(ReadOnlyMemory<int> Source, ReadOnlyMemory<int> Target)
{
    /// <summary>A pair of arrays.</summary>
    /// <param name="source">The tokens of the source, as <see cref="Source"/> has them.</param>
    /// <param name="target">The tokens of the target, as <see cref="Target"/> has them.</param>
    public TokenPair(int[] source, int[] target)
        : this(source.AsMemory(), target.AsMemory())
    {
    }
}
