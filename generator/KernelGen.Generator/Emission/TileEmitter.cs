using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes register tiles: rows × panels of 16 columns whose sums stay in registers over the whole of k. Each sum is one chain of fused
/// multiply-adds in ascending k, so neither the tile's shape nor the vectors' width shows in the bits.
/// </summary>
internal abstract class TileEmitter
{
    private readonly TileFamily _family;

    protected TileEmitter(KernelContext context, TileFamily family)
    {
        Context = context;
        _family = family;
    }

    protected KernelContext Context { get; }

    /// <summary>The type parameters of each method, with brackets.</summary>
    protected abstract string TypeParameters { get; }

    /// <summary>What follows a method's parameters.</summary>
    protected abstract string Constraints { get; }

    /// <summary>The parameters from the panels on.</summary>
    protected abstract string Parameters { get; }

    /// <summary>Moves the input to the next k.</summary>
    protected virtual string NextInput => "input++";

    /// <summary>Whether the inputs of a row stand in memory one behind the other.</summary>
    protected virtual bool InputsLieTogether => true;

    /// <summary>
    /// The inputs of a row that are read together: two, where one lane of a vector can be multiplied with a vector of weights. Four would take 1.25 instead of 1.41 instructions for a
    /// multiplication, which waits for its unit either way, and twice as many lines.
    /// </summary>
    private int InputsAtOnce => InputsLieTogether && Context.Instructions.FusedMultiplyAddLane is not null ? 2 : 1;

    /// <summary>What the methods that cover any number of rows take after the parameters of tiles.</summary>
    protected virtual string FurtherParameters => "";

    /// <summary>Writes the methods that cover any number of rows, and the tiles that they share, each once.</summary>
    public static void Emit(SourceWriter writer, params IReadOnlyList<(TileEmitter Emitter, TileShape Shape)> groups) => EmitMissing(writer, [], groups);

    /// <summary>Writes what another file of the same kernels does not hold already.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="present">What the other file was written with.</param>
    /// <param name="groups">What there is to be.</param>
    public static void EmitMissing(
        SourceWriter writer, IReadOnlyList<(TileEmitter Emitter, TileShape Shape)> present, IReadOnlyList<(TileEmitter Emitter, TileShape Shape)> groups)
    {
        var written = new HashSet<string>(present.SelectMany(static group =>
            group.Shape.Tiles.Select(tile => group.Emitter.TileName(tile.Panels, tile.Rows)).Prepend(RowsName(group.Emitter._family, group.Shape.Panels))));
        foreach ((TileEmitter emitter, TileShape shape) in groups.Where(group => written.Add(RowsName(group.Emitter._family, group.Shape.Panels))))
        {
            emitter.EmitRows(writer, shape);
            writer.Write();
            foreach ((int rows, int panels) in shape.Tiles.Where(tile => written.Add(emitter.TileName(tile.Panels, tile.Rows))))
            {
                emitter.EmitTile(writer, shape, panels, rows);
                writer.Write();
            }
        }
    }

    /// <summary>The method that covers any number of rows, for one group of panels.</summary>
    public static string RowsName(TileFamily family, int panels) => $"{family.Name}RowsBy{panels * VectorSet.PanelWidth}";

    /// <summary>The arguments from the panels on, moved to a panel of the group.</summary>
    /// <param name="weights">Weights before the panel.</param>
    /// <param name="column">Columns before the panel.</param>
    protected abstract string Arguments(int weights, int column);

    /// <summary>Moves the output, and what goes with it, down some rows.</summary>
    protected abstract string NextOutput(int rows);

    /// <summary>Moves the same down by the rows of the variable <c>step</c>; where no shape repeats rows, nothing does.</summary>
    protected virtual string NextOutputOfStep => throw new NotSupportedException("These tiles repeat no rows.");

    /// <summary>With what a sum begins.</summary>
    /// <param name="row">The row of the tile.</param>
    /// <param name="column">The vector's number in the row.</param>
    protected abstract string InitialSumOf(int row, int column);

