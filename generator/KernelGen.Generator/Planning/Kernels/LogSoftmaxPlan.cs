using KernelGen.Layout;

namespace KernelGen.Generator.Planning.Kernels;

/// <summary>One kernel of log-softmax.</summary>
/// <param name="Length">The width of a row.</param>
internal sealed record LogSoftmaxPlan(int Length)
{
    /// <summary>What the kernel reads of a row.</summary>
    public int Width => PanelLayout.RoundUp(Length);
}
