using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes attention to all of a source that is so long that the keys and values of all heads together do not stay in the second-level cache: head by head for many rows, position by position
/// for few.
/// </summary>
internal static class LongSourceAttentionEmitter
{
    /// <summary>Writes both.</summary>
    public static void Emit(SourceWriter writer, KernelContext context)
    {
        EmitHeadByHead(writer, context);
        writer.Write();
        EmitPositionByPosition(writer, context);
        writer.Write();
    }

    /// <summary>Writes their tiles.</summary>
    public static void EmitTiles(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        TileEmitter.Emit(
            writer,
            (new AttentionTileEmitter(context, attention.SourceScores), TileShape.OfWholeTiles(context.Vectors, context.Vectors.Panels)),
            (new AttentionTileEmitter(context, attention.SourceWeightedSum), TileShape.OfWholeTiles(context.Vectors, attention.WeightedSumPanels(context.Vectors))));
    }

    /// <summary>Writes what leaves rows to either of them.</summary>
    public static void EmitChoice(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        using (writer.Open($"if (visibleStep == 0 && visible >= {AttentionPlan.ManyPositions} && rows >= {AttentionPlan.ManyRows})"))
        {
            writer.Write($"AttendHeadByHead(query, queryStride, rows, keys, values, visible, firstColumn, endColumn, {AttentionEmitter.PositionBiasArguments(context)}scratch, output);");
            writer.Write("return;");
        }

        writer.Write();
        string hasNoBias = AttentionEmitter.HasPositionBias(context) ? " && positionBias == null" : "";
        using (writer.Open($"if (visibleStep == 0 && visible >= {AttentionPlan.ManyPositions} && rows <= {attention.FewRows}{hasNoBias})"))
        {
            writer.Write("AttendPositionByPosition(query, queryStride, rows, keys, values, visible, firstColumn, endColumn, scratch, output);");
            writer.Write("return;");
        }

        writer.Write();
    }

    /// <summary>
    /// Writes attention of many rows to all of a long source. A head's keys and values are copied together, and blocks of rows go through them: what lies side by side
    /// stays in the second-level cache, what lies a row of all heads apart does not.
    /// </summary>
    private static void EmitHeadByHead(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        const int Block = AttentionPlan.HeadBlockRows;
        int panels = vectors.Panels, sumPanels = attention.WeightedSumPanels(vectors);
        int headPanel = attention.HeadWidth * VectorSet.PanelWidth;
        writer.Write($"/// <summary>The same for many rows that all see many positions: head by head, {Block} rows at a time, with a head's keys and values side by side.</summary>");
        writer.Write(KernelContext.Optimized);
        string biasParameters = AttentionEmitter.PositionBiasParameters(context);
        using (writer.Open($"private static void AttendHeadByHead(float* query, int queryStride, int rows, float* keys, float* values, int visible, int firstColumn, int endColumn, {biasParameters}float* scratch, float* output)"))
        {
            writer.Write("float* scores = scratch;");
            writer.Write($"float* queries = scratch + {Block * attention.ScoreStride};");
            writer.Write($"float* headKeys = queries + {Block * attention.HeadWidth};");
            writer.Write($"float* headValues = headKeys + {attention.ScoreStride * attention.HeadWidth};");
            writer.Write($"float* sums = stackalloc float[{Block}];");
            if (AttentionEmitter.HasPositionBias(context))
            {
                writer.Write("const int visibleStep = 0;");
                writer.Write("int shortest = visible;");
            }

            using (writer.Open($"for (int head = firstColumn; head < endColumn; head += {attention.HeadWidth})"))
            {
                using (writer.Open("for (int position = 0; position < visible; position += 16)"))
                {
                    writer.Write($"float* panel = keys + ((nint)(position / 16) * {attention.Width * VectorSet.PanelWidth}) + (head * 16);");
                    AttentionEmitter.EmitCopy(writer, context, headPanel, "panel", $"headKeys + ((nint)position * {attention.HeadWidth})");
                }

                writer.Write();
                using (writer.Open("for (int position = 0; position < visible; position++)"))
                {
                    writer.Write($"float* value = values + ((nint)position * {attention.Width}) + head;");
                    AttentionEmitter.EmitCopy(writer, context, attention.HeadWidth, "value", $"headValues + ((nint)position * {attention.HeadWidth})");
                }

                writer.Write();
                using (writer.Open($"for (int block = 0; block < rows; block += {Block})"))
                {
                    writer.Write("// The last block begins earlier, and computes some rows again.");
                    writer.Write($"const int blockRows = {Block};");
                    writer.Write($"int first = block + {Block} <= rows ? block : rows - {Block};");
                    AttentionEmitter.EmitGatherQueries(writer, context);
                    writer.Write();
                    using (writer.Open($"for (int position = 0; position < visible; position += {panels * VectorSet.PanelWidth})"))
                    {
                        writer.Write($"{TileEmitter.RowsName(attention.SourceScores, panels)}(queries, blockRows, headKeys + ((nint)position * {attention.HeadWidth}), scores + position);");
                    }

                    AttentionEmitter.EmitPositionBias(writer, context);
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
    private static void EmitPositionByPosition(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        const int Step = AttentionPlan.PositionsAtOnce;
        int sumPanels = attention.WeightedSumGroup(vectors);
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
            {
                AttentionEmitter.EmitCopy(writer, context, attention.HeadWidth, "query + ((nint)row * queryStride) + head", $"queries + ((head - firstColumn) * rows) + (row * {attention.HeadWidth})");
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
                    writer.Write($"int end = visible - first < {Step} ? visible : first + {Step};");
                    AttentionEmitter.EmitScores(writer, context, "first", "end", "queries + ((head - firstColumn) * rows)", "rows", "keys + (head * 16)", "headScores");
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
}
