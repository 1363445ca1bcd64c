namespace KernelGen.Generator.Emission.Kernels;

/// <summary>Writes the kernel of log-softmax: the sum, as a model takes it over its logits.</summary>
internal static class LogSoftmaxEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "LogSoftmax",
        "The sum of exponentials of a row for log-softmax. What fills up the last panel is minus infinity.",
        writer => OutputEmitter.EmitSumOfExponentials(writer, context));
}
