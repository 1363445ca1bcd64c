using System.ComponentModel;
using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>Runs single attention kernels: checks the arguments, and puts keys into the panels that kernels read. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class AttentionCalls
{
    /// <summary>Attention to every key, or with a causal mask.</summary>
    /// <param name="layer">Which kernel.</param>
    /// <param name="queries"><c>[queries, heads · head dimension]</c>.</param>
    /// <param name="queriesName">Its name.</param>
    /// <param name="keys"><c>[keys, heads · head dimension]</c>.</param>
    /// <param name="keysName">Its name.</param>
    /// <param name="values"><c>[keys, heads · head dimension]</c>.</param>
    /// <param name="valuesName">Its name.</param>
    /// <param name="y"><c>[queries, heads · head dimension]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    public static void Run(
        AttentionCallShape layer,
        ReadOnlySpan<float> queries,
        string queriesName,
        ReadOnlySpan<float> keys,
        string keysName,
        ReadOnlySpan<float> values,
        string valuesName,
        Span<float> y,
        string yName,
        delegate*<float*, int, float*, float*, int, int, float*, float*, void> kernel)
    {
        (int rows, int positions) = Check(in layer, queries, queriesName, keys, keysName, values, valuesName, y, yName);
        if (layer.Mask == Mask.Causal && rows > positions)
        {
            throw new ArgumentException(
                $"'{queriesName}' has {rows} rows and '{keysName}' {positions}; with a causal mask the last query sees every key and each before it one less, so that the first would see nothing.",
                queriesName);
        }

        if (layer.Mask == Mask.Causal)
        {
            Attend(in layer, queries, keys, values, rows, positions, positions - rows + 1, 1, y, kernel);
        }
        else
        {
            Attend(in layer, queries, keys, values, rows, positions, positions, 0, y, kernel);
        }
    }

    /// <summary>Attention to the first keys.</summary>
    /// <param name="layer">Which kernel.</param>
    /// <param name="queries"><c>[queries, heads · head dimension]</c>.</param>
    /// <param name="queriesName">Its name.</param>
    /// <param name="keys"><c>[keys, heads · head dimension]</c>.</param>
    /// <param name="keysName">Its name.</param>
    /// <param name="values"><c>[keys, heads · head dimension]</c>.</param>
    /// <param name="valuesName">Its name.</param>
    /// <param name="visible">How many keys are seen.</param>
    /// <param name="visibleName">Its name.</param>
    /// <param name="y"><c>[queries, heads · head dimension]</c>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">So many keys there are not.</exception>
    public static void Run(
        AttentionCallShape layer,
        ReadOnlySpan<float> queries,
        string queriesName,
        ReadOnlySpan<float> keys,
        string keysName,
        ReadOnlySpan<float> values,
        string valuesName,
        int visible,
        string visibleName,
        Span<float> y,
        string yName,
        delegate*<float*, int, float*, float*, int, int, float*, float*, void> kernel)
    {
        (int rows, int positions) = Check(in layer, queries, queriesName, keys, keysName, values, valuesName, y, yName);
        if (visible < 1 || visible > positions)
        {
            throw new ArgumentOutOfRangeException(visibleName, visible, $"Of {positions} keys {visible} cannot be visible; it is 1 to {positions}.");
        }

        Attend(in layer, queries, keys, values, rows, visible, visible, 0, y, kernel);
    }

    private static (int Rows, int Positions) Check(
        in AttentionCallShape layer,
        ReadOnlySpan<float> queries,
        string queriesName,
        ReadOnlySpan<float> keys,
        string keysName,
        ReadOnlySpan<float> values,
        string valuesName,
        Span<float> y,
        string yName)
    {
        int width = layer.Heads * layer.HeadDimension;
        int rows = SpanChecks.Rows(queries.Length, width, queriesName);
        int positions = SpanChecks.Rows(keys.Length, width, keysName);
        if (values.Length != keys.Length)
        {
            throw SpanChecks.OtherLength(values.Length, keys.Length, valuesName, $"a value for each of '{keysName}'");
        }

        if (y.Length != queries.Length)
        {
            throw SpanChecks.OtherLength(y.Length, queries.Length, yName, $"what '{queriesName}' become");
        }

        SpanChecks.Apart(queries, queriesName, y, yName);
        SpanChecks.Apart(keys, keysName, y, yName);
        SpanChecks.Apart(values, valuesName, y, yName);
        if (positions == 0)
        {
            throw new ArgumentException($"'{keysName}' is empty; attention needs at least one key.", keysName);
        }

        return positions <= layer.MaxLength
            ? (rows, positions)
            : throw new ArgumentException($"'{keysName}' has {positions} rows, but the kernel is generated for at most {layer.MaxLength}; set MaxLength in its attribute.", keysName);
    }

    private static void Attend(
        in AttentionCallShape layer,
        ReadOnlySpan<float> queries,
        ReadOnlySpan<float> keys,
        ReadOnlySpan<float> values,
        int rows,
        int positions,
        int visible,
        int visibleStep,
        Span<float> y,
        delegate*<float*, int, float*, float*, int, int, float*, float*, void> kernel)
    {
        if (rows == 0)
        {
            return;
        }

        int width = layer.Heads * layer.HeadWidth;
        bool isPadded = layer.HeadWidth != layer.HeadDimension;
        long panels = (long)PanelLayout.RoundUpToCache(positions) * width;
        long paddedRows = isPadded ? (long)rows * width : 0;
        long paddedPositions = isPadded ? (long)positions * width : 0;
        float* panel = KernelMemory.Floats(panels + layer.Scratch + (2 * paddedRows) + (2 * paddedPositions));
        float* scratch = panel + panels;
        fixed (float* query = queries, key = keys, value = values, output = y)
        {
            if (!isPadded)
            {
                PanelPacking.Pack(key, positions, width, panel);
                kernel(query, rows, panel, value, visible, visibleStep, scratch, output);
                return;
            }

            // Each head has the room of whole panels.
            int dimension = layer.HeadDimension, room = layer.HeadWidth;
            float* paddedQuery = scratch + layer.Scratch;
            float* paddedOutput = paddedQuery + paddedRows;
            float* paddedKey = paddedOutput + paddedRows;
            float* paddedValue = paddedKey + paddedPositions;
            RowPadding.Copy(query, dimension, paddedQuery, room, (long)rows * layer.Heads);
            RowPadding.Copy(key, dimension, paddedKey, room, (long)positions * layer.Heads);
            RowPadding.Copy(value, dimension, paddedValue, room, (long)positions * layer.Heads);
            PanelPacking.Pack(paddedKey, positions, width, panel);
            kernel(paddedQuery, rows, panel, paddedValue, visible, visibleStep, scratch, paddedOutput);
            RowPadding.CopyBack(paddedOutput, room, output, dimension, (long)rows * layer.Heads);
        }
    }
}
