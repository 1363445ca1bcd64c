using KernelGen.Execution;

namespace KernelGen.Layout;

/// <summary>How far apart the rows of a model's buffers are, in floats. Kernels are written with these numbers, and the runtime makes room by them.</summary>
internal sealed class ModelLayout
{
    /// <summary>Hypotheses of a source that are attended to together: their scores of all places, and those of their own tokens, have room where a block of rows has it.</summary>
    public const int HypothesisRows = 6;

    /// <summary>Floats of all layers' keys of a position from which on the caches of many sequences do not stay near.</summary>
    private const int ManyKeys = 2048;

    /// <summary>Decides the strides of a model.</summary>
    public ModelLayout(ModelSettings settings)
    {
        HeadWidth = PanelLayout.RoundUp(settings.HeadDimension);
        AttentionWidth = settings.Heads * HeadWidth;
        ModelStride = RowStride(settings.ModelDimension);
        AttentionStride = RowStride(AttentionWidth);
        FeedForwardStride = RowStride(settings.FeedForwardDimension);
        GateWidth = PanelLayout.RoundUp(settings.FeedForwardDimension);
        LogitsStride = PanelLayout.RoundUp(settings.TargetVocabularySize);
        RotationWidth = PanelLayout.RoundUp(settings.RotaryPairs);
        ScoreStride = PanelLayout.RoundUpToCache(Math.Max(settings.MaxSourceLength, settings.MaxTargetLength));
        ReadsHeadsAhead = settings.Heads > 1 && (long)settings.DecoderLayers * AttentionWidth >= ManyKeys;
    }

    /// <summary>The room of one head in queries, keys and values.</summary>
    public int HeadWidth { get; }

    /// <summary>The room of all heads.</summary>
    public int AttentionWidth { get; }

    /// <summary>From row to row of a buffer of the model dimension.</summary>
    public int ModelStride { get; }

    /// <summary>From row to row of the attention output.</summary>
    public int AttentionStride { get; }

    /// <summary>From row to row between the feed-forward layers.</summary>
    public int FeedForwardStride { get; }

    /// <summary>The room of a gate, and of what it is multiplied with.</summary>
    public int GateWidth { get; }

    /// <summary>From row to row of logits.</summary>
    public int LogitsStride { get; }

    /// <summary>The room of the cosines of one position's rotation; the sines have as much.</summary>
    public int RotationWidth { get; }

    /// <summary>From row to row of scores: the longest sequence.</summary>
    public int ScoreStride { get; }

    /// <summary>
    /// Whether attention of few rows begins to read the next head while it computes one. Measured: with 6 decoder layers, 512 wide, cross-attention takes a fifth less time;
    /// with 3 layers, 256 wide, some percent more.
    /// </summary>
    public bool ReadsHeadsAhead { get; }

    /// <summary>
    /// Attention computes <c>exp(score / √d)</c> as <c>2^(score · this)</c>. Rounded as the stand-alone softmax rounds its scale, so that both give the same bits.
    /// </summary>
    public static float Base2Scale(int headDimension, bool scalesScores) => (float)((scalesScores ? (double)(float)(1.0 / Math.Sqrt(headDimension)) : 1.0) * 1.4426950408889634);

    /// <summary>
    /// From row to row of a linear kernel's input. Rows whose distance is a multiple of 4096 bytes fall into the same set of an 8-way L1 cache, and a
    /// tile reads up to 12 of them at once: such rows are put one vector further apart.
    /// </summary>
    public static int RowStride(int width)
    {
        int stride = PanelLayout.RoundUp(width);
        return stride % 1024 == 0 ? stride + PanelLayout.Width : stride;
    }
}
