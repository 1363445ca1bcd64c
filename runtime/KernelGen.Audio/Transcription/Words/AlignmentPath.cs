namespace KernelGen.Audio;

/// <summary>A path through a matrix, from its first corner to its last, in single steps: down, to the right, or both.</summary>
/// <param name="Rows">The row of each step.</param>
/// <param name="Columns">The column of each step.</param>
internal sealed record AlignmentPath(int[] Rows, int[] Columns);
