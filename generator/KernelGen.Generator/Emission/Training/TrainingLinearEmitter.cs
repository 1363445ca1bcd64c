using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the linear kernels that train the model: of each layer its sums as they are, and the gradient of its inputs. Most of their tiles are those of the model.</summary>
internal static class TrainingLinearEmitter
{
    /// <summary>The type arguments of the tiles: training has no other precision.</summary>
    private const string Arguments = "<TEpilogue, global::KernelGen.Execution.Float32Weights>";

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "TrainingLinear",
        "Linear layers of training: output = input · W + bias, and with W transposed the gradient of the input. Weights are floats.",
        writer =>
        {
            IReadOnlyList<LinearPlan> linears = context.Model.TrainingLinears;
            LinearEmitter.EmitChoice(writer, "TrainingLinear(int shape) =>", linears, "");
            writer.Write();
            foreach (LinearPlan linear in linears)
            {
                EmitKernel(writer, context, linear);
                writer.Write();
            }

            foreach (LinearPlan linear in linears.GroupBy(linear => LoopName(context, linear)).Select(static same => same.First()))
            {
                EmitLoop(writer, context, linear);
                writer.Write();
            }

            TileEmitter.EmitMissing(writer, LinearEmitter.Tiles(context, context.Plan.Linears), LinearEmitter.Tiles(context, linears));
            foreach (int columns in LinearEmitter.StoredColumns(context, linears).Except(LinearEmitter.StoredColumns(context, context.Plan.Linears)))
            {
                EpilogueEmitter.EmitStore(writer, context, columns);
                writer.Write();
            }
        });

    private static string LoopName(KernelContext context, LinearPlan linear) =>
        $"Training{linear.Kind}{linear.Input}By{LinearEmitter.Shape(context, linear).Panels * VectorSet.PanelWidth}";

    private static void EmitKernel(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        writer.Write($"/// <summary>[rows, {linear.Input}] · [{linear.Input}, {linear.Output}] + bias. {linear.FlopsPerRow} FLOPs a row.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write(
            $"private static void {linear.Name}(byte* input, int rows, {LinearEmitter.PanelParameters}) =>\n"
            + $"    {LoopName(context, linear)}<{EpilogueEmitter.TypeOf(linear)}>(input, rows, in weights, residual, output, firstPanel, endPanel);");
    }

    private static void EmitLoop(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        int group = LinearEmitter.Shape(context, linear).Panels;
        writer.Write($"/// <summary>The panels from firstPanel to endPanel over {linear.Input} inputs.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {LoopName(context, linear)}<TEpilogue>(byte* input, int rows, {LinearEmitter.PanelParameters}){KernelContext.EpilogueConstraint}"))
        using (LinearEmitter.OpenGroups(writer, group))
        {
            writer.Write(
                $"{TileEmitter.RowsName(linear.Tiles, group)}{Arguments}((float*)input, rows, weights.Panels + ((nint)panel * {linear.PanelLength * sizeof(float)}), "
                + "weights.Bias + column, residual + column, output + column);");
        }
    }
}
