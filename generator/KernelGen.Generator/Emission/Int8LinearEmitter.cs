using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes what linear kernels do with 8-bit weights: rows of inputs are quantised, products are summed exactly in integers, and each sum is scaled once.
/// Exact sums have no order, so the bits are the same for every instruction set.
/// </summary>
internal static class Int8LinearEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "LinearInt8",
        $"Linear layers with 8-bit weights: exact sums of products with {context.Plan.Int8.InputBits}-bit inputs, scaled at the end.\n"
        + $"A row of inputs takes {context.Plan.QuantizedStride} bytes; at {context.Plan.QuantizedScale} stand its scale and the values with which its sums begin.",
        writer =>
        {
            EmitQuantize(writer, context);
            TileShape[] shapes = [.. context.Plan.Linears.Select(linear => Shape(context, linear)).GroupBy(static shape => shape.Panels).Select(static same => same.First())];
            foreach (TileShape shape in shapes)
            {
                writer.Write();
                EmitLoop(writer, context, shape.Panels);
                writer.Write();
                EmitRows(writer, context, shape);
            }

            foreach ((TileShape shape, (int rows, int panels)) in shapes
                .SelectMany(static shape => shape.Tiles.Select(tile => (Shape: shape, Tile: tile)))
                .GroupBy(static tile => tile.Tile)
                .Select(static same => same.First()))
            {
                writer.Write();
                EmitTile(writer, context, shape, panels, rows);
            }

            writer.Write();
            EmitProducts(writer, context);
            foreach (int panels in shapes.SelectMany(static shape => shape.Tiles).Select(static tile => tile.Panels).Distinct())
            {
                writer.Write();
                EmitStore(writer, context, panels);
            }
        });

    /// <summary>The loop over panels that a linear kernel calls.</summary>
    public static string LoopName(KernelContext context, LinearPlan linear) => LoopName(Shape(context, linear).Panels);

    private static string LoopName(int panels) => $"LinearInt8By{panels * VectorSet.PanelWidth}";

    private static string RowsName(int panels) => $"Int8RowsBy{panels * VectorSet.PanelWidth}";

    private static string TileName(int panels, int rows) => $"Int8Of{rows}By{panels * VectorSet.PanelWidth}";

    private static TileShape Shape(KernelContext context, LinearPlan linear) => TileShape.Linear(context.Vectors, context.Vectors.TallInt8Rows, context.Vectors.LowInt8Panels, linear.Panels);

    private static void EmitQuantize(SourceWriter writer, KernelContext context)
    {
        Int8Plan plan = context.Plan.Int8;
        bool isByte = plan.InputSize == 1;
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>");
        writer.Write($"/// Quantises rows: q = round(x / scale), ties to even, the scale being max |x| / {plan.LargestInput}{(isByte ? "," : ".")}");
        if (isByte)
        {
            writer.Write($"/// or more, so that inputs 0, 1, 4, 5 of each 8, and the others, add to at most {Int8Plan.LargestSum} before rounding. Sums begin with -{plan.WeightOffset} · Σ q,");
            writer.Write($"/// those over upper bits of weights with -{Int8Plan.UpperBitsCentre}/16 · Σ q, rounded.");
        }

        writer.Write("/// </summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void Quantize(float* input, int rows, int stride, int width, byte* output)"))
        {
            if (!isByte)
            {
                writer.Write("// A sum of so many products must fit in 32 bits.");
                writer.Write($"float largest = width > {plan.MaxInputs} ? {plan.MaxInputs * plan.LargestInput} / width : {plan.LargestInput};");
            }

            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                writer.Write($"{context.Floats} nothing = {context.Floats}.Zero;");
                foreach (int v in context.PanelVectors)
                {
                    writer.Write($"{context.Floats} highest{v} = {context.Floats}.Zero;");
                    if (isByte)
                    {
                        writer.Write($"{context.Floats} four{v} = {context.Floats}.Zero;");
                        writer.Write($"{context.Integers} sum{v} = {context.Integers}.Zero;");
                    }
                }

                using (writer.Open("for (int i = 0; i < width; i += 16)"))
                {
                    foreach (int v in context.PanelVectors)
                    {
                        writer.Write($"{context.Floats} magnitude{v} = {simd}.Abs({context.At(KernelContext.Offset("input + i", v * lanes))});");
                        writer.Write($"highest{v} = {simd}.MaxNative(highest{v}, magnitude{v});");
                        writer.Write($"nothing += magnitude{v} * {context.Floats}.Zero;");
                    }

                    if (isByte)
                    {
                        EmitSumsOfFour(writer, context);
                    }
                }

                writer.Write($"float highest = MaximumOfLanes({SoftmaxEmitter.Arguments(context, "highest")});");
                writer.Write(isByte
                    ? $"float scale = global::System.Math.Max(highest / {plan.LargestInput}f, MaximumOfLanes({SoftmaxEmitter.Arguments(context, "four")}) / {Int8Plan.LargestSum / 4}f);"
                    : "float scale = highest / largest;");
                writer.Write("// Next to nothing counts as zero: its inverse would not be finite.");
                writer.Write("bool isZero = !(highest > 1e-34f);");
                writer.Write($"{context.Floats} inverse = {simd}.Create(isZero ? 0f : 1f / scale);");
                writer.Write("// Adding 1.5 · 2^23 rounds to a whole number, which is then in the low bits.");
                writer.Write($"{context.Floats} magic = {simd}.Create(12582912f);");
                using (writer.Open("for (int i = 0; i < width; i += 16)"))
                {
                    foreach (int v in context.PanelVectors)
                    {
                        string place = context.At(KernelContext.Offset("input + i", v * lanes));
                        writer.Write($"{context.Integers} whole{v} = {simd}.AsInt32(({place} * inverse) + magic) - {simd}.AsInt32(magic);");
                        if (isByte)
                        {
                            writer.Write($"sum{v} += whole{v};");
                        }
                    }

                    EmitNarrow(writer, context);
                }

                writer.Write("// 0 times what is not finite is NaN.");
                writer.Write($"*(float*)(output + {context.Plan.QuantizedScale}) = (isZero ? 0f : scale) + {simd}.Sum(nothing);");
                if (isByte)
                {
                    string sums = string.Join(" + ", context.PanelVectors.Select(v => "sum" + v));
                    writer.Write($"int sum = {simd}.Sum({sums});");
                    writer.Write($"*(int*)(output + {context.Plan.QuantizedScale + 4}) = -{plan.WeightOffset} * sum;");
                    writer.Write($"*(int*)(output + {context.Plan.QuantizedScale + 8}) = -((({Int8Plan.UpperBitsCentre} * sum) + 8) >> 4);");
                }

                writer.Write("input += stride;");
                writer.Write($"output += {context.Plan.QuantizedStride};");
            }
        }
    }

    /// <summary>A quarter of the largest sums of the magnitudes of inputs 0, 1, 4, 5 of each 8, and of the others, in whichever lane.</summary>
    private static void EmitSumsOfFour(SourceWriter writer, KernelContext context)
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

        foreach (int v in context.PanelVectors.Where(v => lanes > 4 || v % 2 == 0))
        {
            string others = lanes > 4 ? Shuffled($"magnitude{v}", static lane => lane ^ 4) : $"magnitude{v + 1}";
            writer.Write($"four{v} = {simd}.MaxNative(four{v}, magnitude{v} + {others});");
        }
    }

    /// <summary>Stores 16 whole numbers in as many bits as they need.</summary>
    private static void EmitNarrow(SourceWriter writer, KernelContext context)
    {
        const string Intrinsics = "global::System.Runtime.Intrinsics";
        string simd = context.Simd;
        bool isByte = context.Plan.Int8.InputSize == 1;
        if (context.Vectors.Lanes == 16)
        {
            (string type, string conversion) = isByte ? ("Vector128<sbyte>", "ConvertToVector128SByte") : ("Vector256<short>", "ConvertToVector256Int16");
            writer.Write($"*({Intrinsics}.{type}*)(output + {(isByte ? "i" : "(2 * i)")}) = {Intrinsics}.X86.Avx512F.{conversion}(whole0);");
            return;
        }

        for (int v = 0; v < context.Vectors.VectorsPerPanel; v += 2)
        {
            writer.Write(isByte
                ? $"{context.VectorOf("short")} narrow{v} = {simd}.Narrow(whole{v}, whole{v + 1});"
                : $"*({context.VectorOf("short")}*)({KernelContext.Offset("output + (2 * i)", 2 * v * context.Vectors.Lanes)}) = {simd}.Narrow(whole{v}, whole{v + 1});");
        }

        if (isByte)
        {
            string halves = context.Vectors.Lanes == 8 ? $"{simd}.GetLower(narrow0), {simd}.GetUpper(narrow0)" : "narrow0, narrow2";
            writer.Write($"*({Intrinsics}.Vector128<sbyte>*)(output + i) = {Intrinsics}.Vector128.Narrow({halves});");
        }
    }

    private static void EmitLoop(SourceWriter writer, KernelContext context, int panels)
    {
        writer.Write("/// <summary>The panels from firstPanel to endPanel over any number of inputs.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(
            $"private static void {LoopName(panels)}<TEpilogue>(byte* input, int rows, int steps, {LinearEmitter.PanelParameters}){KernelContext.EpilogueConstraint}"))
        {
            LinearEmitter.EmitGroups(
                writer,
                context,
                panels,
                $"{RowsName(panels)}<TEpilogue>(input, rows, steps, weights.Panels + ((nint)panel * steps * {context.Plan.Int8.StepBytes}), "
                + "weights.Scales + ((nint)panel * 16), weights.Bias + ((nint)panel * 16), residual + ((nint)panel * 16), output + ((nint)panel * 16));");
        }
    }

    private const string TileParameters = "byte* panels, float* scales, float* bias, float* residual, float* output";

    private static void EmitRows(SourceWriter writer, KernelContext context, TileShape shape)
    {
        writer.Write($"/// <summary>{shape.Panels * VectorSet.PanelWidth} columns for any number of rows: the tallest tile that fits, again and again.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {RowsName(shape.Panels)}<TEpilogue>(byte* input, int rows, int steps, {TileParameters}){KernelContext.EpilogueConstraint}"))
        {
            foreach ((int rows, int panels) in shape.Tiles)
            {
                string step = $"rows -= {rows}, input += {rows * context.Plan.QuantizedStride}, residual += {rows} * TEpilogue.ResidualStride, output += {rows} * TEpilogue.OutputStride";
                using (writer.Open($"for (; rows >= {rows}; {step})"))
                {
                    for (int panel = 0; panel < shape.Panels; panel += panels)
                    {
                        int column = panel * VectorSet.PanelWidth;
                        string weights = panel == 0 ? "panels" : $"panels + ((nint)steps * {panel * context.Plan.Int8.StepBytes})";
                        string columns = string.Join(", ", new[] { "scales", "bias", "residual", "output" }.Select(pointer => KernelContext.Offset(pointer, column)));
                        writer.Write($"{TileName(panels, rows)}<TEpilogue>(input, steps, {weights}, {columns});");
                    }
                }
            }
        }
    }

    private static void EmitTile(SourceWriter writer, KernelContext context, TileShape shape, int panels, int rows)
    {
        VectorSet vectors = context.Vectors;
        Int8Plan plan = context.Plan.Int8;
        int stride = context.Plan.QuantizedStride;
        int scale = context.Plan.QuantizedScale;
        int columns = panels * vectors.VectorsPerPanel;
        int[] allColumns = [.. Enumerable.Range(0, columns)];
        writer.Write($"/// <summary>{rows} × {panels * VectorSet.PanelWidth}: {rows * columns} integer sums in registers.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {TileName(panels, rows)}<TEpilogue>(byte* input, int steps, {TileParameters}){KernelContext.EpilogueConstraint}"))
        {
            if (NeedsOnes(context))
            {
                writer.Write($"{context.VectorOf("short")} ones = {context.Simd}.Create((short)1);");
            }

            for (int panel = 1; panel < panels; panel++)
            {
                writer.Write($"byte* panels{panel} = panels + ((nint){panel} * steps * {plan.StepBytes});");
            }

            for (int row = 0; row < rows; row++)
            {
                string begin = plan.WeightOffset == 0 ? $"{context.Integers}.Zero" : $"{context.Simd}.Create(*(int*)(input + {(row * stride) + scale + 4}))";
                writer.Write($"{context.Integers} " + string.Join(", ", allColumns.Select(column => $"sum{row}_{column} = {(column == 0 ? begin : $"sum{row}_0")}")) + ";");
            }

            if (context.Plan.PrefetchesPanels)
            {
                writer.Write("// From panels to those of the next group: while these are computed, those come from memory.");
                writer.Write($"nint ahead = (nint)steps * {shape.Panels * plan.StepBytes};");
            }

            writer.Write("byte* group = input;");
            using (writer.Open("for (int i = 0; i < steps; i++)"))
            {
                int parts = plan.Step / plan.Group;
                string Part(int part) => part == 0 ? "" : "b";
                for (int part = 0; part < parts; part++)
                {
                    writer.Write($"{context.StoredWeights} " + string.Join(", ", allColumns.Select(column => $"weight{column}{Part(part)} = {Weight(context, column, part)}")) + ";");
                }

                if (context.Plan.PrefetchesPanels)
                {
                    writer.Write(string.Join(" ", Enumerable.Range(0, panels * parts).Select(line =>
                        $"Hints_.ReadSoon(panels{(line / parts == 0 ? "" : line / parts)} + ahead{(line % parts == 0 ? "" : $" + {64 * (line % parts)}")});")));
                }

                for (int row = 0; row < rows; row++)
                {
                    for (int part = 0; part < parts; part++)
                    {
                        writer.Write($"{context.Integers} input{row}{Part(part)} = {context.Simd}.Create(*(int*)({KernelContext.Offset("group", (row * stride) + (4 * part))}));");
                    }

                    string Both(string name) => string.Join(", ", Enumerable.Range(0, parts).Select(part => name + Part(part)));
                    writer.Write(string.Join(" ", allColumns.Select(column =>
                        $"sum{row}_{column} += Products({Both($"weight{column}")}, {Both($"input{row}")}{(NeedsOnes(context) ? ", ones" : "")});")));
                }

                writer.Write($"group += {4 * parts};");
                for (int panel = 0; panel < panels; panel++)
                {
                    writer.Write($"panels{(panel == 0 ? "" : panel)} += {plan.StepBytes};");
                }
            }

            for (int row = 0; row < rows; row++)
            {
                writer.Write(
                    $"StoreInt8<TEpilogue>({string.Join(", ", allColumns.Select(column => $"sum{row}_{column}"))}, "
                    + $"*(float*)(input + {(row * stride) + scale}), scales, bias, residual, output, {row});");
            }
        }
    }

    /// <summary>A vector of weights: one group for each lane.</summary>
    private static string Weight(KernelContext context, int column, int part)
    {
        VectorSet vectors = context.Vectors;
        int panel = column / vectors.VectorsPerPanel;
        string place = KernelContext.Offset(panel == 0 ? "panels" : $"panels{panel}", (part * context.Plan.Int8.Group * VectorSet.PanelWidth) + (column % vectors.VectorsPerPanel * vectors.Lanes * context.Plan.Int8.Group));
        return (context.Plan.Int8.InputSize, vectors.Lanes) switch
        {
            (1, _) => $"*({context.StoredWeights}*)({place})",
            (_, 16) => $"Products512_.ConvertToVector512Int16(*(global::System.Runtime.Intrinsics.Vector256<sbyte>*)({place}))",
            (_, 8) => $"Products256_.ConvertToVector256Int16((sbyte*)({place}))",
            _ => $"{context.Simd}.WidenLower({context.Simd}.AsSByte({context.Simd}.CreateScalarUnsafe(*(ulong*)({place}))))",
        };
    }

    /// <summary>Whether sums of two products of bytes are added in pairs by multiplying with ones.</summary>
    public static bool NeedsOnes(KernelContext context) => context.Plan.Int8.InputSize == 1 && context.Vectors != VectorSet.Portable;

    /// <summary>What multiplies, and adds neighbouring products.</summary>
    public static string Multiply(KernelContext context) => context.Vectors.Lanes switch
    {
        16 => "Products512_.MultiplyAddAdjacent",
        8 => "Products256_.MultiplyAddAdjacent",
        _ => "Exact128_.MultiplyAddAdjacent",
    };

    private static void EmitProducts(SourceWriter writer, KernelContext context)
    {
        string multiply = Multiply(context);
        string weight = context.StoredWeights, integers = context.Integers, simd = context.Simd;
        writer.Write("/// <summary>The sum of the products within each lane of 32 bits.</summary>");
        writer.Write(KernelContext.Inlined);
        writer.Write((context.Plan.Int8.InputSize, NeedsOnes(context)) switch
        {
            (1, true) => $"private static {integers} Products({weight} a, {weight} b, {integers} inputA, {integers} inputB, {context.VectorOf("short")} ones) =>\n"
                + $"    {multiply}({multiply}(a, {simd}.AsSByte(inputA)) + {multiply}(b, {simd}.AsSByte(inputB)), ones);",
            (1, false) => $"private static {integers} Products({weight} a, {weight} b, {integers} inputA, {integers} inputB) =>\n"
                + $"    {multiply}(a, {simd}.AsSByte(inputA), b, {simd}.AsSByte(inputB));",
            _ => $"private static {integers} Products({weight} weight, {integers} input) =>\n    {multiply}(weight, {simd}.AsInt16(input));",
        });
    }

    private static void EmitStore(SourceWriter writer, KernelContext context, int panels)
    {
        int[] columns = [.. Enumerable.Range(0, panels * context.Vectors.VectorsPerPanel)];
        string sums = string.Join(", ", columns.Select(column => $"{context.Integers} sum{column}"));
        writer.Write("/// <summary>Scales the sums of one row by the row's and the columns' scales, adds the bias, finishes and stores; the row is a literal of the caller.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void StoreInt8<TEpilogue>({sums}, float rowScale, float* scales, float* bias, float* residual, float* output, int row){KernelContext.EpilogueConstraint}"))
        {
            writer.Write($"{context.Floats} scale = {context.Simd}.Create(rowScale);");
            writer.Write("residual += row * TEpilogue.ResidualStride;");
            writer.Write("output += row * TEpilogue.OutputStride;");
            foreach (int column in columns)
            {
                int offset = column * context.Vectors.Lanes;
                writer.Write(
                    $"Store<TEpilogue>({context.FusedMultiplyAdd}({context.Simd}.ConvertToSingle(sum{column}), {context.At(KernelContext.Offset("scales", offset))} * scale, "
                    + $"{context.At(KernelContext.Offset("bias", offset))}), {KernelContext.Offset("residual", offset)}, {KernelContext.Offset("output", offset)});");
            }
        }
    }
}
