namespace KernelGen.Tests.SingleKernels;

/// <summary>Tests that run one after another, because the instruction set of single kernels is one of the process.</summary>
internal static class InstructionSetCollection
{
    public const string Name = "The instruction set of single kernels";
}
