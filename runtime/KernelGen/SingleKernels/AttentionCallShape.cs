using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>What the runtime knows of a single attention kernel. Written by the generator.</summary>
/// <param name="Heads">The number of heads.</param>
/// <param name="HeadDimension">The width of a head.</param>
/// <param name="HeadWidth">The room of a head: the width rounded up to a multiple of 16.</param>
/// <param name="MaxLength">The most keys.</param>
/// <param name="Scratch">The room that kernels need, in floats.</param>
/// <param name="Mask">What a query sees.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct AttentionCallShape(int Heads, int HeadDimension, int HeadWidth, int MaxLength, int Scratch, Mask Mask);
