using System.Runtime.Intrinsics;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>The fused multiply-adds that one core can do at most.</summary>
internal static class FmaPeak
{
    /// <summary>Does at least so many multiplications and additions.</summary>
    public static float Run(InstructionSet instructionSet, double flops) => instructionSet switch
    {
        InstructionSet.Avx512 => RegisterLoop.Run<Floats512, Vector512<float>>(flops).ToScalar(),
        InstructionSet.Avx2 or InstructionSet.AvxVnni => RegisterLoop.Run<Floats256, Vector256<float>>(flops).ToScalar(),
        _ => RegisterLoop.Run<Floats128, Vector128<float>>(flops).ToScalar(),
    };
}

/// <summary>Fused multiply-adds of 16 floats.</summary>
internal readonly struct Floats512 : IRegisterStep<Vector512<float>>
{
    public static int Operations => 2 * Vector512<float>.Count;

    public static Vector512<float> Start => Other;

    public static Vector512<float> Factor => Vector512.Create(1e-9f);

    public static Vector512<float> Other => Vector512.Create(1.0001f);

    public static Vector512<float> Next(Vector512<float> value, Vector512<float> factor, Vector512<float> other) => Vector512.FusedMultiplyAdd(value, factor, other);

    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;
}

/// <summary>Fused multiply-adds of 8 floats.</summary>
internal readonly struct Floats256 : IRegisterStep<Vector256<float>>
{
    public static int Operations => 2 * Vector256<float>.Count;

    public static Vector256<float> Start => Other;

    public static Vector256<float> Factor => Vector256.Create(1e-9f);

    public static Vector256<float> Other => Vector256.Create(1.0001f);

    public static Vector256<float> Next(Vector256<float> value, Vector256<float> factor, Vector256<float> other) => Vector256.FusedMultiplyAdd(value, factor, other);

    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;
}

/// <summary>Multiply-adds of 4 floats: where there is no fused one, a multiplication and an addition.</summary>
internal readonly struct Floats128 : IRegisterStep<Vector128<float>>
{
    public static int Operations => 2 * Vector128<float>.Count;

    public static Vector128<float> Start => Other;

    public static Vector128<float> Factor => Vector128.Create(1e-9f);

    public static Vector128<float> Other => Vector128.Create(1.0001f);

    public static Vector128<float> Next(Vector128<float> value, Vector128<float> factor, Vector128<float> other) => Vector128.MultiplyAddEstimate(value, factor, other);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;
}