    /// <summary>Changes with what all sums begin, where that is decided at run time.</summary>
    protected virtual void EmitOtherInitialSums(SourceWriter writer, int rows, IReadOnlyList<int> columns)
    {
    }

    /// <summary>A vector of weights.</summary>
    /// <param name="offset">Weights before it.</param>
    protected abstract string Weight(int offset);

    /// <summary>The distance of some weights in the unit in which <c>panels</c> counts.</summary>
    protected abstract string Distance(int weights);

    /// <summary>Reads what comes next ahead.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="distances">Weights from here to each panel of the next group.</param>
    protected virtual void EmitPrefetch(SourceWriter writer, IEnumerable<int> distances)
    {
    }

    /// <summary>Writes what comes before each tile, or several side by side, of some rows.</summary>
    protected virtual void EmitBeforeTile(SourceWriter writer, int rows)
    {
    }

    /// <summary>Stores the sums of a row.</summary>
    protected abstract string Store(int row, IEnumerable<int> columns);

    private string TileName(int panels, int rows) => $"{_family.Name}Of{rows}By{panels * VectorSet.PanelWidth}";

    private void EmitRows(SourceWriter writer, TileShape shape)
    {
        string length = _family.Length is null ? "int length, " : "";
        writer.Write($"/// <summary>{shape.Panels * VectorSet.PanelWidth} columns of any number of rows, in the tallest tiles that fit.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {RowsName(_family, shape.Panels)}{TypeParameters}(float* input, int rows, {length}{Parameters}{FurtherParameters}){Constraints}"))
        {
            foreach ((int rows, int panels) in shape.Tiles)
            {
                bool repeats = shape.RepeatsRows && rows == shape.TallRows;
                string next = repeats
                    ? $"for (int step; rows >= {rows}; rows -= step, input += step * {_family.InputStride}, {NextOutputOfStep})"
                    : $"for (; rows >= {rows}; {KernelContext.Decrease("rows", rows)}, input += {rows * _family.InputStride}, {NextOutput(rows)})";
                using (writer.Open(next))
                {
                    EmitBeforeTile(writer, rows);
                    for (int panel = 0; panel < shape.Panels; panel += panels)
                    {
                        string arguments = (_family.Length is null ? "length, " : "") + Arguments(panel * _family.PanelStride, panel * VectorSet.PanelWidth);
                        writer.Write($"{TileName(panels, rows)}{TypeParameters}(input, {arguments});");
                    }

                    if (repeats)
                    {
                        EmitStep(writer, rows);
                    }
                }
            }
        }
    }

    /// <summary>Goes on to the next tall tile. The last one begins earlier, and computes some rows again.</summary>
    private static void EmitStep(SourceWriter writer, int rows)
    {
        using (writer.Open($"if (rows == {rows})"))
        {
            writer.Write("return;");
        }

        writer.Write();
        writer.Write($"step = rows < {2 * rows} ? rows - {rows} : {rows};");
    }

    private void EmitTile(SourceWriter writer, TileShape shape, int panels, int rows)
    {
        VectorSet vectors = Context.Vectors;
        string floats = Context.Floats;
        int[] columns = [.. Enumerable.Range(0, panels * vectors.VectorsPerPanel)];
        string WeightOf(int column, int step = 0) =>
            Weight((step * _family.StepStride) + (column / vectors.VectorsPerPanel * _family.PanelStride) + (column % vectors.VectorsPerPanel * vectors.Lanes));

        writer.Write($"/// <summary>{rows} × {panels * VectorSet.PanelWidth}: {rows * columns.Length} sums in registers.</summary>");
        writer.Write(KernelContext.Optimized);
        string parameters = (_family.Length is null ? "int length, " : "") + Parameters;
        using (writer.Open($"private static void {TileName(panels, rows)}{TypeParameters}(float* input, {parameters}){Constraints}"))
        {
            IEnumerable<string> sums = Enumerable.Range(0, rows).SelectMany(row => columns.Select(column => $"sum{row}_{column} = {InitialSumOf(row, column)}"));
            writer.Write($"{floats} {string.Join(", ", sums)};");
            EmitOtherInitialSums(writer, rows, columns);
            int atOnce = InputsAtOnce;
            string length = _family.Length?.ToString() ?? "length";
            string start = "int k = 0";
            if (atOnce > 1 && (_family.Length ?? atOnce) >= atOnce)
            {
                writer.Write("int k = 0;");
                start = "";
                EmitLoop($"for (; k <= {(_family.Length is { } literal ? $"{literal - atOnce}" : $"length - {atOnce}")}; k += {atOnce})", EmitProducts);
                writer.Write();
            }

            if (_family.Length is not { } whole || whole % atOnce != 0 || atOnce == 1)
            {
                EmitLoop($"for ({start}; k < {length}; k++)", EmitProduct);
            }

            writer.Write(string.Join(" ", Enumerable.Range(0, rows).Select(row => Store(row, columns))));
        }

        void EmitLoop(string loop, Action emitStep)
        {
            using (writer.Open(loop))
            {
                emitStep();
            }
        }

        // One k: an input of each row is spread over a vector.
        void EmitProduct()
        {
            if (rows > 1)
            {
                writer.Write($"{floats} {string.Join(", ", columns.Select(column => $"weight{column} = {WeightOf(column)}"))};");
            }

            EmitPrefetch(writer, Enumerable.Range(shape.Panels, panels).Select(panel => panel * _family.PanelStride));
            for (int row = 0; row < rows; row++)
            {
                string factor = $"{Context.Simd}.Create(input[{row * _family.InputStride}])";
                if (columns.Length > 1)
                {
                    writer.Write($"{floats} input{row} = {factor};");
                    factor = $"input{row}";
                }

                writer.Write(string.Join(" ", columns.Select(column =>
                {
                    string weight = rows > 1 ? $"weight{column}" : WeightOf(column);
                    return $"sum{row}_{column} = {Context.FusedMultiplyAdd}({factor}, {weight}, sum{row}_{column});";
                })));
            }

            writer.Write($"{NextInput}; panels += {Distance(_family.StepStride)};");
        }

        // Several: inputs of each row are read together, and each in turn is multiplied with a vector of weights.
        void EmitProducts()
        {
            int steps = InputsAtOnce;
            writer.Write($"{floats} {string.Join(", ", Enumerable.Range(0, rows).Select(row => $"input{row} = {Context.Simd}.AsSingle({Context.Simd}.CreateScalarUnsafe({KernelContext.At("double", KernelContext.Offset("input", row * _family.InputStride))}))"))};");
            EmitPrefetch(
                writer,
                Enumerable.Range(0, steps).SelectMany(step => Enumerable.Range(shape.Panels, panels).Select(panel => (panel * _family.PanelStride) + (step * _family.StepStride))));
            // Two vectors of weights, with adjacent addresses, come with one instruction; more at a time would take registers from the sums.
            const int Pair = 2;
            for (int step = 0; step < steps; step++)
            {
                for (int first = 0; first < columns.Length; first += Pair)
                {
                    IEnumerable<int> pair = columns.Skip(first).Take(Pair);
                    writer.Write($"{floats} {string.Join(", ", pair.Select(column => $"weight{step}_{column} = {WeightOf(column, step)}"))};");
                    writer.Write(string.Join(" ", Enumerable.Range(0, rows).SelectMany(row => pair.Select(column =>
                        $"sum{row}_{column} = {Context.Instructions.FusedMultiplyAddLane}(weight{step}_{column}, input{row}, {step}, sum{row}_{column});"))));
                }
            }

            writer.Write($"input += {steps}; panels += {Distance(steps * _family.StepStride)};");
        }
    }
}
