namespace KernelGen.Generator.Planning;

/// <summary>The tiles with which a group of panels is computed for any number of rows: tall ones as long as there are rows enough, then low ones.</summary>
/// <param name="Panels">Panels in the group, and side by side in a tile of one row.</param>
/// <param name="TallRows">Rows of a tall tile.</param>
/// <param name="TallPanels">Panels side by side in a tall tile, which divide those of the group.</param>
/// <param name="Low">Rows of the low tiles, descending, ending with 1, and the panels side by side in them, which divide those of the group.</param>
internal sealed record TileShape(int Panels, int TallRows, int TallPanels, IReadOnlyList<(int Rows, int Panels)> Low)
{
    /// <summary>Groups of panels narrower than this leave much to compute twice in a layer whose panels they do not divide.</summary>
    private const int ManyPanels = 16;

    /// <summary>Whether the last tall tile begins earlier and computes some rows again, so that low ones serve only where there are fewer rows than it has.</summary>
    public bool RepeatsRows { get; init; }

    /// <summary>Every tile: its rows and panels.</summary>
    public IEnumerable<(int Rows, int Panels)> Tiles => [(TallRows, TallPanels), .. Low];

    /// <summary>The tiles of a linear layer.</summary>
    /// <param name="vectors">The instruction set.</param>
    /// <param name="tallRows">Rows of a tall tile.</param>
    /// <param name="lowPanels">The most panels side by side in a low tile of more than one row.</param>
    /// <param name="panels">Panels of the layer.</param>
    public static TileShape Linear(VectorSet vectors, int tallRows, int lowPanels, int panels)
    {
        // A last group that is not full begins earlier, and computes some columns again.
        int group = panels >= ManyPanels || panels % vectors.LowPanels == 0 ? vectors.LowPanels : Math.Min(panels, vectors.Panels);
        return new TileShape(group, tallRows, Math.Min(group, vectors.Panels), LowTiles(vectors, tallRows, group, lowPanels));
    }

    /// <summary>The tiles of a convolution, whose rows are those of a whole source: mostly hundreds, and none is added to what its output held.</summary>
    /// <param name="vectors">The instruction set.</param>
    /// <param name="panels">Panels of the layer.</param>
    public static TileShape Convolution(VectorSet vectors, int panels)
    {
        TileShape linear = Linear(vectors, vectors.TallRows, vectors.LowPanels, panels);
        return linear with { Low = [(1, linear.Panels)], RepeatsRows = true };
    }

    /// <summary>Tiles that are all equally wide.</summary>
    public static TileShape OfWidth(VectorSet vectors, int panels) => OfGroup(vectors, panels, panels);

    /// <summary>Tiles that are equally wide, but for that of one row, which is as wide as the group: so it has chains enough to hide the latency of a fused multiply-add.</summary>
    /// <param name="vectors">The instruction set.</param>
    /// <param name="group">Panels of the group.</param>
    /// <param name="panels">Panels of the other tiles, which divide those of the group.</param>
    public static TileShape OfGroup(VectorSet vectors, int group, int panels) =>
        new(group, vectors.TallRows, panels, [.. vectors.LowRows.Select(rows => (rows, rows == 1 ? group : panels))]);

    /// <summary>Tall tiles alone, all equally wide, for rows that they divide.</summary>
    public static TileShape OfWholeTiles(VectorSet vectors, int panels) => new(panels, vectors.TallRows, panels, []);

    /// <summary>Low tiles with no more sums than they may have.</summary>
    private static (int Rows, int Panels)[] LowTiles(VectorSet vectors, int tallRows, int group, int lowPanels) =>
    [
        .. vectors.LinearRows.Concat(vectors.LowRows).Where(rows => rows < tallRows)
            .Select(rows => (rows, rows == 1 ? group : Math.Min(group, Math.Min(lowPanels, vectors.LowSums / (rows * vectors.VectorsPerPanel))))),
    ];
}
