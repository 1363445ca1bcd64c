using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks;

/// <summary>What is measured, and for how long.</summary>
internal sealed record Selection
{
    /// <summary>The models.</summary>
    public required IReadOnlyList<ModelCase> Cases { get; init; }

    /// <summary>The sources of a call.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>What weights are stored in.</summary>
    public required IReadOnlyList<WeightPrecision> Precisions { get; init; }

    /// <summary>What KernelGen computes with.</summary>
    public required InstructionSet InstructionSet { get; init; }

    /// <summary>For each contender of a whole model.</summary>
    public required double ModelSeconds { get; init; }

    /// <summary>For each kernel.</summary>
    public required double KernelSeconds { get; init; }

    /// <summary>Whether only a few shapes are measured, to see that all works.</summary>
    public required bool IsQuick { get; init; }
}
