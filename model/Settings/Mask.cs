namespace KernelGen;

/// <summary>Which positions a row of attention sees. What is masked is not computed; it has the probability 0.</summary>
public enum Mask
{
    /// <summary>Every row sees every position.</summary>
    None,

    /// <summary>Every row sees the first positions, as many as the call says: those behind them fill up a sequence that is shorter than others.</summary>
    Padding,

    /// <summary>The last row sees every position, and each row before it one less: no row sees what comes after it.</summary>
    Causal,
}
