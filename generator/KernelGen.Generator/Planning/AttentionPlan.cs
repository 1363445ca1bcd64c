using KernelGen.Layout;

namespace KernelGen.Generator.Planning;

/// <summary>The attention kernels: widths, strides and scratch of one model.</summary>
/// <param name="Heads">The number of heads.</param>
/// <param name="HeadDimension">The width of a head.</param>
/// <param name="ScalesScores">Whether scores are divided by the square root of the head's dimension.</param>
/// <param name="HeadWidth">The room of a head: the dimension rounded up to a multiple of 16.</param>
/// <param name="OutputStride">From row to row of the output.</param>
/// <param name="ScoreStride">From row to row of the scores: the longest sequence, rounded up to two panels.</param>
/// <param name="LongestSource">The most positions of a source.</param>
internal sealed record AttentionPlan(int Heads, int HeadDimension, bool ScalesScores, int HeadWidth, int OutputStride, int ScoreStride, int LongestSource)
{
    /// <summary>
    /// Positions from which on the keys and values of all heads together do not stay in a second-level cache: rows of a source that see so many are attended to head by head, each
    /// with a copy of its keys and values that lies together.
    /// </summary>
    public const int ManyPositions = 512;

    /// <summary>Query rows that are attended to together head by head, whole tiles of every instruction set: they go through what lies in the second-level cache.</summary>
    public const int HeadBlockRows = 24;

    /// <summary>Rows below which a copy of a head's keys and values takes longer than it saves.</summary>
    public const int ManyRows = 96;

    /// <summary>Positions that few rows read at a time, of all heads: so many lie in the second-level cache while those that follow come.</summary>
    public const int PositionsAtOnce = 32;

    /// <summary>Rows that read a long source together, position by position for all heads: as many as there is scratch for the scores of.</summary>
    public int FewRows => Math.Min(8, ((HeadBlockRows * (ScoreStride + HeadWidth)) + (2 * ScoreStride * HeadWidth)) / (Heads * (ScoreStride + HeadWidth)));

    /// <summary>Whether sources may be so long that they are attended to head by head.</summary>
    public bool GoesHeadByHead => LongestSource > ManyPositions;

    /// <summary>The room of all heads.</summary>
    public int Width => Heads * HeadWidth;

    /// <summary>
    /// <c>exp(score / √d)</c> is computed as <c>2^(score · this)</c>. Rounded as the stand-alone softmax rounds its scale, so that both give the same bits.
    /// </summary>
    public float Base2Scale => ModelLayout.Base2Scale(HeadDimension, ScalesScores);

    /// <summary>Query rows that are attended to together: the tallest tile.</summary>
    public static int BlockRows(VectorSet vectors) => vectors.TallRows;

    /// <summary>Floats of scratch: scores and gathered queries of a block, of hypotheses two rows of scores each; head by head the keys and values of a head, too.</summary>
    public int Scratch(VectorSet vectors) => Math.Max(
        ModelLayout.HypothesisRows * ((2 * ScoreStride) + HeadWidth),
        GoesHeadByHead ? (HeadBlockRows * (ScoreStride + HeadWidth)) + (2 * ScoreStride * HeadWidth) : BlockRows(vectors) * (ScoreStride + HeadWidth));

    /// <summary>Scores of a block: queries · transposed keys.</summary>
    public AttentionTileFamily Scores =>
        new("Scores", HeadDimension, HeadWidth, VectorSet.PanelWidth, Width * VectorSet.PanelWidth, InitialSum.Zero, ScoreStride);

    /// <summary>The weighted sum of a block: probabilities · values. It goes on from the output, because rows of a causal block see further one by one.</summary>
    public AttentionTileFamily WeightedSum =>
        new("WeightedSum", null, ScoreStride, Width, VectorSet.PanelWidth, InitialSum.Output, OutputStride);

    /// <summary>Scores of a block and a head whose keys lie together.</summary>
    public AttentionTileFamily SourceScores => HeadScores with { Name = "SourceScores" };

    /// <summary>The weighted sum of a block and a head whose values lie together.</summary>
    public AttentionTileFamily SourceWeightedSum =>
        new("SourceWeightedSum", null, ScoreStride, HeadWidth, VectorSet.PanelWidth, InitialSum.Zero, OutputStride);

    /// <summary>Scores of one head of one sequence, whose rows stand one behind the other.</summary>
    public AttentionTileFamily HeadScores =>
        new("HeadScores", HeadDimension, HeadWidth, VectorSet.PanelWidth, HeadWidth * VectorSet.PanelWidth, InitialSum.Zero, ScoreStride);

    /// <summary>The weighted sum of one head of one sequence.</summary>
    public AttentionTileFamily HeadWeightedSum =>
        new("HeadWeightedSum", null, ScoreStride, HeadWidth, VectorSet.PanelWidth, InitialSum.Zero, HeadWidth);

    /// <summary>Panels side by side in the weighted sum: they must divide the head, since no column may be added twice.</summary>
    public int WeightedSumPanels(VectorSet vectors) => HeadWidth / VectorSet.PanelWidth % vectors.Panels == 0 ? vectors.Panels : 1;

    /// <summary>Panels in a group of the weighted sum, of which a single row computes all at once: they divide the head, and are whole tiles of other rows.</summary>
    public int WeightedSumGroup(VectorSet vectors) =>
        Enumerable.Range(1, vectors.SingleRowPanels).Last(panels => HeadWidth / VectorSet.PanelWidth % panels == 0 && panels % WeightedSumPanels(vectors) == 0);

    /// <summary>Panels in a group of scores, of which a single row computes all at once; caches of keys have an even number.</summary>
    public static int ScoresGroup(VectorSet vectors) => Math.Max(vectors.Panels, Math.Min(2, vectors.SingleRowPanels));

    /// <summary>The tiles of scores.</summary>
    public static TileShape ScoreTiles(VectorSet vectors) => TileShape.OfGroup(vectors, ScoresGroup(vectors), vectors.Panels);

    /// <summary>The tiles of the weighted sum.</summary>
    public TileShape WeightedSumTiles(VectorSet vectors) => TileShape.OfGroup(vectors, WeightedSumGroup(vectors), WeightedSumPanels(vectors));

    /// <summary>Floating-point operations for one query row that sees <paramref name="visible"/> positions, without the softmax.</summary>
    public long Flops(int visible) => 4L * Heads * HeadDimension * visible;
}
