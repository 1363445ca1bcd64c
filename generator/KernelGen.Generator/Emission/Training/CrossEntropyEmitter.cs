namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the cross-entropy of a row of logits, and its gradient.</summary>
internal static class CrossEntropyEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "CrossEntropy",
        "Cross-entropy with label smoothing s over one row of V logits: -(1 - s) · log p[target] - s / V · Σ log p, and its gradient p - s / V, less 1 - s at the target.",
        writer =>
        {
            int vocabulary = context.Specification.TargetVocabularySize;
            int room = context.Plan.LogitsStride;
            int whole = vocabulary / 16 * 16;
            string simd = context.Simd;
            string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * context.Vectors.Lanes));
            void EmitPadding(string value)
            {
                if (room != vocabulary)
                {
                    using (writer.Open($"for (int i = {vocabulary}; i < {room}; i++)"))
                    {
                        writer.Write($"logits[i] = {value};");
                    }
                }
            }

            void EmitPowers(string place, string power)
            {
                writer.Write(context.ForPanel(v => $"difference{v} = {Place(place, v)} - shift;"));
                writer.Write(context.ForPanel(v => $"{context.Floats} {power}{v} = {VectorMathEmitter.Exponential2UpTo127}(difference{v} * {simd}.Create({SourceWriter.Literal(VectorMathEmitter.Log2E)}));"));
                writer.Write(context.ForPanel(v => $"{Place(place, v)} = {power}{v};"));
                writer.Write(context.ForPanel(v => $"sum{v} += {power}{v};"));
            }

            writer.Write("/// <summary>The loss of a row of logits, which become its gradient.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static float CrossEntropy(float* logits, int target, float smoothing, float scale)"))
            {
                EmitPadding("float.NegativeInfinity");
                writer.Write(context.ForPanel(v => $"{context.Floats} highest{v} = {simd}.Create(float.NegativeInfinity);"));
                using (writer.Open($"for (int i = 0; i < {room}; i += 16)"))
                {
                    writer.Write(context.ForPanel(v => $"highest{v} = {simd}.MaxNative(highest{v}, {Place("logits + i", v)});"));
                }

                writer.Write();
                writer.Write("// Which maximum a row with NaN has is not known, but its sum is NaN.");
                writer.Write($"float maximum = MaximumOfLanes({context.PanelArguments("highest")}) + 0f;");
                writer.Write("float targetDifference = logits[target] - maximum;");
                writer.Write($"{context.Floats} shift = {simd}.Create(maximum);");
                writer.Write(context.ForPanel(v => $"{context.Floats} sum{v} = {context.Floats}.Zero, total{v} = {context.Floats}.Zero, difference{v};"));
                if (whole > 0)
                {
                    using (writer.Open($"for (int i = 0; i < {whole}; i += 16)"))
                    {
                        EmitPowers("logits + i", "power");
                        writer.Write(context.ForPanel(v => $"total{v} += difference{v};"));
                    }
                }

                if (room != whole)
                {
                    EmitPowers($"logits + {whole}", "last");
                    foreach (int v in context.PanelVectors.Where(v => whole + (v * context.Vectors.Lanes) < vocabulary))
                    {
                        writer.Write($"total{v} += {context.FirstLanes(vocabulary - whole - (v * context.Vectors.Lanes), $"difference{v}")};");
                    }
                }

                writer.Write();
                writer.Write($"float sum = SumOfLanes({context.PanelArguments("sum")}), inverse = 1f / sum;");
                writer.Write($"float even = smoothing / {-vocabulary}f;");
                writer.Write("float atTarget = global::System.MathF.FusedMultiplyAdd(logits[target], inverse, even - (1f - smoothing)) * scale;");
                using (writer.Open($"for (int i = 0; i < {room}; i += 16)"))
                {
                    writer.Write(context.ForPanel(v =>
                        $"{Place("logits + i", v)} = {context.FusedMultiplyAdd}({Place("logits + i", v)}, {simd}.Create(inverse), {simd}.Create(even)) * {simd}.Create(scale);"));
                }

                writer.Write("logits[target] = atTarget;");
                EmitPadding("0f");
                writer.Write($"return LogitRow_.CrossEntropy(targetDifference, SumOfLanes({context.PanelArguments("total")}), sum, {vocabulary}, smoothing);");
            }
        });
}
