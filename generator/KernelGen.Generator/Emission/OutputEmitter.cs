namespace KernelGen.Generator.Emission;

/// <summary>Writes what follows the output projection: arg-max, and the sum that log-softmax divides by.</summary>
internal static class OutputEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Output",
        "Over one row of logits: the best token, and the sum of exponentials for log-softmax. Padding columns hold minus infinity.",
        writer =>
        {
            EmitArgMax(writer, context);
            writer.Write();
            EmitSumOfExponentials(writer, context);
        });

    private static void EmitArgMax(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>The token with the highest logit, of equal ones the lowest; -1 where a logit is NaN.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static int ArgMax(float* logits)"))
        {
            EmitUnlessNumbers(writer, context, "return -1;");
            foreach (int v in context.PanelVectors)
            {
                string numbers = string.Join(", ", Enumerable.Range(v * lanes, lanes));
                writer.Write($"{context.Floats} best{v} = {simd}.Create(float.NegativeInfinity);");
                writer.Write($"{context.Integers} column{v} = {simd}.Create({numbers}), bestColumn{v} = column{v};");
            }

            using (writer.Open($"for (int i = 0; i < {context.Plan.LogitsStride}; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    writer.Write($"{context.Floats} value{v} = {context.At(KernelContext.Offset("logits + i", v * lanes))};");
                    writer.Write($"{context.Floats} higher{v} = {simd}.GreaterThan(value{v}, best{v});");
                    writer.Write($"best{v} = {simd}.ConditionalSelect(higher{v}, value{v}, best{v});");
                    writer.Write($"bestColumn{v} = {simd}.ConditionalSelect({simd}.AsInt32(higher{v}), column{v}, bestColumn{v});");
                    writer.Write($"column{v} += {simd}.Create(16);");
                }
            }

            writer.Write("float* bestOfLane = stackalloc float[16];");
            writer.Write("int* columnOfLane = stackalloc int[16];");
            foreach (int v in context.PanelVectors)
            {
                writer.Write($"{context.At(KernelContext.Offset("bestOfLane", v * lanes))} = best{v};");
                writer.Write($"{KernelContext.At(context.Integers, KernelContext.Offset("columnOfLane", v * lanes))} = bestColumn{v};");
            }

            writer.Write("int lane = 0;");
            using (writer.Open("for (int i = 1; i < 16; i++)"))
            {
                using (writer.Open("if (bestOfLane[i] > bestOfLane[lane] || (bestOfLane[i] == bestOfLane[lane] && columnOfLane[i] < columnOfLane[lane]))"))
                {
                    writer.Write("lane = i;");
                }
            }

            writer.Write("return columnOfLane[lane];");
        }
    }

    /// <summary>Writes the sum that log-softmax divides by.</summary>
    public static void EmitSumOfExponentials(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>The sum of exp(logit - maximum), and the maximum.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static float SumOfExponentials(float* logits, float* maximum)"))
        {
            EmitUnlessNumbers(writer, context, "return *maximum = float.NaN;");
            writer.Write(context.ForPanel(v => $"{context.Floats} highest{v} = {simd}.Create(float.NegativeInfinity), sum{v} = {context.Floats}.Zero;"));

            using (writer.Open($"for (int i = 0; i < {context.Plan.LogitsStride}; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"highest{v} = {simd}.MaxNative(highest{v}, {context.At(KernelContext.Offset("logits + i", v * lanes))});"));
            }

            writer.Write($"*maximum = MaximumOfLanes({context.PanelArguments("highest")}) + 0f;");
            writer.Write($"{context.Floats} shift = {simd}.Create(*maximum);");
            using (writer.Open($"for (int i = 0; i < {context.Plan.LogitsStride}; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"sum{v} += {VectorMathEmitter.Exponential2UpTo127}(({context.At(KernelContext.Offset("logits + i", v * lanes))} - shift) * {simd}.Create({SourceWriter.Literal(VectorMathEmitter.Log2E)}));"));
            }

            writer.Write($"return SumOfLanes({context.PanelArguments("sum")});");
        }
    }

    /// <summary>What the maximum of a number and NaN is depends on the CPU, so rows that hold NaN are sorted out first.</summary>
    private static void EmitUnlessNumbers(SourceWriter writer, KernelContext context, string statement)
    {
        writer.Write($"if (LogitRow_.HoldsNaN(logits, {context.Plan.LogitsStride})) {{ {statement} }}");
        writer.Write();
    }
}
