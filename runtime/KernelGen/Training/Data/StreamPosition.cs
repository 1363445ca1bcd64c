namespace KernelGen.Training;

/// <summary>How far training has come in its pairs.</summary>
/// <param name="Epoch">How often all pairs have been seen.</param>
/// <param name="FirstPair">The number of pairs of this epoch before the window that is worked on, those that were left out among them.</param>
/// <param name="Batch">How many batches of the window have been computed.</param>
/// <param name="Checksum">The checksum of the window's pairs; 0 where none of its batches has been computed.</param>
/// <param name="LeftOut">How many pairs were left out before the window, in all epochs.</param>
internal readonly record struct StreamPosition(long Epoch, long FirstPair, int Batch, uint Checksum, long LeftOut);
