namespace KernelGen.Audio;

/// <summary>What the subframes of a frame hold (RFC 9639, section 9.1.3).</summary>
internal enum FlacChannels
{
    /// <summary>Each a channel.</summary>
    Independent,

    /// <summary>The left channel, and left - right.</summary>
    LeftAndSide,

    /// <summary>Left - right, and the right channel.</summary>
    SideAndRight,

    /// <summary>(left + right) / 2, rounded down, and left - right.</summary>
    MidAndSide,
}
