using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes what linear kernels do with 4-bit weights (<see cref="Int4Layout"/>): the products of a group are summed exactly in integers, and the sums of groups are a chain of fused
/// multiply-adds. Lanes are columns, so the bits are the same for every instruction set. One set of tiles serves every shape.
/// </summary>
internal static class Int4LinearEmitter
{
    /// <summary>The loop over panels that a linear kernel calls.</summary>
    public const string LoopName = "LinearInt4";

    private const string DotProductsPrefix = "DotProducts";

    private const string RowsName = "AddGroups";

    private const string TileParameters = "byte* weights, ushort* scales, float* bias, float* residual, float* output, nint ahead";

    /// <summary>Vectors of weights that a group has for as many columns as a vector has lanes: each holds four inputs.</summary>
    private const int Fours = Int4Layout.Group / Int8Layout.ByteGroup;

    private const int Steps = Int4Layout.Group / Int4Layout.Step;

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "LinearInt4",
        $"Linear layers with 4-bit weights: exact sums of products with 8-bit inputs over groups of {Int4Layout.Group}, which are scaled and added in order.\n"
        + $"Before the scale of a row of inputs, which stands at {context.Plan.QuantizedScale}, it holds -{Int4Layout.WeightOffset} times the sum of each group.",
        writer =>
        {
            EmitLoop(writer, context);
            foreach (int rows in Heights(context.Vectors))
            {
                writer.Write();
                EmitTile(writer, context, rows, dotProducts: null);
                if (context.Instructions.DotProducts is { } dotProducts)
                {
                    writer.Write();
                    EmitTile(writer, context, rows, dotProducts);
                }
            }

            EmitParts(writer, context);
        });

    /// <summary>The rows of tiles, descending: those of 8-bit products, but for pairs, which are rare.</summary>
    private static int[] Heights(VectorSet vectors) => [vectors.TallInt8Rows, .. vectors.LowRows.Where(rows => rows < vectors.TallInt8Rows && rows != 2)];

    private static string TileName(KernelContext context, int rows) => $"Int4Of{rows}By{context.Vectors.Lanes}";

    /// <summary>A vector of weights, by the number of its four inputs: a to h.</summary>
    private static string Weight(int four) => ((char)('a' + four)).ToString();

    private static string AdditionName(DotProductInstructions? dotProducts) => dotProducts is null ? "AddGroup" : $"{DotProductsPrefix}OfGroup";

    private static void EmitLoop(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>The panels from firstPanel to endPanel, each with all rows.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {LoopName}{context.Int8Arguments}(byte* input, int rows, int groups, {LinearEmitter.PanelParameters}){context.Int8Constraints}"))
        {
            writer.Write($"nint length = (nint)groups * {Int4Layout.GroupBytes};");
            using (LinearEmitter.OpenGroups(writer, group: 1))
            {
                // While a panel is computed, tiles read the next one ahead.
                writer.Write("byte* row = input, panel0 = weights.Panels + (panel * length);");
                writer.Write("ushort* scales = (ushort*)weights.Scales + (column * groups);");
                writer.Write("float* bias = weights.Bias + column, added = residual + column, to = output + column;");
                writer.Write("int left = rows;");
                foreach (int rows in Heights(context.Vectors))
                {
                    string call = $"{TileName(context, rows)}{context.Int8Arguments}(row, groups, ";
                    string step = $"{KernelContext.Decrease("left", rows)}, row += {rows * context.Plan.QuantizedStride}, added += {rows} * TEpilogue.ResidualStride, to += {rows} * TEpilogue.OutputStride";
                    using (writer.Open($"for (; left >= {rows}; {step})"))
                    {
                        if (context.Vectors.VectorsPerPanel == 1)
                        {
                            writer.Write($"{call}panel0, scales, bias, added, to, length);");
                            continue;
                        }

                        using (writer.Open($"for (int i = 0; i < {VectorSet.PanelWidth}; i += {context.Vectors.Lanes})"))
                        {
                            writer.Write($"{call}panel0 + ({Int8Layout.ByteGroup} * i), scales + i, bias + i, added + i, to + i, length + ({VectorSet.PanelWidth} * i));");
                        }
                    }
                }

                EpilogueEmitter.EmitActivation(writer, context, VectorSet.PanelWidth);
            }
        }
    }

    /// <summary>Writes a tile: that of the instruction set, or a second one (<see cref="DotProductTileEmitter"/>), which the first calls where it can.</summary>
    private static void EmitTile(SourceWriter writer, KernelContext context, int rows, DotProductInstructions? dotProducts)
    {
        string name = TileName(context, rows);
        string arguments = dotProducts is null ? context.Int8Arguments : "<TEpilogue>";
        string constraints = dotProducts is null ? context.Int8Constraints : KernelContext.EpilogueConstraint;
        int stride = context.Plan.QuantizedStride;
        int[] all = [.. Enumerable.Range(0, rows)];
        writer.Write($"/// <summary>{rows} × {context.Vectors.Lanes} sums in registers.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {(dotProducts is null ? "" : DotProductsPrefix)}{name}{arguments}(byte* input, int groups, {TileParameters}){constraints}"))
        {
            if (dotProducts is null && context.Instructions.DotProducts is { } better)
            {
                using (writer.Open($"if ({better.IsSupported})"))
                {
                    writer.Write($"{DotProductsPrefix}{name}<TEpilogue>(input, groups, weights, scales, bias, residual, output, ahead);");
                    writer.Write("return;");
                }

                writer.Write();
            }

            writer.Write($"byte* group = input, sums = input + {context.Plan.QuantizedScale} - ((nint)groups * {Int4Layout.SumBytes});");
            writer.Write($"{context.Floats} {string.Join(", ", all.Select(row => $"sum{row} = {(row == 0 ? $"{context.Floats}.Zero" : "sum0")}"))};");
            using (writer.Open("for (; groups > 0; groups--)"))
            {
                IEnumerable<string> halves = Enumerable.Range(0, Fours).Select(static four =>
                    $"{Weight(four)} = {(four % 2 == 0 ? "Lower" : "Upper")}({KernelContext.Offset("weights", four / 2 * Int4Layout.StepBytes)})");
                writer.Write($"Bytes_ {string.Join(", ", halves)};");
                writer.Write($"{context.Floats} factor = Factor(scales);");
                if (context.Plan.PrefetchesPanels)
                {
                    writer.Write(string.Join(" ", Enumerable.Range(0, Steps / context.Vectors.VectorsPerPanel)
                        .Select(static line => $"Hints_.ReadSoon(weights + ahead{(line == 0 ? "" : $" + {line * Int4Layout.StepBytes}")});")));
                }

                string weights = string.Join(", ", Enumerable.Range(0, Fours).Select(Weight));
                int together = dotProducts is null && rows % context.Vectors.Int4Rows == 0 ? context.Vectors.Int4Rows : 1;
                string addition = AdditionName(dotProducts) + (dotProducts is null && context.Instructions.Int8Variant is not null ? "<TPrecision>" : "");
                for (int row = 0; row < rows; row += together)
                {
                    string places = $"{weights}, {KernelContext.Offset("group", row * stride)}, {KernelContext.Offset("sums", row * stride)}, factor";
                    writer.Write(together == 1
                        ? $"sum{row} = {addition}({places}, sum{row});"
                        : $"{RowsName}({places}, {string.Join(", ", Enumerable.Range(row, together).Select(static one => $"ref sum{one}"))});");
                }

                writer.Write($"weights += {Int4Layout.GroupBytes}; scales += {VectorSet.PanelWidth}; group += {Int4Layout.Group}; sums += {Int4Layout.SumBytes};");
            }

            writer.Write(string.Join(" ", all.Select(static row => $"StoreInt4<TEpilogue>(sum{row}, {row}, input, bias, residual, output);")));
        }
    }

    /// <summary>Writes what tiles are made of.</summary>
    private static void EmitParts(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd, multiply = context.Instructions.MultiplyAddAdjacent;
        int[] fours = [.. Enumerable.Range(0, Fours)];
        void Part(string summary, string method)
        {
            writer.Write();
            writer.Write($"/// <summary>{summary}</summary>");
            writer.Write(KernelContext.Inlined);
            writer.Write($"private static {method}");
        }

        Part("The first four of each 8 inputs.", $"Bytes_ Lower(byte* place) => *(Bytes_*)place & {simd}.Create((byte)15);");
        Part("The other four.", $"Bytes_ Upper(byte* place) => {simd}.AsByte({simd}.ShiftRightLogical({simd}.AsUInt16(*(Bytes_*)place), 4)) & {simd}.Create((byte)15);");
        Part("The scales of a group.", $"{context.Floats} Factor(ushort* scales) =>\n    {simd}.AsSingle({simd}.ShiftLeft({context.Instructions.WidenToInt32("(byte*)scales")}, 16));");

        bool areIn16Bits = context.Instructions.SumsBytesIn16Bits;
        bool hasInputs = !areIn16Bits || context.Instructions.Int8Variant is not null;
        string spread = $"{simd}.AsSByte({simd}.Create(*(int*)place))";
        if (hasInputs)
        {
            Part("Four inputs of a row, for each column.", $"SignedBytes_ Inputs(byte* place) => {spread};");
        }

        if (areIn16Bits)
        {
            Part("The products of four inputs of a row, two and two together.", $"Shorts_ Products(Bytes_ four, byte* place) => {multiply}(four, {(hasInputs ? "Inputs(place)" : spread)});");
        }

        string weights = string.Join(", ", fours.Select(static four => $"Bytes_ {Weight(four)}"));
        string parameters = $"({weights}, byte* inputs, byte* begin, {context.Floats} factor, {context.Floats} sum)";
        static string Place(int four) => KernelContext.Offset("inputs", four * Int8Layout.ByteGroup);
        static string Input(int four) => $"Inputs({Place(four)})";
        string begin = $"{simd}.Create(*(int*)begin)";
        string Nested(Func<string, int, string> add) => fours.Aggregate(begin, add);
        string Added(string products) => $"{context.FusedMultiplyAdd}({simd}.ConvertToSingle({products}), factor, sum)";
        string products = areIn16Bits
            ? $"{multiply}(\n        {string.Join(" + ", fours.Select(static four => $"Products({Weight(four)}, {Place(four)})"))},\n        {simd}.Create((short)1)) + {begin}"
            : string.Join("\n    + ", fours.Where(static four => four % 2 == 0).Select(four => $"{multiply}({Weight(four)}, {Input(four)}, {Weight(four + 1)}, {Input(four + 1)})").Prepend(begin));
        const string Summary = "A sum with the products of a group: exact in each lane, then scaled.";
        if (context.Instructions.Int8Variant is null)
        {
            Part(Summary, $"{context.Floats} {AdditionName(null)}{parameters} =>\n    {Added(products)};");
        }
        else
        {
            string nested = Nested((sums, four) => $"TPrecision.AddProducts({sums}, {Weight(four)}, {Input(four)})");
            Part(Summary, $"{context.Floats} {AdditionName(null)}<TPrecision>{parameters}{KernelContext.PrecisionConstraint} => TPrecision.AddsProducts\n    ? {Added(nested)}\n    : {Added(products)};");
        }

        if (context.Vectors.Int4Rows > 1)
        {
            EmitRows(writer, context, weights);
        }

        if (context.Instructions.DotProducts is { } dotProducts)
        {
            string nested = Nested((sums, four) =>
                $"{dotProducts.Add}({sums}, {Weight(four)}, {KernelContext.At("SignedBytes_", KernelContext.Offset("inputs", four / 4 * 16))}, {four % 4})");
            Part("The same by instructions that add four products to a sum.", $"{context.Floats} {AdditionName(dotProducts)}{parameters} =>\n    {Added(nested)};");
        }

        Part(
            "Scales the sum of a row, adds the bias, and stores it.",
            $"void StoreInt4<TEpilogue>({context.Floats} sum, int row, byte* input, float* bias, float* residual, float* output){KernelContext.EpilogueConstraint} =>\n    "
            + $"Store<TEpilogue>({context.FusedMultiplyAdd}(sum, {simd}.Create(*(float*)(input + ((row * {context.Plan.QuantizedStride}) + {context.Plan.QuantizedScale}))), {context.At("bias")}), "
            + "residual + (row * TEpilogue.ResidualStride), output + (row * TEpilogue.OutputStride));");
    }

    /// <summary>
    /// Writes what adds the products of several rows together: an addition stands behind the multiplications of all rows. One that waits for the multiplication before it takes turns with the
    /// next one for the same units, and a group then takes a seventh longer.
    /// </summary>
    private static void EmitRows(SourceWriter writer, KernelContext context, string weights)
    {
        string simd = context.Simd, multiply = context.Instructions.MultiplyAddAdjacent;
        int[] rows = [.. Enumerable.Range(0, context.Vectors.Int4Rows)];
        string All(Func<int, string> one, string separator = ", ") => string.Join(separator, rows.Select(one));
        string Row(string place, int row) => KernelContext.Offset(place, row * context.Plan.QuantizedStride);
        string Products(string name, string four) => $"Shorts_ {All(row => $"{name}{row} = Products({four}, {Row("inputs", row)})")};";

        writer.Write();
        writer.Write($"/// <summary>The same for {rows.Length} rows, each step of all of them before the next.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void {RowsName}({weights}, byte* inputs, byte* begin, {context.Floats} factor, {All(row => $"ref {context.Floats} sum{row}")})"))
        {
            writer.Write(Products("part", Weight(0)));
            foreach (int four in Enumerable.Range(1, Fours - 1))
            {
                writer.Write($"AddFour({Weight(four)}, {KernelContext.Offset("inputs", four * Int8Layout.ByteGroup)}, {All(static row => $"ref part{row}")});");
            }

            writer.Write($"{context.Integers} {All(row => $"whole{row} = {multiply}(part{row}, {simd}.Create((short)1))")};");
            writer.Write(All(row => $"whole{row} += {simd}.Create({KernelContext.At("int", Row("begin", row))});", " "));
            writer.Write($"{context.Floats} {All(row => $"scaled{row} = {simd}.ConvertToSingle(whole{row})")};");
            writer.Write(All(row => $"sum{row} = {context.FusedMultiplyAdd}(scaled{row}, factor, sum{row});", " "));
        }

        writer.Write();
        writer.Write("/// <summary>Adds the products of four inputs of each row.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void AddFour(Bytes_ four, byte* inputs, {All(static row => $"ref Shorts_ part{row}")})"))
        {
            writer.Write(Products("next", "four"));
            writer.Write(All(static row => $"part{row} += next{row};", " "));
        }
    }
}
