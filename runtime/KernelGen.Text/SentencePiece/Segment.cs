namespace KernelGen.Text;

/// <summary>A part of a normalised text.</summary>
/// <param name="Piece">Its piece.</param>
/// <param name="Start">Where it starts, in bytes.</param>
/// <param name="Length">How many bytes it has.</param>
internal readonly record struct Segment(int Piece, int Start, int Length)
{
    /// <summary>Where it ends.</summary>
    public int End => Start + Length;
}
