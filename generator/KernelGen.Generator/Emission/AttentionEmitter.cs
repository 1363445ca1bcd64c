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
            if (context.Shape is null)
            {
                EmitEntries(writer, context);
            }
            else
            {
                EmitSingleEntry(writer, context);
            }

            writer.Write();
            EmitPlaceScores(writer, context);
            writer.Write();
            EmitAttend(writer, context);
            writer.Write();
            if (attention.GoesHeadByHead)
            {
                LongSourceAttentionEmitter.Emit(writer, context);
            }

            if (context.Plan.PrefetchesHeads)
            {
                EmitPrefetch(writer, context);
                writer.Write();
            }

            TileEmitter.Emit(
                writer,
                [
                    (new AttentionTileEmitter(context, attention.Scores), AttentionPlan.ScoreTiles(context.Vectors)),
                    .. HasSingleScorePanels(context) ? [(new AttentionTileEmitter(context, attention.Scores), TileShape.OfWidth(context.Vectors, 1))] : Array.Empty<(TileEmitter, TileShape)>(),
                    (new AttentionTileEmitter(context, attention.WeightedSum), attention.WeightedSumTiles(context.Vectors)),
                ]);
            if (attention.GoesHeadByHead)
            {
                LongSourceAttentionEmitter.EmitTiles(writer, context);
            }
        });

    private static void EmitEntries(SourceWriter writer, KernelContext context)
    {
        int width = context.Plan.Attention.Width;
        string bias = PositionBiasArguments(context);
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

    private static void EmitPlaceScores(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>Scores of some queries of a head.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void PlaceScores(float* queries, int rows, float* keys, int positions, float* scores)"))
        {
            EmitScores(writer, context, "0", "positions", "queries", "rows", "keys", "scores");
        }
    }

    /// <summary>Writes what a program calls whose queries, keys and values lie apart.</summary>
    private static void EmitSingleEntry(SourceWriter writer, KernelContext context)
    {
        int width = context.Plan.Attention.Width;
        writer.Write(
            $$"""
            /// <summary>Attention of all heads of queries to what each of them sees.</summary>
            {{KernelContext.Optimized}}
            public static void Attention(float* query, int rows, float* keys, float* values, int visible, int visibleStep, float* scratch, float* output) =>
                Attend(query, {{width}}, rows, keys, values, visible, visibleStep, 0, {{width}}, scratch, output);
            """);
    }

    private static void EmitAttend(SourceWriter writer, KernelContext context)
    {
        AttentionPlan attention = context.Plan.Attention;
        VectorSet vectors = context.Vectors;
        int block = AttentionPlan.BlockRows(vectors);
        int sumPanels = attention.WeightedSumGroup(vectors);
        TileFamily weightedSum = attention.WeightedSum;

        writer.Write(
            $"/// <summary>Some of {attention.Heads} heads of {attention.HeadDimension}, from the first column to before the last; row i sees the first visible + i · visibleStep positions. "
            + $"{attention.Flops(1)} FLOPs a row and position.</summary>");
        writer.Write(KernelContext.Optimized);
        string biasParameters = PositionBiasParameters(context);
        using (writer.Open($"private static void Attend(float* query, int queryStride, int rows, float* keys, float* values, int visible, int visibleStep, int firstColumn, int endColumn, {biasParameters}float* scratch, float* output)"))
        {
            if (attention.GoesHeadByHead)
            {
                LongSourceAttentionEmitter.EmitChoice(writer, context);
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
                    writer.Write("PlaceScores(queries, blockRows, keys + (head * 16), longest, scores);");
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

    /// <summary>Writes what computes the scores of rows and a head for the positions of the cache from one to before another.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="first">The first position.</param>
    /// <param name="end">The position behind the last.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="rows">How many.</param>
    /// <param name="keys">The keys of the head.</param>
    /// <param name="scores">The scores for position 0.</param>
    public static void EmitScores(SourceWriter writer, KernelContext context, string first, string end, string queries, string rows, string keys, string scores)
    {
        AttentionPlan attention = context.Plan.Attention;
        int group = AttentionPlan.ScoresGroup(context.Vectors);
        bool hasSingles = HasSingleScorePanels(context);
        string Call(int panels) => $"{TileEmitter.RowsName(attention.Scores, panels)}({queries}, {rows}, {keys} + ((nint)position * {attention.Width}), {scores} + position);";
        using (writer.Open($"for (int position = {first}; position < {end}; position += {group * VectorSet.PanelWidth})"))
        {
            if (hasSingles)
            {
                using (writer.Open($"if (position + {VectorSet.PanelWidth} >= {end})"))
                {
                    writer.Write(Call(1));
                    writer.Write("break;");
                }

                writer.Write();
            }

            writer.Write(Call(group));
        }
    }

    /// <summary>Whether the last panel of scores is computed alone where no other stands beside it: where tall tiles have one panel, for which that is less.</summary>
    private static bool HasSingleScorePanels(KernelContext context) => context.Vectors.Panels < AttentionPlan.ScoresGroup(context.Vectors);

    /// <summary>Writes what puts the queries of a block and a head side by side.</summary>
    public static void EmitGatherQueries(SourceWriter writer, KernelContext context)
    {
        using (writer.Open("for (int row = 0; row < blockRows; row++)"))
        {
            writer.Write("float* rowQuery = query + ((nint)(first + row) * queryStride) + head;");
            EmitCopy(writer, context, context.Plan.Attention.HeadWidth, "rowQuery", $"queries + (row * {context.Plan.Attention.HeadWidth})");
        }
    }

    /// <summary>Writes what copies floats, of which there are whole panels.</summary>
    /// <param name="writer">Receives the code.</param>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="length">How many.</param>
    /// <param name="from">From where.</param>
    /// <param name="to">Where to.</param>
    public static void EmitCopy(SourceWriter writer, KernelContext context, int length, string from, string to)
    {
        using (writer.Open($"for (int i = 0; i < {length}; i += {context.Vectors.Lanes})"))
        {
            writer.Write($"{context.At($"{to} + i")} = {context.At($"{from} + i")};");
        }
    }

    public static bool HasPositionBias(KernelContext context) => context.Plan.HasPositionBias;

    /// <summary>What a method takes more where there are relative positions.</summary>
    public static string PositionBiasParameters(KernelContext context) => HasPositionBias(context) ? "float* positionBias, int positionBiasStride, " : "";

    /// <summary>The same where it is called.</summary>
    public static string PositionBiasArguments(KernelContext context) => HasPositionBias(context) ? "positionBias, positionBiasStride, " : "";

    /// <summary>Writes what adds a number for each distance to the scores of a head.</summary>
    public static void EmitPositionBias(SourceWriter writer, KernelContext context)
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
