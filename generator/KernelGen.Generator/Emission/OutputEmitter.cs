namespace KernelGen.Generator.Emission;

/// <summary>Writes what follows the output projection: arg-max, the best tokens in order, and the sum that log-softmax divides by.</summary>
internal static class OutputEmitter
{
    /// <summary>The most tokens that the top-k kernel is asked for.</summary>
    private const int MostTokens = 64;

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Output",
        "Over one row of logits: the best token, the best tokens in order, and the sum of exponentials for log-softmax. Padding columns hold minus infinity.",
        writer =>
        {
            EmitArgMax(writer, context);
            writer.Write();
            EmitTopK(writer, context);
            writer.Write();
            EmitInsert(writer);
            writer.Write();
            EmitSumOfExponentials(writer, context);
        });

    private static void EmitArgMax(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>The token with the highest logit; of equal ones the lowest.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static int ArgMax(float* logits)"))
        {
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
                writer.Write($"*({context.Integers}*)({KernelContext.Offset("columnOfLane", v * lanes)}) = bestColumn{v};");
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

    private static void EmitTopK(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        int stride = context.Plan.LogitsStride;
        int whole = stride / MostTokens * MostTokens;
        int vectors = MostTokens / lanes;
        string Highest(int v, string place) => $"highest{v} = {simd}.MaxNative({context.At(KernelContext.Offset(place, v * lanes))}, highest{v});";

        writer.Write(
            $"""
            /// <summary>
            /// The best tokens above minus infinity, at most {MostTokens}: the best first, of equal logits the lower token first. A first pass takes the highest logit of
            /// each of {MostTokens} interleaved columns. The best of these are no better than the best of all, so the second pass looks closely at few.
            /// </summary>
            """);
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static int TopK(float* logits, int count, int* tokens)"))
        {
            for (int v = 0; v < vectors; v++)
            {
                writer.Write($"{context.Floats} highest{v} = {simd}.Create(float.NegativeInfinity);");
            }

            if (whole > 0)
            {
                using (writer.Open($"for (int i = 0; i < {whole}; i += {MostTokens})"))
                {
                    for (int v = 0; v < vectors; v++)
                    {
                        writer.Write(Highest(v, "logits + i"));
                    }
                }
            }

            for (int v = 0; v < (stride - whole) / lanes; v++)
            {
                writer.Write(Highest(v, KernelContext.Offset("logits", whole)));
            }

            writer.Write();
            writer.Write($"float* highest = stackalloc float[{MostTokens}];");
            writer.Write($"float* best = stackalloc float[{MostTokens}];");
            for (int v = 0; v < vectors; v++)
            {
                writer.Write($"{context.At(KernelContext.Offset("highest", v * lanes))} = highest{v};");
            }

            writer.Write("int found = 0;");
            using (writer.Open($"for (int i = 0; i < {MostTokens}; i++)"))
            {
                writer.Write("found = Insert(highest[i], i, best, tokens, found, count);");
            }

            writer.Write();
            writer.Write($"{context.Floats} limit = {simd}.Create(best[count - 1] > float.MinValue ? best[count - 1] : float.MinValue);");
            writer.Write("found = 0;");
            using (writer.Open($"for (int i = 0; i < {stride}; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    string logit = context.At(KernelContext.Offset("logits + i", v * lanes));
                    string bits = $"(uint){simd}.ExtractMostSignificantBits({simd}.GreaterThanOrEqual({logit}, limit))";
                    writer.Write(v == 0 ? $"uint reached = {bits};" : $"reached |= {bits} << {v * lanes};");
                }

                using (writer.Open("if (reached != 0)"))
                {
                    using (writer.Open("for (; reached != 0; reached &= reached - 1)"))
                    {
                        writer.Write("int token = i + global::System.Numerics.BitOperations.TrailingZeroCount(reached);");
                        writer.Write("found = Insert(logits[token], token, best, tokens, found, count);");
                    }

                    using (writer.Open("if (found == count)"))
                    {
                        writer.Write($"limit = {simd}.Create(best[count - 1]);");
                    }
                }
            }

            writer.Write("return found;");
        }
    }

    private static void EmitInsert(SourceWriter writer) => writer.Write(
        """
        /// <summary>Puts a token into the list of the best, behind its equals; the list keeps at most count. Returns how many it holds.</summary>
        private static int Insert(float logit, int token, float* best, int* tokens, int found, int count)
        {
            if (found == count)
            {
                if (!(logit > best[count - 1]))
                {
                    return found;
                }

                found--;
            }

            int place = found;
            while (place > 0 && best[place - 1] < logit)
            {
                best[place] = best[place - 1];
                tokens[place] = tokens[place - 1];
                place--;
            }

            best[place] = logit;
            tokens[place] = token;
            return found + 1;
        }
        """);

    private static void EmitSumOfExponentials(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>The sum of exp(logit - maximum), and the maximum.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static float SumOfExponentials(float* logits, float* maximum)"))
        {
            foreach (int v in context.PanelVectors)
            {
                writer.Write($"{context.Floats} highest{v} = {simd}.Create(float.NegativeInfinity), sum{v} = {context.Floats}.Zero;");
            }

            using (writer.Open($"for (int i = 0; i < {context.Plan.LogitsStride}; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    writer.Write($"highest{v} = {simd}.MaxNative(highest{v}, {context.At(KernelContext.Offset("logits + i", v * lanes))});");
                }
            }

            writer.Write($"*maximum = MaximumOfLanes({SoftmaxEmitter.Arguments(context, "highest")}) + 0f;");
            writer.Write($"{context.Floats} shift = {simd}.Create(*maximum);");
            using (writer.Open($"for (int i = 0; i < {context.Plan.LogitsStride}; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    string logit = context.At(KernelContext.Offset("logits + i", v * lanes));
                    writer.Write($"sum{v} += Exponential2(({logit} - shift) * {simd}.Create({SourceWriter.Literal(VectorMathEmitter.Log2E)}));");
                }
            }

            writer.Write($"return SumOfLanes({SoftmaxEmitter.Arguments(context, "sum")});");
        }
    }
}
