using KernelGen.Execution;

namespace KernelGen.Generator.Specification;

/// <summary>A validated model: its settings, and what beside them is written into the code. No Roslyn type in it; two equal specifications give the same kernels.</summary>
internal sealed record ModelSpecification : ModelSettings
{
    /// <summary>Tokens that generation never chooses.</summary>
    public required EquatableArray<int> SuppressedTokens { get; init; }

    /// <summary>Whether kernels are written that train the model.</summary>
    public bool Trainable { get; init; }
}
