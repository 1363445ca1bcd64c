using KernelGen.Generator.Emission.Int8Formats;
using KernelGen.Generator.Planning;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes what linear kernels do with 8-bit weights: rows of inputs are quantised, products are summed exactly in integers, and each sum is scaled once.
/// Exact sums have no order, so the bits are the same for every instruction set.
/// </summary>
internal static class Int8LinearEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "LinearInt8",
        $"Linear layers with 8-bit weights: exact sums of products with {string.Join(" and ", context.Plan.Int8Formats.Select(static plan => $"{plan.InputBits}-bit").Distinct())} inputs, scaled at the end.\n"
        + $"A row of inputs takes {context.Plan.QuantizedStride} bytes; at {context.Plan.QuantizedScale} stand its scale and the values with which its sums begin.",
        writer =>
        {
            EmitChoice(writer, context);
            writer.Write();
            foreach (Int8Layout plan in context.Plan.Int8Formats)
            {
                EmitFormat(writer, context, Int8Format.Of(plan));
            }

            foreach (int panels in context.Plan.Linears.SelectMany(linear => Shape(context, linear).Tiles).Select(static tile => tile.Panels).Distinct())
            {
                writer.Write();
                EmitStore(writer, context, panels);
            }

            writer.Write();
            EmitScale(writer, context);
        });

    /// <summary>The loop over panels that a linear kernel calls.</summary>
    public static string LoopName(KernelContext context, LinearPlan linear) => LoopName(context, linear.Int8, Shape(context, linear).Panels);

    /// <summary>What the names of a format's methods have in them: nothing for the format that most kernels have.</summary>
    public static string Infix(KernelContext context, Int8Layout plan) => plan == context.Plan.Int8 ? "" : plan.Name;

    private static string LoopName(KernelContext context, Int8Layout plan, int panels) => $"LinearInt8{Infix(context, plan)}By{panels * VectorSet.PanelWidth}";

    private static string RowsName(KernelContext context, Int8Format format, int panels) => $"Int8{Infix(context, format.Plan)}RowsBy{panels * VectorSet.PanelWidth}";

    private static string TileName(KernelContext context, Int8Format format, int panels, int rows) => $"Int8{Infix(context, format.Plan)}Of{rows}By{panels * VectorSet.PanelWidth}";

    private static string AdditionName(KernelContext context, Int8Format format) => $"Add{Infix(context, format.Plan)}";

    private static string ProductsName(KernelContext context, Int8Format format) => $"Products{Infix(context, format.Plan)}";

    private static TileShape Shape(KernelContext context, LinearPlan linear) => TileShape.Linear(context.Vectors, context.Vectors.TallInt8Rows, context.Vectors.LowInt8Panels, linear.Panels);

    /// <summary>Writes what hands out the quantisation of a shape's inputs.</summary>
    private static void EmitChoice(SourceWriter writer, KernelContext context)
    {
        string Quantizer(LinearPlan linear) => $"&Quantize{Infix(context, linear.Int8)}";
        LinearPlan[] others = [.. context.Plan.Linears.Where(linear => linear.Int8 != context.Plan.Int8)];
        string choice = others.Length == 0
            ? "&Quantize"
            : $"shape is {string.Join(" or ", others.Select(linear => context.Plan.Linears.ToList().IndexOf(linear)))} ? {Quantizer(others[0])} : &Quantize";
        writer.Write("/// <summary>What quantises the inputs of a shape.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write($"public static delegate*<float*, int, int, int, byte*, void> QuantizerOf(int shape) =>\n    {choice};");
    }

    private static void EmitFormat(SourceWriter writer, KernelContext context, Int8Format format)
    {
        EmitQuantize(writer, context, format);
        TileShape[] shapes =
        [
            .. context.Plan.Linears
                .Where(linear => linear.Int8 == format.Plan)
                .Select(linear => Shape(context, linear))
                .GroupBy(static shape => shape.Panels)
                .Select(static same => same.First()),
        ];
        foreach (TileShape shape in shapes)
        {
            writer.Write();
            EmitLoop(writer, context, format, shape.Panels);
            writer.Write();
            EmitRows(writer, context, format, shape);
        }

        foreach ((TileShape shape, (int rows, int panels)) in shapes
            .SelectMany(static shape => shape.Tiles.Select(tile => (Shape: shape, Tile: tile)))
            .GroupBy(static tile => tile.Tile)
            .Select(static same => same.First()))
        {
            writer.Write();
            EmitTile(writer, context, format, shape, panels, rows);
            DotProductTileEmitter.Emit(writer, context, format, TileName(context, format, panels, rows), TileParameters, panels, rows);
        }

        writer.Write();
        EmitProducts(writer, context, format);
    }

    private static void EmitQuantize(SourceWriter writer, KernelContext context, Int8Format format)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        writer.Write("/// <summary>");
        foreach (string line in format.Summary)
        {
            writer.Write("/// " + line);
        }

        writer.Write("/// </summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void Quantize{Infix(context, format.Plan)}(float* input, int rows, int stride, int width, byte* output)"))
        {
            format.EmitBeforeRows(writer);
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                writer.Write($"{context.Floats} nothing = {context.Floats}.Zero;");
                foreach (int v in context.PanelVectors)
                {
                    writer.Write($"{context.Floats} highest{v} = {context.Floats}.Zero;");
                    format.EmitAccumulators(writer, context, v);
                }

                using (writer.Open("for (int i = 0; i < width; i += 16)"))
                {
                    foreach (int v in context.PanelVectors)
                    {
                        writer.Write($"{context.Floats} magnitude{v} = {simd}.Abs({context.At(KernelContext.Offset("input + i", v * lanes))});");
                        writer.Write($"highest{v} = {simd}.MaxNative(highest{v}, magnitude{v});");
                        writer.Write($"nothing += magnitude{v} * {context.Floats}.Zero;");
                    }

                    format.EmitMagnitudes(writer, context);
                }

                writer.Write($"float highest = MaximumOfLanes({context.PanelArguments("highest")});");
                writer.Write($"float scale = {format.Scale(context)};");
                writer.Write("// Next to nothing counts as zero: its inverse would not be finite.");
                writer.Write("bool isZero = !(highest > 1e-34f);");
                writer.Write($"{context.Floats} inverse = {simd}.Create(isZero ? 0f : 1f / scale);");
                writer.Write("// Adding 1.5 · 2^23 rounds to a whole number, which is then in the low bits.");
                writer.Write($"{context.Floats} magic = {simd}.Create(12582912f);");
                format.EmitBeforeRounding(writer, context);
                using (writer.Open("for (int i = 0; i < width; i += 16)"))
                {
                    format.EmitInverses(writer, context);
                    foreach (int v in context.PanelVectors)
                    {
                        string place = context.At(KernelContext.Offset("input + i", v * lanes));
                        writer.Write($"{context.Integers} whole{v} = {simd}.AsInt32(({place} * {format.Inverse(context, v)}) + magic) - {simd}.AsInt32(magic);");
                        format.EmitRounded(writer, context, v);
                    }

                    format.EmitNarrow(writer, context);
                }

                writer.Write("// 0 times what is not finite is NaN.");
                writer.Write($"*(float*)(output + {context.Plan.QuantizedScale}) = (isZero ? 0f : scale) + {simd}.Sum(nothing);");
                format.EmitInitialSums(writer, context);
                writer.Write("input += stride;");
                writer.Write($"output += {context.Plan.QuantizedStride};");
            }
        }
    }

    private static void EmitLoop(SourceWriter writer, KernelContext context, Int8Format format, int panels)
    {
        writer.Write("/// <summary>The panels from firstPanel to endPanel over any number of inputs.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(
            $"private static void {LoopName(context, format.Plan, panels)}{context.Int8Arguments}(byte* input, int rows, int steps, {LinearEmitter.PanelParameters}){context.Int8Constraints}"))
        {
            LinearEmitter.EmitGroups(
                writer,
                context,
                panels,
                $"{RowsName(context, format, panels)}{context.Int8Arguments}(input, rows, steps, weights.Panels + ((nint)panel * steps * {format.Plan.StepBytes}), "
                + "weights.Scales + column, weights.Bias + column, residual + column, output + column);");
        }
    }

    private const string TileParameters = "byte* panels, float* scales, float* bias, float* residual, float* output";

    private static void EmitRows(SourceWriter writer, KernelContext context, Int8Format format, TileShape shape)
    {
        writer.Write($"/// <summary>{shape.Panels * VectorSet.PanelWidth} columns of any number of rows, in the tallest tiles that fit.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {RowsName(context, format, shape.Panels)}{context.Int8Arguments}(byte* input, int rows, int steps, {TileParameters}){context.Int8Constraints}"))
        {
            foreach ((int rows, int panels) in shape.Tiles)
            {
                string step = $"{KernelContext.Decrease("rows", rows)}, input += {rows * context.Plan.QuantizedStride}, {KernelContext.NextRows(rows)}";
                using (writer.Open($"for (; rows >= {rows}; {step})"))
                {
                    for (int panel = 0; panel < shape.Panels; panel += panels)
                    {
                        int column = panel * VectorSet.PanelWidth;
                        string weights = panel == 0 ? "panels" : $"panels + ((nint)steps * {panel * format.Plan.StepBytes})";
                        string columns = string.Join(", ", new[] { "scales", "bias", "residual", "output" }.Select(pointer => KernelContext.Offset(pointer, column)));
                        writer.Write($"{TileName(context, format, panels, rows)}{context.Int8Arguments}(input, steps, {weights}, {columns});");
                    }
                }
            }
        }
    }

    private static void EmitTile(SourceWriter writer, KernelContext context, Int8Format format, TileShape shape, int panels, int rows)
    {
        VectorSet vectors = context.Vectors;
        Int8Layout plan = format.Plan;
        int stride = context.Plan.QuantizedStride;
        int scale = context.Plan.QuantizedScale;
        int columns = panels * vectors.VectorsPerPanel;
        int[] allColumns = [.. Enumerable.Range(0, columns)];
        string Place(int column, int part)
        {
            int panel = column / vectors.VectorsPerPanel;
            int lane = column % vectors.VectorsPerPanel * vectors.Lanes;
            return KernelContext.Offset(panel == 0 ? "panels" : $"panels{panel}", plan.Group * ((part * VectorSet.PanelWidth) + lane));
        }

        writer.Write($"/// <summary>{rows} × {panels * VectorSet.PanelWidth}: {rows * columns} integer sums in registers.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {TileName(context, format, panels, rows)}{context.Int8Arguments}(byte* input, int steps, {TileParameters}){context.Int8Constraints}"))
        {
            DotProductTileEmitter.EmitChoice(writer, context, format, TileName(context, format, panels, rows));
            format.EmitConstants(writer, context);
            for (int panel = 1; panel < panels; panel++)
            {
                writer.Write($"byte* panels{panel} = panels + ((nint)steps * {panel * plan.StepBytes});");
            }

            IEnumerable<string> sums = Enumerable.Range(0, rows).SelectMany(row => allColumns.Select(column =>
                $"sum{row}_{column} = {(column == 0 ? format.InitialSum(context, $"input + {(row * stride) + scale + 4}") : $"sum{row}_0")}"));
            writer.Write($"{context.Integers} {string.Join(", ", sums)};");

            if (context.Plan.PrefetchesPanels)
            {
                writer.Write("// From panels to those of the next group: while these are computed, those come from memory.");
                writer.Write($"nint ahead = (nint)steps * {shape.Panels * plan.StepBytes};");
            }

            writer.Write("byte* group = input;");
            using (writer.Open("for (int i = 0; i < steps; i++)"))
            {
                int parts = plan.Step / plan.Group;
                for (int part = 0; part < parts; part++)
                {
                    string weights = string.Join(", ", allColumns.Select(column => $"{Int8Format.Part($"weight{column}", part)} = {format.Weight(context, Place(column, part))}"));
                    writer.Write($"{format.Weights} {weights};");
                }

                if (context.Plan.PrefetchesPanels)
                {
                    writer.Write(string.Join(" ", Enumerable.Range(0, panels * parts).Select(line =>
                        $"Hints_.ReadSoon(panels{(line / parts == 0 ? "" : line / parts)} + ahead{(line % parts == 0 ? "" : $" + {64 * (line % parts)}")});")));
                }

                for (int row = 0; row < rows; row++)
                {
                    foreach ((string input, int part) in format.Inputs(row).Select(static (input, part) => (input, part)))
                    {
                        writer.Write($"{context.Integers} {input} = {context.Simd}.Create({KernelContext.At("int", KernelContext.Offset("group", (row * stride) + (sizeof(int) * part)))});");
                    }

                    writer.Write(string.Join(" ", allColumns.Select(column =>
                        Addition($"sum{row}_{column}", format.ProductArguments(context, $"weight{column}", row)))));
                }

                IEnumerable<string> next = Enumerable.Range(0, panels).Select(panel => $"panels{(panel == 0 ? "" : panel)} += {plan.StepBytes};");
                writer.Write($"group += {plan.StepInputBytes}; {string.Join(" ", next)}");
            }

            writer.Write(string.Join(" ", Enumerable.Range(0, rows).Select(row =>
                $"StoreInt8<TEpilogue>({string.Join(", ", allColumns.Select(column => $"sum{row}_{column}"))}, "
                + $"*(float*)(input + {(row * stride) + scale}), scales, bias, residual, output, {row});")));
        }

        string Addition(string sum, string product) => context.Instructions.Int8Variant is null
            ? $"{sum} += {ProductsName(context, format)}({product});"
            : $"{sum} = {AdditionName(context, format)}<TPrecision>({sum}, {product});";
    }

    private static void EmitProducts(SourceWriter writer, KernelContext context, Int8Format format)
    {
        (string parameters, string sum) = format.Product(context);
        if (context.Instructions.Int8Variant is not null)
        {
            writer.Write("/// <summary>Adds products to the sum in each lane of 32 bits; by one instruction where the CPU has it.</summary>");
            writer.Write(KernelContext.Inlined);
            writer.Write(
                $"private static {context.Integers} {AdditionName(context, format)}<TPrecision>({context.Integers} sum, {parameters}){KernelContext.PrecisionConstraint} =>\n"
                + $"    TPrecision.AddsProducts ? {format.Addition(context)} : sum + {sum};");
            return;
        }

        writer.Write("/// <summary>The sum of the products within each lane of 32 bits.</summary>");
        writer.Write(KernelContext.Inlined);
        writer.Write($"private static {context.Integers} {ProductsName(context, format)}({parameters}) =>\n    {sum};");
    }

    private static void EmitStore(SourceWriter writer, KernelContext context, int panels)
    {
        int[] columns = [.. Enumerable.Range(0, panels * context.Vectors.VectorsPerPanel)];
        string sums = string.Join(", ", columns.Select(column => $"{context.Integers} sum{column}"));
        writer.Write("/// <summary>Scales the sums of one row, adds the bias, and stores them; the row is a literal of the caller.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void StoreInt8<TEpilogue>({sums}, float rowScale, float* scales, float* bias, float* residual, float* output, int row){KernelContext.EpilogueConstraint}"))
        {
            writer.Write($"{context.Floats} scale = {context.Simd}.Create(rowScale);");
            writer.Write("residual += row * TEpilogue.ResidualStride;");
            writer.Write("output += row * TEpilogue.OutputStride;");
            foreach (int column in columns)
            {
                int offset = column * context.Vectors.Lanes;
                string places = string.Join(", ", new[] { "scales", "bias", "residual", "output" }.Select(pointer => KernelContext.Offset(pointer, offset)));
                writer.Write($"Store<TEpilogue>(sum{column}, scale, {places});");
            }
        }
    }

    private static void EmitScale(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>Scales one vector of sums, adds the bias, and stores it.</summary>");
        writer.Write(KernelContext.Inlined);
        writer.Write(
            $"private static void Store<TEpilogue>({context.Integers} sum, {context.Floats} scale, float* scales, float* bias, float* residual, float* output)"
            + $"{KernelContext.EpilogueConstraint} =>\n"
            + $"    Store<TEpilogue>({context.FusedMultiplyAdd}({context.Simd}.ConvertToSingle(sum), {context.At("scales")} * scale, {context.At("bias")}), residual, output);");
    }
}
