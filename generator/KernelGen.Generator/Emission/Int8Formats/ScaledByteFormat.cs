using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Int8Formats;

/// <summary>Bytes times bytes, and a multiplier for the inputs of each step (<see cref="Int8Layout.ScaledBytes"/>).</summary>
internal sealed class ScaledByteFormat : ByteFormat
{
    public override Int8Layout Plan => Int8Layout.ScaledBytes;

    public override IReadOnlyList<string> Summary =>
    [
        $"Quantises rows: q = round(x / (scale · m)), ties to even, m being the least whole number that keeps a step of {Plan.Step} inputs within {Plan.LargestInput},",
        $"and inputs 0, 1, 4, 5 of it, and the others, before rounding together within {Int8Layout.LargestSum}; scale is such that the largest m is {Plan.LargestMultiplier},",
        $"or less in wide layers. Behind the bytes of a step stands its m, twice in 16 bits. Sums begin with -{Plan.WeightOffset} · Σ m · q.",
    ];

    public override void EmitBeforeRows(SourceWriter writer)
    {
        writer.Write("// The sum of many products must fit in 32 bits too.");
        writer.Write($"float largest = global::System.Math.Min({Plan.LargestMultiplier}, {Int8Layout.MaxMultipliedInputs} / width);");
    }

    public override string Scale(KernelContext context) => $"{base.Scale(context)} / largest";

    public override void EmitBeforeRounding(SourceWriter writer, KernelContext context)
    {
        writer.Write($"{context.Floats} most = {context.Simd}.Create(largest);");
        writer.Write($"{context.Floats} share = inverse * {context.Simd}.Create(1f / {Plan.LargestInput}f);");
    }

    public override void EmitInverses(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        foreach (int v in context.PanelVectors)
        {
            writer.Write($"{context.Floats} magnitude{v} = {simd}.Abs({context.At(KernelContext.Offset("input + i", v * lanes))});");
        }

        writer.Write("// The least multipliers for which the inputs of a step are in bounds.");
        foreach (int v in StepVectors(context))
        {
            writer.Write($"{context.Floats} multiplier{v} = {(lanes >= Plan.Step ? $"magnitude{v}" : $"{simd}.MaxNative(magnitude{v}, magnitude{v + 1})")};");
        }

        foreach ((int v, string quarter) in EmitQuarters(writer, context))
        {
            writer.Write($"multiplier{v} = {simd}.MaxNative(multiplier{v}, ({quarter}) * {simd}.Create({Plan.LargestInput}f / {Int8Layout.LargestSum / 4}f));");
            for (int bit = 1; bit < Math.Min(Plan.Step, lanes); bit *= 2)
            {
                writer.Write($"multiplier{v} = {simd}.MaxNative(multiplier{v}, {Swapped(context, $"multiplier{v}", bit)});");
            }

            writer.Write($"multiplier{v} = {simd}.MinNative({simd}.MaxNative({simd}.Ceiling(multiplier{v} * share), {context.Floats}.One), most);");
            writer.Write($"{context.Integers} factor{v} = {simd}.AsInt32(multiplier{v} + magic) - {simd}.AsInt32(magic);");
            writer.Write($"{context.Floats} inverse{v} = inverse / multiplier{v};");
        }
    }

    public override string Inverse(KernelContext context, int vector) => $"inverse{StepVector(context, vector)}";

    public override void EmitRounded(SourceWriter writer, KernelContext context, int vector) =>
        writer.Write($"sum{vector} += whole{vector} * factor{StepVector(context, vector)};");

    public override void EmitNarrow(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        string bytes = context.Instructions.EmitNarrowToBytes(writer);
        writer.Write($"SignedBytes128_ bytes = {bytes};");
        writer.Write($"byte* place = output + (i * {Plan.StepInputBytes / (Plan.Step / 2)} / 2);");
        for (int step = 0; step < PanelLayout.Width / Plan.Step; step++)
        {
            int lane = step * Plan.Step;
            writer.Write($"{KernelContext.At("long", KernelContext.Offset("place", step * Plan.StepInputBytes))} = Simd128_.GetElement(Simd128_.AsInt64(bytes), {step});");
            writer.Write($"{KernelContext.At("int", KernelContext.Offset("place", (step * Plan.StepInputBytes) + Plan.Step))} = 65537 * {simd}.GetElement(factor{lane / context.Vectors.Lanes}, {lane % context.Vectors.Lanes});");
        }
    }

    public override void EmitInitialSums(SourceWriter writer, KernelContext context) => EmitSum(writer, context);

    public override void EmitConstants(SourceWriter writer, KernelContext context)
    {
    }

    public override IReadOnlyList<string> Inputs(int row) => [.. base.Inputs(row), $"multiplier{row}"];

    public override string ProductArguments(KernelContext context, string weight, int row) => $"{weight}, {Part(weight, 1)}, {string.Join(", ", Inputs(row))}";

    public override (string Parameters, string Sum) Product(KernelContext context) => (
        $"Bytes_ a, Bytes_ b, {context.Integers} inputA, {context.Integers} inputB, {context.Integers} multiplier",
        context.Instructions.SumsBytesIn16Bits
            ? $"{context.Instructions.MultiplyAddAdjacent}({SumOfPairs(context)}, {context.Simd}.AsInt16(multiplier))"
            : $"{SumOfFours(context)} * (multiplier >> 16)");

    public override void EmitDotProductInputs(SourceWriter writer, KernelContext context, int row, string place)
    {
        base.EmitDotProductInputs(writer, context, row, place);
        writer.Write($"{context.Integers} multiplier{row} = {context.Simd}.Create((int){KernelContext.At("short", $"{place} + {Plan.Step}")});");
    }

    public override string AddDotProducts(KernelContext context, string add, string sum, string weight, int row) =>
        $"{sum} += {DotProducts(add, $"{context.Integers}.Zero", weight, row)} * multiplier{row};";

    /// <summary>Four products fit in 16 bits; they are multiplied, and added in pairs.</summary>
    public override string Addition(KernelContext context) => $"TPrecision.AddProducts(sum, {SumOfPairs(context)}, {context.Simd}.AsInt16(multiplier))";

    /// <summary>The vector that begins with the step that a vector belongs to.</summary>
    private int StepVector(KernelContext context, int vector) => StepVectors(context).Last(v => v <= vector);
}
