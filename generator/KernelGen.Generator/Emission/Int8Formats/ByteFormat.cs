using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Int8Formats;

/// <summary>Bytes times bytes, two groups of four at once (<see cref="Int8Layout.Bytes"/>).</summary>
internal sealed class ByteFormat : Int8Format
{
    public override Int8Layout Plan => Int8Layout.Bytes;

    public override string Weights => "Bytes_";

    public override IReadOnlyList<string> Summary =>
    [
        $"Quantises rows: q = round(x / scale), ties to even, the scale being max |x| / {Plan.LargestInput},",
        $"or more, so that inputs 0, 1, 4, 5 of each 8, and the others, add to at most {Int8Layout.LargestSum} before rounding. Sums begin with -{Plan.WeightOffset} · Σ q,",
        $"those over upper bits of weights with -{Int8Layout.UpperBitsCentre}/16 · Σ q, rounded.",
    ];

    public override void EmitAccumulators(SourceWriter writer, KernelContext context, int vector)
    {
        writer.Write($"{context.Floats} four{vector} = {context.Floats}.Zero;");
        writer.Write($"{context.Integers} sum{vector} = {context.Integers}.Zero;");
    }

    /// <summary>A quarter of the largest sums of the magnitudes of inputs 0, 1, 4, 5 of each 8, and of the others, in whichever lane.</summary>
    public override void EmitMagnitudes(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        string Shuffled(string vector, Func<int, int> lane) => $"{simd}.Shuffle({vector}, {simd}.Create({string.Join(", ", Enumerable.Range(0, lanes).Select(lane))}))";
        foreach (int v in context.PanelVectors)
        {
            // A quarter of each, because four could be more than the largest float.
            writer.Write($"magnitude{v} *= {simd}.Create(0.25f);");
            writer.Write($"magnitude{v} += {Shuffled($"magnitude{v}", static lane => lane ^ 1)};");
        }

        // Inputs 4 and 5 stand in the same vector, or begin the next one.
        bool areTogether = lanes >= Plan.Step;
        foreach (int v in context.PanelVectors.Where(v => areTogether || v % 2 == 0))
        {
            string others = areTogether ? Shuffled($"magnitude{v}", static lane => lane ^ 4) : $"magnitude{v + 1}";
            writer.Write($"four{v} = {simd}.MaxNative(four{v}, magnitude{v} + {others});");
        }
    }

    public override string Scale(KernelContext context) =>
        $"global::System.Math.Max(highest / {Plan.LargestInput}f, MaximumOfLanes({context.PanelArguments("four")}) / {Int8Layout.LargestSum / 4}f)";

    public override void EmitRounded(SourceWriter writer, int vector) => writer.Write($"sum{vector} += whole{vector};");

    public override void EmitNarrow(SourceWriter writer, KernelContext context) => context.Instructions.EmitStoreAsBytes(writer);

    public override void EmitInitialSums(SourceWriter writer, KernelContext context)
    {
        writer.Write($"int sum = {context.Simd}.Sum({string.Join(" + ", context.PanelVectors.Select(static v => "sum" + v))});");
        writer.Write($"*(int*)(output + {context.Plan.QuantizedScale + 4}) = -{Plan.WeightOffset} * sum;");
        writer.Write($"*(int*)(output + {context.Plan.QuantizedScale + 8}) = -((({Int8Layout.UpperBitsCentre} * sum) + 8) >> 4);");
    }

    public override string InitialSum(KernelContext context, string place) => $"{context.Simd}.Create({KernelContext.At("int", place)})";

    public override string Weight(KernelContext context, string place) => KernelContext.At("Bytes_", place);

    public override void EmitConstants(SourceWriter writer, KernelContext context)
    {
        if (context.Instructions.SumsBytesIn16Bits)
        {
            writer.Write($"Shorts_ ones = {context.Simd}.Create((short)1);");
        }
    }

    public override string ProductArguments(KernelContext context, string weight, string input) =>
        $"{weight}, {Part(weight, 1)}, {input}, {Part(input, 1)}" + (context.Instructions.SumsBytesIn16Bits ? ", ones" : "");

    public override (string Parameters, string Sum) Product(KernelContext context)
    {
        string multiply = context.Instructions.MultiplyAddAdjacent, simd = context.Simd, integers = context.Integers;
        string parameters = $"Bytes_ a, Bytes_ b, {integers} inputA, {integers} inputB";
        return context.Instructions.SumsBytesIn16Bits
            ? ($"{parameters}, Shorts_ ones", $"{multiply}({multiply}(a, {simd}.AsSByte(inputA)) + {multiply}(b, {simd}.AsSByte(inputB)), ones)")
            : (parameters, $"{multiply}(a, {simd}.AsSByte(inputA), b, {simd}.AsSByte(inputB))");
    }
}
