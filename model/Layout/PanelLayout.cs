namespace KernelGen.Layout;

/// <summary>Panels of 16 columns: how weights and keys lie in memory. The same for every instruction set, so that packed files and bits are.</summary>
internal static class PanelLayout
{
    /// <summary>Columns in a panel, positions in a panel of keys, virtual lanes in a sum.</summary>
    public const int Width = 16;

    /// <summary>Linear kernels compute so many panels together at most; work is shared among threads by such groups.</summary>
    public const int Group = 4;

    /// <summary>Caches of keys, and rows of scores, hold whole pairs of panels, because the widest tile computes the scores of so many positions.</summary>
    public const int CachePositions = 2 * Width;

    /// <summary>The number of panels that columns take.</summary>
    public static int Panels(int columns) => (columns + Width - 1) / Width;

    /// <summary>The number of groups that panels take.</summary>
    public static int Groups(int panels) => (panels + Group - 1) / Group;

    /// <summary>Rounds up to whole panels.</summary>
    public static int RoundUp(int columns) => Panels(columns) * Width;

    /// <summary>Rounds up to whole pairs of panels, as caches of keys and rows of scores have them.</summary>
    public static int RoundUpToCache(int positions) => (positions + CachePositions - 1) / CachePositions * CachePositions;

    /// <summary>Elements that a packed matrix takes.</summary>
    public static long Length(int outputs, int inputs) => (long)RoundUp(outputs) * inputs;
}
