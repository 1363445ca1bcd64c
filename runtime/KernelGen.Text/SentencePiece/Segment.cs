namespace KernelGen.Text;

/// <summary>A part of a normalised text.</summary>
internal readonly struct Segment(int piece, int start, int length)
{
    /// <summary>Its piece.</summary>
    public readonly int Piece = piece;

    /// <summary>Where it starts, in bytes.</summary>
    public readonly int Start = start;

    /// <summary>How many bytes it has.</summary>
    public readonly int Length = length;

    /// <summary>Where it ends.</summary>
    public int End => Start + Length;
}
