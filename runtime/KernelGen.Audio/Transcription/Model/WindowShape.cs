namespace KernelGen.Audio;

/// <summary>The sizes of a model that hears windows of sound.</summary>
/// <param name="Bins">The mel bins of a frame: 80, or 128.</param>
/// <param name="Frames">The frames of a window, of 10 ms each: 3000.</param>
/// <param name="Positions">The positions that the encoder makes of a window: 1500.</param>
/// <param name="MaximumTargetLength">The most tokens that the decoder looks back at: 448.</param>
/// <param name="VocabularySize">The number of logits.</param>
/// <param name="DecoderLayers">The layers of the decoder.</param>
/// <param name="DecoderHeads">The heads of each.</param>
internal sealed record WindowShape(int Bins, int Frames, int Positions, int MaximumTargetLength, int VocabularySize, int DecoderLayers, int DecoderHeads)
{
    /// <summary>Frames in a second.</summary>
    public const int FramesPerSecond = 100;

    /// <summary>The frames that one position of the encoder stands for: 2.</summary>
    public int FramesPerPosition => Frames / Positions;

    /// <summary>The seconds that one position of the encoder stands for, which is the step of timestamps: 0.02.</summary>
    public double SecondsPerPosition => (double)FramesPerPosition / FramesPerSecond;

    /// <summary>The most tokens that may stand in front of those that are written: half the target, as the model was trained.</summary>
    public int LongestPrompt => (MaximumTargetLength / 2) - 1;

    /// <summary>The most tokens that are written for a window: the other half.</summary>
    public int LongestText => MaximumTargetLength / 2;
}
