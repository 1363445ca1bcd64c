namespace KernelGen.Audio;

/// <summary>How samples lie in a WAV file.</summary>
internal enum WavEncoding
{
    /// <summary>One byte, in which 128 is silence.</summary>
    Unsigned8,

    /// <summary>Two bytes.</summary>
    Signed16,

    /// <summary>Three bytes.</summary>
    Signed24,

    /// <summary>Four bytes.</summary>
    Signed32,

    /// <summary>A floating-point number of four bytes.</summary>
    Float32,

    /// <summary>A floating-point number of eight bytes.</summary>
    Float64,

    /// <summary>A byte that ITU-T G.711 calls A-law.</summary>
    ALaw,

    /// <summary>A byte that ITU-T G.711 calls µ-law.</summary>
    MuLaw,
}
