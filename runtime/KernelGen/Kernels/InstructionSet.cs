namespace KernelGen;

/// <summary>The instruction sets that kernels are generated for.</summary>
public enum InstructionSet
{
    /// <summary>128-bit vectors that every .NET target has: Arm64's Neon, x86-64 without AVX2, and everything else.</summary>
    Portable,

    /// <summary>x86-64 with AVX2 and FMA: 256-bit vectors.</summary>
    Avx2,

    /// <summary>x86-64 with AVX-512 (F, BW, CD, DQ, VL): 512-bit vectors.</summary>
    Avx512,

    /// <summary>
    /// <see cref="Avx2"/> with AVX-VNNI, which multiplies 8-bit numbers and adds the products in one instruction: Intel's desktop and laptop CPUs since 2021, its servers
    /// since 2023, AMD's CPUs since Zen 5. Only kernels for 8-bit weights differ from those of <see cref="Avx2"/>.
    /// </summary>
    AvxVnni,
}
