using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Planning.Kernels;
using KernelGen.Generator.Specification.Kernels;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Kernels;

/// <summary>Writes the bodies of the methods: which instruction set runs, and what the runtime is told, which checks the arguments.</summary>
internal static class KernelMethodEmitter
{
    private const string Execution = "global::KernelGen.Execution";

    public static GeneratedFile Emit(KernelSet set, KernelSetPlan plan) => ModelFile.Write(
        set.Class,
        "Kernels",
        [$"{set.Class.Name}: single kernels.", "", .. set.Kernels.Select(kernel => $"  - {kernel.Name}: {Describe(kernel.Kernel!)}")],
        instructions: null,
        writer =>
        {
            foreach (KernelDeclaration kernel in set.Kernels)
            {
                EmitMethod(writer, plan, kernel);
                writer.Write();
            }

            if (plan.Linears.Count > 0)
            {
                EpilogueEmitter.EmitTypes(writer, plan, plan.Linears);
            }
        });

    private static string Describe(KernelSpecification kernel) => kernel switch
    {
        SoftmaxSpecification softmax => $"{(softmax.IsLogarithm ? "the logarithm of the softmax" : "softmax")} of rows of {softmax.Length}",
        MaskSpecification mask => $"{(mask.Mask == Mask.Causal ? "the causal mask" : "the padding mask")} over rows of {mask.Length}",
        NormSpecification norm => $"{(norm.Normalization == Normalization.LayerNorm ? "layer norm" : "norm by the root mean square")} of rows of {norm.Length}",
        ActivationSpecification activation => $"{activation.Function} of each number",
        LinearSpecification linear => $"{linear.Inputs} → {linear.Outputs}{(linear.Function is { } function ? $", {function}" : linear.AddsResidual ? ", plus residual" : "")}",
        AttentionSpecification attention => $"attention of {attention.Heads} heads of {attention.HeadDimension}{Masked(attention.Mask)}, at most {attention.MaxLength} keys",
        EmbeddingSpecification embedding => $"embedding of {embedding.Tokens} tokens, {embedding.Dimension} wide{(embedding.AddsPositions ? ", plus positions" : "")}",
        _ => throw Unknown(kernel),
    };

    private static string Masked(Mask mask) => mask switch
    {
        Mask.None => "",
        Mask.Padding => " with a padding mask",
        Mask.Causal => " with a causal mask",
        _ => throw new InvalidOperationException($"The mask {mask} cannot be described."),
    };

    private static InvalidOperationException Unknown(KernelSpecification kernel) => new($"{kernel} cannot be written.");

    private static void EmitMethod(SourceWriter writer, KernelSetPlan plan, KernelDeclaration method)
    {
        if (!method.IsUncovered)
        {
            writer.Write(ModelFile.Uncovered);
        }

        string parameters = string.Join(", ", method.Parameters.Select(static parameter => $"{parameter.Type} {parameter.Name}"));
        using (writer.Open($"{method.Modifiers} void {method.Name}({parameters})"))
        {
            if (method.Kernel is MaskSpecification mask)
            {
                writer.Write(Call(plan, method, mask));
                return;
            }

            using (writer.Open("unsafe"))
            using (writer.Open($"switch ({Execution}.SingleKernels.InstructionSet)"))
            {
                foreach (VectorInstructions instructions in VectorInstructions.All)
                {
                    string kernels = instructions.Vectors.Name + "Kernels";
                    if (instructions.Int8Variant is { } variant)
                    {
                        writer.Write($"case global::KernelGen.InstructionSet.{variant} when {kernels}.IsSupported:");
                    }

                    writer.Write($"case global::KernelGen.InstructionSet.{instructions.Vectors.Name} when {kernels}.IsSupported:");
                    writer.Write("    " + Call(plan, method, method.Kernel!, kernels));
                    writer.Write("    return;");
                    writer.Write();
                }

                writer.Write("default:");
                writer.Write($"    throw {Execution}.SingleKernels.NotSupported();");
            }
        }
    }

    private static string Call(KernelSetPlan plan, KernelDeclaration method, KernelSpecification kernel, string kernels = "")
    {
        // The name of each goes along, for exceptions.
        string arguments = string.Join(", ", method.Parameters.Select(static parameter => $"{parameter.Name}, nameof({parameter.Name})"));
        string Shape() => $"&{kernels}.{plan.ShapeOf(kernel)}";
        return kernel switch
        {
            SoftmaxSpecification { IsLogarithm: true } softmax => $"{Execution}.RowCalls.LogSoftmax({softmax.Length}, {arguments}, {Shape()}.SumOfExponentials);",
            SoftmaxSpecification softmax => $"{Execution}.RowCalls.Softmax({softmax.Length}, {arguments}, &{kernels}.Softmax);",
            MaskSpecification { Mask: Mask.Causal } mask => $"{Execution}.RowCalls.MaskCausal({mask.Length}, {arguments});",
            MaskSpecification mask => $"{Execution}.RowCalls.MaskPadding({mask.Length}, {arguments});",
            NormSpecification norm => $"{Execution}.RowCalls.Norm({norm.Length}, {arguments}, {Shape()}.Norm);",
            ActivationSpecification activation => $"{Execution}.RowCalls.Apply({method.Parameters[0].Name}, &{kernels}.{ActivationKernelEmitter.NameOf(activation.Function)});",
            LinearSpecification linear => $"{Execution}.LinearCalls.Run<{kernels}>({Layer(plan, linear)}, {arguments});",
            AttentionSpecification attention => $"{Execution}.AttentionCalls.Run({Layer(plan, attention)}, {arguments}, {Shape()}.Attention);",
            EmbeddingSpecification embedding => $"{Execution}.EmbeddingCalls.Run({embedding.Tokens}, {embedding.Dimension}, {arguments}, {Shape()}.Embed);",
            _ => throw Unknown(kernel),
        };
    }

    private static string Layer(KernelSetPlan plan, LinearSpecification linear)
    {
        int number = plan.NumberOf(linear);
        LinearPlan kernel = plan.Linears[number];
        return $"new {Execution}.LinearCallShape({number}, {kernel.Input}, {kernel.InputStride}, {kernel.Output}, {kernel.OutputStride}, {linear.InputBits}, {plan.QuantizedStride})";
    }

    private static string Layer(KernelSetPlan plan, AttentionSpecification attention)
    {
        AttentionPlan kernel = KernelSetPlan.PlanOf(attention);
        int scratch = (plan with { Attention = kernel }).AttentionScratch;
        return $"new {Execution}.AttentionCallShape({kernel.Heads}, {kernel.HeadDimension}, {PanelLayout.RoundUp(kernel.HeadDimension)}, "
            + $"{attention.MaxLength}, {scratch}, global::KernelGen.Mask.{attention.Mask})";
    }
}
