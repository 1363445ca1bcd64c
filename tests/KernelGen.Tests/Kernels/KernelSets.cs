using System.Runtime.Intrinsics.X86;
using KernelGen.Execution;

namespace KernelGen.Tests.Kernels;

/// <summary>The kernels of a declared model for every instruction set.</summary>
internal static class KernelSets
{
    /// <summary>One for each instruction set, supported here or not.</summary>
    public static IReadOnlyList<KernelSet> Of<TAvx512, TAvx2, TPortable>(ModelDescription description)
        where TAvx512 : struct, IModelKernels
        where TAvx2 : struct, IModelKernels
        where TPortable : struct, IModelKernels =>
        [
            new KernelSet<TAvx512>(description),
            new KernelSet<TAvx2, AvxVnniWeights>(description, InstructionSet.AvxVnni, TAvx2.IsSupported && AvxVnni.IsSupported),
            new KernelSet<TAvx2>(description),
            new KernelSet<TPortable>(description),
        ];
}
