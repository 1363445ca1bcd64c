using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes fused multi-head attention (Vaswani et al. 2017, section 3.2): scores, masks, softmax and weighted sum, a block of query rows and a head at a time.</summary>
internal static class AttentionEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Attention",
        "Fused multi-head attention. Keys are stored transposed in panels of 16 positions, so that a lane is a position and no sum goes across lanes.\n"
        + "What a row may not see is not computed: the padding mask is the number of keys, the causal mask one more key for each row.",
        writer =>
        {
            AttentionPlan attention = context.Plan.Attention;
            EmitEntries(writer, context);
            writer.Write();
            EmitAttend(writer, context);
            writer.Write();
            if (attention.GoesHeadByHead)
            {
                EmitAttendHeadByHead(writer, context);
                writer.Write();
                EmitAttendPositionByPosition(writer, context);
                writer.Write();
            }

            if (context.Plan.PrefetchesHeads)
            {
                EmitPrefetch(writer, context);
                writer.Write();
            }

            TileEmitter.Emit(
                writer,
                (new AttentionTileEmitter(context, attention.Scores), TileShape.OfWidth(context.Vectors, context.Vectors.Panels)),
                (new AttentionTileEmitter(context, attention.WeightedSum), TileShape.OfWidth(context.Vectors, attention.WeightedSumPanels(context.Vectors))));
            if (attention.GoesHeadByHead)
            {
                TileEmitter.Emit(
                    writer,
                    (new AttentionTileEmitter(context, attention.SourceScores), TileShape.OfWholeTiles(context.Vectors, context.Vectors.Panels)),
                    (new AttentionTileEmitter(context, attention.SourceWeightedSum), TileShape.OfWholeTiles(context.Vectors, attention.WeightedSumPanels(context.Vectors))));
            }
        });

    private static void EmitEntries(SourceWriter writer, KernelContext context)
    {
        int width = context.Plan.Attention.Width;
        string bias = HasPositionBias(context) ? "positionBias, positionBiasStride, " : "";
        string noBias = HasPositionBias(context) ? "null, 0, " : "";
        writer.Write(
            $$"""
            /// <summary>Attention of consecutive positions of a sequence to its own cache.</summary>
            {{KernelContext.Optimized}}
            public static void SelfAttention(float* queryKeyValue, int rows, float* keys, float* values, int visible, int visibleStep, float* positionBias,
                int positionBiasStride, float* scratch, float* output) =>
                Attend(queryKeyValue, {{3 * width}}, rows, keys, values, visible, visibleStep, 0, {{width}}, {{bias}}scratch, output);

            /// <summary>Attention of some heads of target positions to the source.</summary>
            {{KernelContext.Optimized}}
            public static void CrossAttention(float* query, int rows, float* keys, float* values, int visible, int firstHead, int endHead, float* scratch, float* output) =>
                Attend(query, {{width}}, rows, keys, values, visible, 0, firstHead * {{context.Plan.Attention.HeadWidth}}, endHead * {{context.Plan.Attention.HeadWidth}}, {{noBias}}scratch, output);
            """);
    }

    private static void EmitAttend(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        int block = AttentionPlan.BlockRows(vectors);
        int panels = vectors.Panels;
        int sumPanels = attention.WeightedSumPanels(vectors);
        TileFamily scores = attention.Scores;
        TileFamily weightedSum = attention.WeightedSum;
        int keyPanel = attention.Width * VectorSet.PanelWidth;

        writer.Write(
            $"/// <summary>Some of {attention.Heads} heads of {attention.HeadDimension}, from the first column to before the last; row i sees the first visible + i · visibleStep positions. "
            + $"{attention.Flops(1)} FLOPs a row and position.</summary>");
        writer.Write(KernelContext.Optimized);
        string biasParameters = HasPositionBias(context) ? "float* positionBias, int positionBiasStride, " : "";
        using (writer.Open($"private static void Attend(float* query, int queryStride, int rows, float* keys, float* values, int visible, int visibleStep, int firstColumn, int endColumn, {biasParameters}float* scratch, float* output)"))
        {
            if (attention.GoesHeadByHead)
            {
                using (writer.Open($"if (visibleStep == 0 && visible >= {AttentionPlan.ManyPositions} && rows >= {AttentionPlan.ManyRows})"))
                {
                    writer.Write($"AttendHeadByHead(query, queryStride, rows, keys, values, visible, firstColumn, endColumn, {(HasPositionBias(context) ? "positionBias, positionBiasStride, " : "")}scratch, output);");
                    writer.Write("return;");
                }

                writer.Write();
                string hasNoBias = HasPositionBias(context) ? " && positionBias == null" : "";
                using (writer.Open($"if (visibleStep == 0 && visible >= {AttentionPlan.ManyPositions} && rows <= {attention.FewRows}{hasNoBias})"))
                {
                    writer.Write("AttendPositionByPosition(query, queryStride, rows, keys, values, visible, firstColumn, endColumn, scratch, output);");
                    writer.Write("return;");
                }

                writer.Write();
            }

            writer.Write("float* scores = scratch;");
            writer.Write($"float* queries = scratch + {block * attention.ScoreStride};");
            writer.Write($"float* sums = stackalloc float[{block}];");
            using (writer.Open($"for (int first = 0; first < rows; first += {block})"))
            {
                writer.Write($"int blockRows = rows - first < {block} ? rows - first : {block};");
                writer.Write("int shortest = visible + (first * visibleStep);");
                writer.Write("int longest = shortest + ((blockRows - 1) * visibleStep);");
                using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
                {
                    if (context.Plan.PrefetchesHeads)
                    {
                        writer.Write("// Few rows compute less than they read: the next head comes from memory meanwhile.");
                        using (writer.Open($"if (blockRows <= {vectors.LowRows[0]} && head + {attention.HeadWidth} < endColumn)"))
                        {
                            writer.Write($"PrefetchHead(keys + ((head + {attention.HeadWidth}) * 16), values + head + {attention.HeadWidth}, longest);");
                        }

                        writer.Write();
                    }

                    EmitGatherQueries(writer, context);
                    writer.Write();
                    using (writer.Open($"for (int position = 0; position < longest; position += {panels * VectorSet.PanelWidth})"))
                    {
                        writer.Write(
                            $"{TileEmitter.RowsName(scores, panels)}(queries, blockRows, keys + ((nint)(position / 16) * {keyPanel}) + (head * 16), scores + position);");
                    }

                    EmitPositionBias(writer, context);
                    writer.Write();
                    using (writer.Open("for (int row = 0; row < blockRows; row++)"))
                    {
                        writer.Write(
                            $"sums[row] = Exponentials(scores + ((nint)row * {attention.ScoreStride}), shortest + (row * visibleStep), {SourceWriter.Literal(attention.Base2Scale)});");
                        writer.Write($"float* rowOutput = output + ((nint)(first + row) * {attention.OutputStride}) + head;");
                        using (writer.Open($"for (int i = 0; i < {attention.HeadWidth}; i += {vectors.Lanes})"))
                        {
                            writer.Write($"{context.At("rowOutput + i")} = {context.Floats}.Zero;");
                        }
                    }

                    writer.Write();
                    writer.Write("// What every row sees, together; then what later rows see beyond it, row by row.");
                    using (writer.Open($"for (int column = head; column < head + {attention.HeadWidth}; column += {sumPanels * VectorSet.PanelWidth})"))
                    {
                        writer.Write($"float* columnOutput = output + ((nint)first * {attention.OutputStride}) + column;");
                        writer.Write($"{TileEmitter.RowsName(weightedSum, sumPanels)}(scores, blockRows, shortest, values + column, columnOutput);");
                        using (writer.Open("for (int row = 1; row < blockRows && visibleStep != 0; row++)"))
                        {
                            writer.Write(
                                $"{TileEmitter.RowsName(weightedSum, sumPanels)}(scores + ((nint)row * {attention.ScoreStride}) + shortest, 1, row, "
                                + $"values + ((nint)shortest * {attention.Width}) + column, columnOutput + ((nint)row * {attention.OutputStride}));");
                        }
                    }

                    writer.Write();
                    using (writer.Open("for (int row = 0; row < blockRows; row++)"))
                    {
                        writer.Write($"DivideBySum(output + ((nint)(first + row) * {attention.OutputStride}) + head, {attention.HeadWidth}, sums[row]);");
                    }
                }
            }
        }
    }

    /// <summary>
    /// Writes attention of many rows to all of a long source. A head's keys and values are copied together, and blocks of rows go through them: what lies side by side
    /// stays in the second-level cache, what lies a row of all heads apart does not.
    /// </summary>
    private static void EmitAttendHeadByHead(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        const int Block = AttentionPlan.HeadBlockRows;
        int panels = vectors.Panels, sumPanels = attention.WeightedSumPanels(vectors);
        int headPanel = attention.HeadWidth * VectorSet.PanelWidth;
        writer.Write($"/// <summary>The same for many rows that all see many positions: head by head, {Block} rows at a time, with a head's keys and values side by side.</summary>");
        writer.Write(KernelContext.Optimized);
        string biasParameters = HasPositionBias(context) ? "float* positionBias, int positionBiasStride, " : "";
        using (writer.Open($"private static void AttendHeadByHead(float* query, int queryStride, int rows, float* keys, float* values, int visible, int firstColumn, int endColumn, {biasParameters}float* scratch, float* output)"))
        {
            writer.Write("float* scores = scratch;");
            writer.Write($"float* queries = scratch + {Block * attention.ScoreStride};");
            writer.Write($"float* headKeys = queries + {Block * attention.HeadWidth};");
            writer.Write($"float* headValues = headKeys + {attention.ScoreStride * attention.HeadWidth};");
            writer.Write($"float* sums = stackalloc float[{Block}];");
            if (HasPositionBias(context))
            {
                writer.Write("const int visibleStep = 0;");
                writer.Write("int shortest = visible;");
            }

            using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
            {
                using (writer.Open("for (int position = 0; position < visible; position += 16)"))
                {
                    writer.Write($"float* panel = keys + ((nint)(position / 16) * {attention.Width * VectorSet.PanelWidth}) + (head * 16);");
                    using (writer.Open($"for (int i = 0; i < {headPanel}; i += {vectors.Lanes})"))
                    {
                        writer.Write($"{context.At($"headKeys + ((nint)position * {attention.HeadWidth}) + i")} = {context.At("panel + i")};");
                    }
                }

                writer.Write();
                using (writer.Open("for (int position = 0; position < visible; position++)"))
                {
                    writer.Write($"float* value = values + ((nint)position * {attention.Width}) + head;");
                    using (writer.Open($"for (int i = 0; i < {attention.HeadWidth}; i += {vectors.Lanes})"))
                    {
                        writer.Write($"{context.At($"headValues + ((nint)position * {attention.HeadWidth}) + i")} = {context.At("value + i")};");
                    }
                }

                writer.Write();
                using (writer.Open($"for (int block = 0; block < rows; block += {Block})"))
                {
                    writer.Write("// The last block begins earlier, and computes some rows again.");
                    writer.Write($"const int blockRows = {Block};");
                    writer.Write($"int first = block + {Block} <= rows ? block : rows - {Block};");
                    EmitGatherQueries(writer, context);
                    writer.Write();
                    using (writer.Open($"for (int position = 0; position < visible; position += {panels * VectorSet.PanelWidth})"))
                    {
                        writer.Write($"{TileEmitter.RowsName(attention.SourceScores, panels)}(queries, blockRows, headKeys + ((nint)position * {attention.HeadWidth}), scores + position);");
                    }

                    EmitPositionBias(writer, context);
                    writer.Write();
                    using (writer.Open("for (int row = 0; row < blockRows; row++)"))
                    {
                        writer.Write($"sums[row] = Exponentials(scores + ((nint)row * {attention.ScoreStride}), visible, {SourceWriter.Literal(attention.Base2Scale)});");
                    }

                    writer.Write();
                    writer.Write($"float* blockOutput = output + ((nint)first * {attention.OutputStride}) + head;");
                    using (writer.Open($"for (int column = 0; column < {attention.HeadWidth}; column += {sumPanels * VectorSet.PanelWidth})"))
                    {
                        writer.Write($"{TileEmitter.RowsName(attention.SourceWeightedSum, sumPanels)}(scores, blockRows, visible, headValues + column, blockOutput + column);");
                    }

                    writer.Write();
                    using (writer.Open("for (int row = 0; row < blockRows; row++)"))
                    {
                        writer.Write($"DivideBySum(blockOutput + ((nint)row * {attention.OutputStride}), {attention.HeadWidth}, sums[row]);");
                    }
                }
            }
        }
    }

    /// <summary>
    /// Writes attention of few rows to all of a long source. They compute less than they read, which comes from memory: in the order in which it lies there, and
    /// a step ahead.
    /// </summary>
    private static void EmitAttendPositionByPosition(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        const int Step = AttentionPlan.PositionsAtOnce;
        int panels = vectors.Panels, sumPanels = attention.WeightedSumPanels(vectors);
        int keyPanel = attention.Width * VectorSet.PanelWidth;
        writer.Write($"/// <summary>The same for few rows that all see many positions: {Step} positions at a time for all heads, so that keys and values are read as they lie in memory.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("private static void AttendPositionByPosition(float* query, int queryStride, int rows, float* keys, float* values, int visible, int firstColumn, int endColumn, float* scratch, float* output)"))
        {
            writer.Write($"int scoreRows = rows * ((endColumn - firstColumn) / {attention.HeadWidth});");
            writer.Write("float* scores = scratch;");
            writer.Write($"float* queries = scratch + ((nint)scoreRows * {attention.ScoreStride});");
            writer.Write($"float* sums = stackalloc float[{attention.FewRows * attention.Heads}];");
            using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            using (writer.Open($"for (int i = 0; i < {attention.HeadWidth}; i += {vectors.Lanes})"))
            {
                writer.Write($"{context.At($"queries + ((head - firstColumn) * rows) + (row * {attention.HeadWidth}) + i")} = {context.At("query + ((nint)row * queryStride) + head + i")};");
            }

            writer.Write();
            using (writer.Open($"for (int first = 0; first < visible; first += {Step})"))
            {
                writer.Write($"float* panel = keys + ((nint)(first / 16) * {keyPanel});");
                using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
                {
                    using (writer.Open($"if (first + {Step} < visible)"))
                    {
                        writer.Write($"ReadAhead(panel + {Step / 16 * keyPanel} + (head * 16), {Step / 16}, {keyPanel}, {attention.HeadWidth * 16});");
                    }

                    writer.Write();
                    writer.Write($"float* headScores = scores + ((nint)((head - firstColumn) / {attention.HeadWidth}) * rows * {attention.ScoreStride});");
                    using (writer.Open($"for (int position = first; position < first + {Step} && position < visible; position += {panels * VectorSet.PanelWidth})"))
                    {
                        writer.Write(
                            $"{TileEmitter.RowsName(attention.Scores, panels)}(queries + ((head - firstColumn) * rows), rows, keys + ((nint)(position / 16) * {keyPanel}) + (head * 16), headScores + position);");
                    }
                }
            }

            writer.Write();
            using (writer.Open("for (int row = 0; row < scoreRows; row++)"))
            {
                writer.Write($"sums[row] = Exponentials(scores + ((nint)row * {attention.ScoreStride}), visible, {SourceWriter.Literal(attention.Base2Scale)});");
            }

            writer.Write();
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            using (writer.Open($"for (int i = firstColumn; i < endColumn; i += {vectors.Lanes})"))
            {
                writer.Write($"{context.At($"output + ((nint)row * {attention.OutputStride}) + i")} = {context.Floats}.Zero;");
            }

            writer.Write();
            using (writer.Open($"for (int first = 0; first < visible; first += {Step})"))
            {
                writer.Write($"int count = visible - first < {Step} ? visible - first : {Step};");
                using (writer.Open($"for (int column = firstColumn; column < endColumn; column += {sumPanels * VectorSet.PanelWidth})"))
                {
                    using (writer.Open($"if (first + {2 * Step} <= visible)"))
                    {
                        writer.Write($"ReadAhead(values + ((nint)(first + {Step}) * {attention.Width}) + column, {Step}, {attention.Width}, {sumPanels * VectorSet.PanelWidth});");
                    }

                    writer.Write();
                    writer.Write($"float* headScores = scores + ((nint)((column - firstColumn) / {attention.HeadWidth}) * rows * {attention.ScoreStride}) + first;");
                    writer.Write($"{TileEmitter.RowsName(attention.WeightedSum, sumPanels)}(headScores, rows, count, values + ((nint)first * {attention.Width}) + column, output + column);");
                }
            }

            writer.Write();
            using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                writer.Write($"DivideBySum(output + ((nint)row * {attention.OutputStride}) + head, {attention.HeadWidth}, sums[((head - firstColumn) / {attention.HeadWidth} * rows) + row]);");
            }
        }

        writer.Write();
        writer.Write("/// <summary>Begins to read some rows of floats.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("private static void ReadAhead(float* floats, int rows, int stride, int length)"))
        using (writer.Open("for (int row = 0; row < rows; row++, floats += stride)"))
        using (writer.Open("for (int i = 0; i < length; i += 16)"))
        {
            writer.Write("Hints_.ReadSoon(floats + i);");
        }
    }

    /// <summary>Writes what puts the queries of a block and a head side by side.</summary>
    private static void EmitGatherQueries(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        using (writer.Open("for (int row = 0; row < blockRows; row++)"))
        {
            writer.Write("float* rowQuery = query + ((nint)(first + row) * queryStride) + head;");
            using (writer.Open($"for (int i = 0; i < {attention.HeadWidth}; i += {context.Vectors.Lanes})"))
            {
                writer.Write($"{context.At($"queries + (row * {attention.HeadWidth}) + i")} = {context.At("rowQuery + i")};");
            }
        }
    }

    private static bool HasPositionBias(KernelContext context) => context.Specification.PositionalEncoding == PositionalEncoding.Relative;

    /// <summary>Writes what adds a number for each distance to the scores of a head.</summary>
    private static void EmitPositionBias(SourceWriter writer, KernelContext context)
    {
        if (!HasPositionBias(context))
        {
            return;
        }

        writer.Write();
        using (writer.Open("if (positionBias != null)"))
        {
            writer.Write("// A key further on is one distance more, a query further on one less.");
            writer.Write($"float* headBias = positionBias + ((nint)(head / {context.Plan.Attention.HeadWidth}) * positionBiasStride) - first;");
            using (writer.Open("for (int row = 0; row < blockRows; row++)"))
            {
                writer.Write($"float* rowScores = scores + ((nint)row * {context.Plan.Attention.ScoreStride});");
                writer.Write("int count = shortest + (row * visibleStep);");
                using (writer.Open($"for (int position = 0; position < count; position += {context.Vectors.Lanes})"))
                {
                    writer.Write($"{context.At("rowScores + position")} = {context.At("rowScores + position")} + {context.At("headBias - row + position")};");
                }
            }
        }
    }

    private static void EmitPrefetch(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        writer.Write("/// <summary>Begins to read a head's keys and values at the first positions.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("private static void PrefetchHead(float* keys, float* values, int positions)"))
        {
            using (writer.Open("for (int panel = 0; panel < positions; panel += 16)"))
            {
                using (writer.Open($"for (int i = 0; i < {attention.HeadWidth * VectorSet.PanelWidth}; i += 16)"))
                {
                    writer.Write("Hints_.ReadSoon(keys + i);");
                }

                writer.Write($"keys += {attention.Width * VectorSet.PanelWidth};");
            }

            using (writer.Open("for (int position = 0; position < positions; position++)"))
            {
                writer.Write(string.Join(" ", Enumerable.Range(0, attention.HeadWidth / VectorSet.PanelWidth).Select(line => $"Hints_.ReadSoon({KernelContext.Offset("values", line * VectorSet.PanelWidth)});")));
                writer.Write($"values += {attention.Width};");
            }
        }
    }
}
