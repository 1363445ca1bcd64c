using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Int8Formats;

/// <summary>Bytes times bytes, two groups of four at once (<see cref="Int8Layout.Bytes"/>).</summary>
internal class ByteFormat : Int8Format
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

    public override void EmitMagnitudes(SourceWriter writer, KernelContext context)
    {
        foreach ((int v, string quarter) in EmitQuarters(writer, context))
        {
            writer.Write($"four{v} = {context.Simd}.MaxNative(four{v}, {quarter});");
        }
    }

    public override string Scale(KernelContext context) =>
        $"global::System.Math.Max(highest / {Plan.LargestInput}f, MaximumOfLanes({context.PanelArguments("four")}) / {Int8Layout.LargestSum / 4}f)";

    public override void EmitRounded(SourceWriter writer, KernelContext context, int vector) => writer.Write($"sum{vector} += whole{vector};");

    public override void EmitNarrow(SourceWriter writer, KernelContext context)
    {
        string bytes = context.Instructions.EmitNarrowToBytes(writer);
        writer.Write($"*(SignedBytes128_*)(output + i) = {bytes};");
    }

    public override void EmitInitialSums(SourceWriter writer, KernelContext context)
    {
        EmitSum(writer, context);
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

    public override IReadOnlyList<string> Inputs(int row) => [$"input{row}", Part($"input{row}", 1)];

    public override string ProductArguments(KernelContext context, string weight, int row) =>
        string.Join(", ", [weight, Part(weight, 1), .. Inputs(row), .. context.Instructions.SumsBytesIn16Bits ? ["ones"] : Array.Empty<string>()]);

    public override (string Parameters, string Sum) Product(KernelContext context)
    {
        string parameters = $"Bytes_ a, Bytes_ b, {context.Integers} inputA, {context.Integers} inputB";
        return context.Instructions.SumsBytesIn16Bits
            ? ($"{parameters}, Shorts_ ones", $"{context.Instructions.MultiplyAddAdjacent}({SumOfPairs(context)}, ones)")
            : (parameters, SumOfFours(context));
    }

    public override bool HasDotProducts => true;

    public override void EmitDotProductInputs(SourceWriter writer, KernelContext context, int row, string place) =>
        writer.Write($"SignedBytes_ input{row} = {context.Simd}.AsSByte({context.Simd}.CreateScalarUnsafe({KernelContext.At("double", place)}));");

    public override string AddDotProducts(KernelContext context, string add, string sum, string weight, int row) => $"{sum} = {DotProducts(add, sum, weight, row)};";

    /// <summary>A sum with the products of both parts of a step.</summary>
    protected static string DotProducts(string add, string sum, string weight, int row) => $"{add}({add}({sum}, {weight}, input{row}, 0), {Part(weight, 1)}, input{row}, 1)";

    public override string Addition(KernelContext context) =>
        $"TPrecision.AddProducts(TPrecision.AddProducts(sum, a, {context.Simd}.AsSByte(inputA)), b, {context.Simd}.AsSByte(inputB))";

    /// <summary>
    /// Replaces magnitudes by a quarter of their sums over inputs 0, 1, 4, 5 of each 8, and over the others, in whichever lane; a quarter of each is added,
    /// because four could be more than the largest float.
    /// </summary>
    /// <returns>The vectors that begin the lanes of a step, or of two, and the expressions of the sums.</returns>
    protected IEnumerable<(int Vector, string Quarter)> EmitQuarters(SourceWriter writer, KernelContext context)
    {
        foreach (int v in context.PanelVectors)
        {
            writer.Write($"magnitude{v} *= {context.Simd}.Create(0.25f);");
            writer.Write($"magnitude{v} += {Swapped(context, $"magnitude{v}", 1)};");
        }

        // Inputs 4 and 5 stand in the same vector, or begin the next one.
        return StepVectors(context).Select(v => (v, $"magnitude{v} + {(context.Vectors.Lanes >= Plan.Step ? Swapped(context, $"magnitude{v}", 4) : $"magnitude{v + 1}")}"));
    }

    /// <summary>The vectors of a panel that begin with a step.</summary>
    protected IEnumerable<int> StepVectors(KernelContext context) => context.PanelVectors.Where(v => v * context.Vectors.Lanes % Plan.Step == 0);

    /// <summary>A vector with lanes swapped whose numbers differ in one bit.</summary>
    protected static string Swapped(KernelContext context, string vector, int bit) =>
        $"{context.Simd}.Shuffle({vector}, {context.Simd}.Create({string.Join(", ", Enumerable.Range(0, context.Vectors.Lanes).Select(lane => lane ^ bit))}))";

    /// <summary>Stores the value with which sums begin, and declares what it is a multiple of.</summary>
    protected void EmitSum(SourceWriter writer, KernelContext context)
    {
        writer.Write($"int sum = {context.Simd}.Sum({string.Join(" + ", context.PanelVectors.Select(static v => "sum" + v))});");
        writer.Write($"*(int*)(output + {context.Plan.QuantizedScale + 4}) = -{Plan.WeightOffset} * sum;");
    }

    /// <summary>The sums of two products, in 16 bits, of both parts of a step together.</summary>
    protected static string SumOfPairs(KernelContext context)
    {
        string multiply = context.Instructions.MultiplyAddAdjacent, simd = context.Simd;
        return $"{multiply}(a, {simd}.AsSByte(inputA)) + {multiply}(b, {simd}.AsSByte(inputB))";
    }

    /// <summary>The sums of four products, in 32 bits, of both parts of a step together.</summary>
    protected static string SumOfFours(KernelContext context) =>
        $"{context.Instructions.MultiplyAddAdjacent}(a, {context.Simd}.AsSByte(inputA), b, {context.Simd}.AsSByte(inputB))";
}
