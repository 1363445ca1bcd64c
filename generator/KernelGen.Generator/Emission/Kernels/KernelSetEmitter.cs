using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Planning.Kernels;
using KernelGen.Generator.Specification.Kernels;

namespace KernelGen.Generator.Emission.Kernels;

/// <summary>Writes every file of the single kernels of one class: the methods, and the kernels for each instruction set, with the emitters of models.</summary>
internal static class KernelSetEmitter
{
    public static IReadOnlyList<GeneratedFile> Emit(KernelSet set)
    {
        var plan = new KernelSetPlan(set.Kernels.Select(static kernel => kernel.Kernel!));
        List<GeneratedFile> files = [KernelMethodEmitter.Emit(set, plan)];
        foreach (VectorInstructions instructions in VectorInstructions.All)
        {
            var context = new KernelContext(set.Class, plan, instructions);
            files.Add(StructEmitter.Emit(context, plan.Linears.Count > 0 ? "ILinearKernels" : null));
            if (plan.Linears.Count > 0)
            {
                files.Add(LinearEmitter.Emit(context));
                files.Add(Int8LinearEmitter.Emit(context));
                if (plan.HasFourBits)
                {
                    files.Add(Int4LinearEmitter.Emit(context));
                }
            }

            if (plan.HasSoftmax)
            {
                files.Add(SoftmaxEmitter.Emit(context));
            }

            if (plan.Functions.Count > 0)
            {
                files.Add(ActivationKernelEmitter.Emit(context, plan.Functions));
            }

            files.AddRange(plan.Shapes.Select(shape => EmitShape(context with { Shape = shape.Name }, plan, shape.Plan)));
            if (plan.HasArithmetic)
            {
                files.Add(VectorMathEmitter.Emit(context));
            }
        }

        return files;
    }

    /// <summary>Writes a file of what a model has once, for one of the shapes that there are of it.</summary>
    private static GeneratedFile EmitShape(KernelContext context, KernelSetPlan plan, object shape) => shape switch
    {
        NormPlan norm => NormEmitter.Emit(context with { Plan = plan with { Norm = norm } }),
        AttentionPlan attention => AttentionEmitter.Emit(context with { Plan = plan with { Attention = attention } }),
        EmbeddingPlan embedding => EmbeddingEmitter.Emit(context with { Plan = plan with { Embedding = embedding } }),
        LogSoftmaxPlan softmax => LogSoftmaxEmitter.Emit(context with { Plan = plan with { LogitsStride = softmax.Width } }),
        _ => throw new InvalidOperationException($"{shape} cannot be written."),
    };
}
