namespace KernelGen;

/// <summary>The instruction sets that kernels are generated for, from the most widely available to the widest.</summary>
public enum InstructionSet
{
    /// <summary>128-bit vectors that every .NET target has: Arm64's Neon, x86-64 without AVX2, and everything else.</summary>
    Portable,

    /// <summary>x86-64 with AVX2 and FMA: 256-bit vectors.</summary>
    Avx2,

    /// <summary>x86-64 with AVX-512 (F, BW, CD, DQ, VL): 512-bit vectors.</summary>
    Avx512,
}
