using System.Runtime.CompilerServices;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>Adds vectors of one width.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal interface IVectorSum<TVector>
    where TVector : unmanaged
{
    static abstract TVector Add(TVector left, TVector right);
}

/// <summary>What is done at most in registers: an operation that makes the next value of a chain from the last one and from two vectors that stay the same.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal interface IRegisterStep<TVector> : IVectorSum<TVector>
    where TVector : unmanaged
{
    /// <summary>The multiplications and additions of one operation.</summary>
    static abstract int Operations { get; }

    /// <summary>The first value of a chain.</summary>
    static abstract TVector Start { get; }

    /// <summary>What values are multiplied with.</summary>
    static abstract TVector Factor { get; }

    /// <summary>The other vector that stays the same.</summary>
    static abstract TVector Other { get; }

    static abstract TVector Next(TVector value, TVector factor, TVector other);
}

/// <summary>A loop over registers alone, with enough independent chains to hide the latency of what it does.</summary>
internal static class RegisterLoop
{
    private const int Chains = 12;

    /// <summary>Does at least so many multiplications and additions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static TVector Run<TStep, TVector>(double operations)
        where TStep : struct, IRegisterStep<TVector>
        where TVector : unmanaged
    {
        TVector factor = TStep.Factor, other = TStep.Other;
        TVector s0 = TStep.Start, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        long turns = (long)Math.Ceiling(operations / (Chains * TStep.Operations));
        for (long i = 0; i < turns; i++)
        {
            s0 = TStep.Next(s0, factor, other);
            s1 = TStep.Next(s1, factor, other);
            s2 = TStep.Next(s2, factor, other);
            s3 = TStep.Next(s3, factor, other);
            s4 = TStep.Next(s4, factor, other);
            s5 = TStep.Next(s5, factor, other);
            s6 = TStep.Next(s6, factor, other);
            s7 = TStep.Next(s7, factor, other);
            s8 = TStep.Next(s8, factor, other);
            s9 = TStep.Next(s9, factor, other);
            s10 = TStep.Next(s10, factor, other);
            s11 = TStep.Next(s11, factor, other);
        }

        TVector first = TStep.Add(TStep.Add(TStep.Add(s0, s1), TStep.Add(s2, s3)), TStep.Add(s4, s5));
        TVector second = TStep.Add(TStep.Add(TStep.Add(s6, s7), TStep.Add(s8, s9)), TStep.Add(s10, s11));
        return TStep.Add(first, second);
    }
}
